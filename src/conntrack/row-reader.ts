import { hasPorts } from '../net/protocol.ts';
import type { AddressIds } from './address-ids.ts';
import { emptyRow, type FlowRow, type RowTuple } from './flow-row.ts';

/** What became of a line: it is in the row; it is not asked for; it has a form that only `parseFlowLine` reads. */
export type RowResult = 'row' | 'other' | 'unusual';

/** Destinations asked for; a line with another original destination is left after some 60 bytes. */
export interface WantedDestinations {
  readonly ipv4: ReadonlySet<number>;
  /** In the usual spelling. */
  readonly ipv6: ReadonlySet<string>;
}

const SPACE = 32;
const SLASH = 47;
const COLON = 58;
const EQUALS = 61;
const BRACKET = 91;

/**
 * Reads the common form of a line (`conntrack -L` plain, extended, with id; /proc/net/nf_conntrack; protocols with ports)
 * straight from the bytes. Anything unexpected is `unusual`: it never guesses.
 */
export class RowReader {
  readonly row: FlowRow = emptyRow();
  readonly #ids: AddressIds;
  readonly #states = new Map<number, string>();
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;
  #end = 0;
  /** The IPv4 address read last; -1: it was IPv6, and stands in `#text`. */
  #ipv4 = -1;
  #text = '';

  constructor(ids: AddressIds) {
    this.#ids = ids;
  }

  /** Reads the line from `start` up to `end` (its newline). @param wanted null: all. */
  read(bytes: Buffer, start: number, end: number, wanted: WantedDestinations | null): RowResult {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
    if (!this.#readHead(bytes)) return 'unusual';
    const { row } = this;
    const original = this.#readAddresses(row.original, bytes, wanted);
    if (original !== 'row') return original;
    if (!this.#readPorts(row.original)) return 'unusual';
    row.unreplied = false;
    row.assured = false;
    row.offloaded = false;
    if (!this.#readWords(true)) return 'unusual';
    if (this.#readAddresses(row.reply, bytes, null) !== 'row') return 'unusual';
    if (!this.#readPorts(row.reply)) return 'unusual';
    return this.#readWords(false) ? 'row' : 'unusual';
  }

  /** `[ipv4 2] tcp 6 [431999] [ESTABLISHED] ` up to `src=`. */
  #readHead(bytes: Buffer): boolean {
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
      } else if (first >= 48 && first <= 57) {
        let value = 0;
        let byte = first;
        const from = at;
        while (byte >= 48 && byte <= 57) {
          value = value * 10 + byte - 48;
          byte = b[++at] ?? 0;
        }
        if (byte !== SPACE || at - from > 10) return false;
        numbers++;
        if (family && numbers === 1) continue;
        if (protocol < 0) protocol = value;
        else if (timeout < 0) timeout = value;
        else return false;
      } else if (first >= 97 && first <= 122) {
        if (first === 115 && b[at + 1] === 114 && b[at + 2] === 99 && b[at + 3] === EQUALS) break;
        if (numbers > 1 || names > (family ? 1 : 0)) return false;
        // `ipv4` and `ipv6` stand before the protocol; the number of a family is not one of a protocol.
        family ||= names === 0 && first === 105 && b[at + 1] === 112 && b[at + 2] === 118;
        names++;
        while (at < end && b[at] !== SPACE) if (b[at++] === EQUALS) return false;
      } else if (first >= 65 && first <= 90) {
        const from = at;
        let key = 0;
        while (at < end && b[at] !== SPACE) key = (Math.imul(key, 31) + (b[at++] ?? 0)) | 0;
        row.state = this.#stateOf(key, bytes, from, at);
      } else {
        return false;
      }
    }
    if (protocol < 0 || protocol > 255 || !hasPorts(protocol)) return false;
    row.protocol = protocol;
    row.timeoutSeconds = timeout < 0 ? null : timeout;
    this.#at = at;
    return true;
  }

  /** There are some thirty names of states; two with one key are told apart by their length at least. */
  #stateOf(key: number, bytes: Buffer, from: number, to: number): string {
    const known = this.#states.get(key);
    if (known !== undefined && known.length === to - from) return known;
    const text = bytes.toString('latin1', from, to);
    if (this.#states.size < 1000) this.#states.set(key, text);
    return text;
  }

  /** `src=A dst=B ` */
  #readAddresses(tuple: RowTuple, bytes: Buffer, wanted: WantedDestinations | null): RowResult {
    const b = this.#bytes;
    if (b[this.#at] !== 115 || b[this.#at + 3] !== EQUALS) return 'unusual';
    const sourceAt = this.#at + 4;
    if (wanted === null) {
      this.#at = sourceAt;
      if (!this.#readAddress(bytes)) return 'unusual';
      const source = this.#idOfAddress();
      if (source < 0) return 'unusual';
      tuple.source = source;
      if (!this.#isDestination()) return 'unusual';
      this.#at += 5;
      if (!this.#readAddress(bytes)) return 'unusual';
    } else {
      // The source of a flow that nobody asked for is passed over.
      let at = sourceAt;
      while (at < this.#end && b[at] !== SPACE) at++;
      this.#at = at;
      if (!this.#isDestination()) return 'unusual';
      this.#at += 5;
      if (!this.#readAddress(bytes)) return 'unusual';
      if (this.#ipv4 < 0 ? !this.#isWantedText(wanted) : !wanted.ipv4.has(this.#ipv4)) return 'other';
      const destination = this.#idOfAddress();
      const after = this.#at;
      this.#at = sourceAt;
      if (!this.#readAddress(bytes)) return 'unusual';
      tuple.source = this.#idOfAddress();
      this.#at = after;
      tuple.destination = destination;
      return destination < 0 || tuple.source < 0 ? 'unusual' : 'row';
    }
    tuple.destination = this.#idOfAddress();
    return tuple.destination < 0 ? 'unusual' : 'row';
  }

  #isWantedText(wanted: WantedDestinations): boolean {
    if (wanted.ipv6.size === 0) return false;
    const id = this.#ids.ofText(this.#text);
    return id === null || wanted.ipv6.has(this.#ids.textOf(id));
  }

  /** At ` dst=`? */
  #isDestination(): boolean {
    const b = this.#bytes;
    const at = this.#at;
    return b[at] === SPACE && b[at + 1] === 100 && b[at + 2] === 115 && b[at + 4] === EQUALS;
  }

  /** Reads an address that ends with a blank: into `#ipv4`, or `#text`. */
  #readAddress(bytes: Buffer): boolean {
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
        if (++digits > 3) break;
      } else if (byte === 46) {
        if (digits === 0 || part > 255) return false;
        value = value * 256 + part;
        part = 0;
        digits = 0;
        dots++;
      } else {
        break;
      }
      at++;
    }
    if (dots === 3 && digits > 0 && digits < 4 && part < 256 && b[at] === SPACE) {
      this.#ipv4 = value * 256 + part;
      this.#at = at;
      return true;
    }
    if (dots > 0) return false;
    while (at < this.#end && isHexOrColon(b[at] ?? 0)) at++;
    if (b[at] !== SPACE || at - from < 2 || at - from > 45) return false;
    this.#text = bytes.toString('latin1', from, at);
    this.#ipv4 = -1;
    this.#at = at;
    return true;
  }

  #idOfAddress(): number {
    return this.#ipv4 >= 0 ? this.#ids.ofIpv4(this.#ipv4) : (this.#ids.ofText(this.#text) ?? -1);
  }

  /** ` sport=N dport=N` */
  #readPorts(tuple: RowTuple): boolean {
    const source = this.#readPort(115);
    const destination = source < 0 ? -1 : this.#readPort(100);
    tuple.sourcePort = source;
    tuple.destinationPort = destination;
    return destination >= 0;
  }

  #readPort(letter: number): number {
    const b = this.#bytes;
    let at = this.#at;
    if (b[at] !== SPACE || b[at + 1] !== letter || b[at + 2] !== 112 || b[at + 6] !== EQUALS) return -1;
    at += 7;
    let value = 0;
    let digits = 0;
    for (let byte = b[at] ?? 0; byte >= 48 && byte <= 57; byte = b[++at] ?? 0) {
      value = value * 10 + byte - 48;
      digits++;
    }
    if (digits === 0 || digits > 5 || value > 65535) return -1;
    if (at < this.#end && b[at] !== SPACE) return -1;
    this.#at = at;
    return value;
  }

  /**
   * Passes over words: counters, `[ASSURED]`, `mark=0`. @param toReply up to the second `src=`, which must come; else to
   * the end of the line.
   */
  #readWords(toReply: boolean): boolean {
    const b = this.#bytes;
    const end = this.#end;
    let at = this.#at;
    while (at < end) {
      const first = b[at] ?? 0;
      if (first === SPACE) {
        at++;
        continue;
      }
      if (first === 115 && b[at + 1] === 114 && b[at + 3] === EQUALS) {
        this.#at = at;
        return toReply;
      }
      if (first === BRACKET) {
        if (!this.#noteFlag(b[at + 1] ?? 0)) return false;
      } else if (first < 97 || first > 122) {
        return false;
      } else if (first === 122 && b[at + 4] !== EQUALS) {
        return false; // zone-orig=, zone-reply=
      }
      while (at < end && b[at] !== SPACE) at++;
    }
    return !toReply;
  }

  /** By the first letter of the flag. Dates (`[start=…`) are left to `parseFlowLine`. */
  #noteFlag(letter: number): boolean {
    if (letter === 65) this.row.assured = true;
    else if (letter === 85) this.row.unreplied = true;
    else if (letter === 79 || letter === 72) this.row.offloaded = true;
    else return false;
    return true;
  }
}

function isHexOrColon(byte: number): boolean {
  return (
    (byte > SLASH && byte <= COLON) ||
    (byte >= 97 && byte <= 102) ||
    (byte >= 65 && byte <= 70) ||
    byte === 46
  );
}
