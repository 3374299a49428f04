import { hasPorts } from '../net/protocol.js';
import { emptyRow } from './flow-row.js';
import { ASSURED, BRACKET, DPORT, DST, EQUALS, HW_OFFLOAD, IPV4, IPV6, isHexOrColon, isNameByte, isStateByte, OFFLOAD, SPACE, SPORT, SRC, StateNames, spells, UNREPLIED, } from './row-bytes.js';
/**
 * Reads the common form of a line (`conntrack -L` plain, extended, with id; /proc/net/nf_conntrack; protocols with ports)
 * straight from the bytes: a regular expression takes twice the processor time. What is unexpected is `unusual`, never guessed.
 */
export class RowReader {
    row = emptyRow();
    #ids;
    #states = new StateNames();
    #bytes = new Uint8Array(0);
    #at = 0;
    #end = 0;
    /** The IPv4 address read last; -1: it was IPv6, and stands in `#text`. */
    #ipv4 = -1;
    #text = '';
    constructor(ids) {
        this.#ids = ids;
    }
    /** Reads the line from `start` up to `end` (its newline). @param wanted null: all. */
    read(bytes, start, end, wanted) {
        this.#bytes = bytes;
        this.#at = start;
        this.#end = end;
        if (!this.#readHead(bytes))
            return 'unusual';
        const { row } = this;
        const original = this.#readAddresses(row.original, bytes, wanted);
        if (original !== 'row')
            return original;
        if (!this.#readPorts(row.original))
            return 'unusual';
        row.unreplied = false;
        row.assured = false;
        row.offloaded = false;
        row.zone = 0;
        if (!this.#readWords(true))
            return 'unusual';
        if (this.#readAddresses(row.reply, bytes, null) !== 'row')
            return 'unusual';
        if (!this.#readPorts(row.reply))
            return 'unusual';
        return this.#readWords(false) ? 'row' : 'unusual';
    }
    /** `[ipv4 2] tcp 6 [431999] [ESTABLISHED] ` up to `src=`. */
    #readHead(bytes) {
        const b = this.#bytes;
        const end = this.#end;
        let at = this.#at;
        let names = 0;
        let numbers = 0;
        let family = false;
        let protocol = -1;
        let timeout = -1;
        const { row } = this;
        row.state = null;
        while (at < end) {
            const first = b[at] ?? 0;
            if (first === SPACE) {
                at++;
            }
            else if (first >= 48 && first <= 57) {
                let value = 0;
                let byte = first;
                const from = at;
                while (byte >= 48 && byte <= 57) {
                    value = value * 10 + byte - 48;
                    byte = b[++at] ?? 0;
                }
                if (byte !== SPACE || at - from > 10)
                    return false;
                numbers++;
                if (names === 0)
                    return false;
                if (family && numbers === 1)
                    continue;
                if (protocol < 0)
                    protocol = value;
                else if (timeout < 0)
                    timeout = value;
                else
                    return false;
            }
            else if (first >= 97 && first <= 122) {
                if (spells(this.#bytes, SRC, at))
                    break;
                // `tcp 6`, or `ipv4 2 tcp 6`: the number of a family is not one of a protocol.
                if (numbers !== names || names > (family ? 1 : 0))
                    return false;
                family = names === 0 && (spells(this.#bytes, IPV4, at) || spells(this.#bytes, IPV6, at));
                names++;
                while (at < end && b[at] !== SPACE)
                    if (!isNameByte(b[at++] ?? 0))
                        return false;
            }
            else if (first >= 65 && first <= 90) {
                if (protocol < 0)
                    return false;
                const from = at;
                while (at < end && b[at] !== SPACE)
                    if (!isStateByte(b[at++] ?? 0))
                        return false;
                row.state = this.#states.at(bytes, from, at);
            }
            else {
                return false;
            }
        }
        if (names !== (family ? 2 : 1) || protocol > 255 || !hasPorts(protocol))
            return false;
        row.protocol = protocol;
        row.timeoutSeconds = timeout < 0 ? null : timeout;
        this.#at = at;
        return true;
    }
    /** `src=A dst=B ` */
    #readAddresses(tuple, bytes, wanted) {
        const b = this.#bytes;
        if (!spells(this.#bytes, SRC, this.#at))
            return 'unusual';
        const sourceAt = this.#at + 4;
        if (wanted === null) {
            this.#at = sourceAt;
            if (!this.#readAddress(bytes))
                return 'unusual';
            const source = this.#idOfAddress();
            if (source < 0)
                return 'unusual';
            tuple.source = source;
            if (!this.#isDestination())
                return 'unusual';
            this.#at += 5;
            if (!this.#readAddress(bytes))
                return 'unusual';
        }
        else {
            // The source of a flow that nobody asked for is passed over.
            let at = sourceAt;
            while (at < this.#end && b[at] !== SPACE)
                at++;
            this.#at = at;
            if (!this.#isDestination())
                return 'unusual';
            this.#at += 5;
            if (!this.#readAddress(bytes))
                return 'unusual';
            if (this.#ipv4 < 0 ? !this.#isWantedText(wanted) : !wanted.ipv4.has(this.#ipv4))
                return 'other';
            const destination = this.#idOfAddress();
            const after = this.#at;
            this.#at = sourceAt;
            if (!this.#readAddress(bytes))
                return 'unusual';
            tuple.source = this.#idOfAddress();
            this.#at = after;
            tuple.destination = destination;
            return destination < 0 || tuple.source < 0 ? 'unusual' : 'row';
        }
        tuple.destination = this.#idOfAddress();
        return tuple.destination < 0 ? 'unusual' : 'row';
    }
    #isWantedText(wanted) {
        if (wanted.ipv6.size === 0)
            return false;
        const id = this.#ids.ofText(this.#text);
        return id === null || wanted.ipv6.has(this.#ids.textOf(id));
    }
    #isDestination() {
        return spells(this.#bytes, DST, this.#at);
    }
    /** Reads an address that ends with a blank: into `#ipv4`, or `#text`. */
    #readAddress(bytes) {
        const b = this.#bytes;
        const from = this.#at;
        let at = from;
        let value = 0;
        let part = 0;
        let dots = 0;
        let digits = 0;
        for (;;) {
            const byte = b[at] ?? 0;
            if (byte >= 48 && byte <= 57) {
                part = part * 10 + byte - 48;
                if (++digits > 3)
                    break;
            }
            else if (byte === 46) {
                if (digits === 0 || part > 255)
                    return false;
                value = value * 256 + part;
                part = 0;
                digits = 0;
                dots++;
            }
            else {
                break;
            }
            at++;
        }
        if (dots === 3 && digits > 0 && digits < 4 && part < 256 && b[at] === SPACE) {
            this.#ipv4 = value * 256 + part;
            this.#at = at;
            return true;
        }
        if (dots > 0)
            return false;
        while (at < this.#end && isHexOrColon(b[at] ?? 0))
            at++;
        if (b[at] !== SPACE || at - from < 2 || at - from > 45)
            return false;
        this.#text = bytes.toString('latin1', from, at);
        this.#ipv4 = -1;
        this.#at = at;
        return true;
    }
    #idOfAddress() {
        return this.#ipv4 >= 0 ? this.#ids.ofIpv4(this.#ipv4) : (this.#ids.ofText(this.#text) ?? -1);
    }
    /** ` sport=N dport=N` */
    #readPorts(tuple) {
        const source = this.#readPort(SPORT);
        const destination = source < 0 ? -1 : this.#readPort(DPORT);
        tuple.sourcePort = source;
        tuple.destinationPort = destination;
        return destination >= 0;
    }
    #readPort(name) {
        const b = this.#bytes;
        if (!spells(this.#bytes, name, this.#at))
            return -1;
        let at = this.#at + name.length;
        let value = 0;
        let digits = 0;
        for (let byte = b[at] ?? 0; byte >= 48 && byte <= 57; byte = b[++at] ?? 0) {
            value = value * 10 + byte - 48;
            digits++;
        }
        if (digits === 0 || digits > 5 || value > 65535)
            return -1;
        if (at < this.#end && b[at] !== SPACE)
            return -1;
        this.#at = at;
        return value;
    }
    /**
     * Passes over words: counters, `[ASSURED]`, `mark=0`. @param toReply up to the second `src=`, which must come; else to
     * the end of the line.
     */
    #readWords(toReply) {
        const b = this.#bytes;
        const end = this.#end;
        let at = this.#at;
        while (at < end) {
            const first = b[at] ?? 0;
            if (first === SPACE) {
                at++;
                continue;
            }
            if (first === 115 && spells(this.#bytes, SRC, at)) {
                this.#at = at;
                return toReply;
            }
            if (first === BRACKET) {
                if (!this.#noteFlag(at))
                    return false;
            }
            else if (first < 97 || first > 122) {
                return false;
            }
            else if (first === 122 && !this.#noteZone(at)) {
                return false;
            }
            while (at < end && b[at] !== SPACE)
                at++;
        }
        return !toReply;
    }
    /** `zone=5`; zones of one direction (`zone-orig=`) are left to `parseFlowLine`. */
    #noteZone(from) {
        const b = this.#bytes;
        if (b[from + 4] !== EQUALS)
            return false;
        let zone = 0;
        for (let at = from + 5; at < this.#end && b[at] !== SPACE; at++) {
            const digit = (b[at] ?? 0) - 48;
            if (digit < 0 || digit > 9 || zone > 65_535)
                return false;
            zone = zone * 10 + digit;
        }
        this.row.zone = zone;
        return true;
    }
    /** Other words in brackets, and dates (`[start=…`), are left to `parseFlowLine`. */
    #noteFlag(at) {
        const { row } = this;
        if (this.#isWord(ASSURED, at))
            row.assured = true;
        else if (this.#isWord(UNREPLIED, at))
            row.unreplied = true;
        else if (this.#isWord(OFFLOAD, at) || this.#isWord(HW_OFFLOAD, at))
            row.offloaded = true;
        else
            return false;
        return true;
    }
    #isWord(word, at) {
        const after = at + word.length;
        return spells(this.#bytes, word, at) && (after >= this.#end || this.#bytes[after] === SPACE);
    }
}
