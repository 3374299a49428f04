import type { Backend } from '../../../src/iptables/ruleset.ts';
import type { NftFamily } from '../../../src/nftables/ruleset.ts';
import { parsePacket, type Wire } from './wire.ts';

/** The kernel passing one rule, chain end or policy, as TRACE tells it. */
export interface TraceEvent {
  /** `nft`: of iptables-nft, or native. */
  readonly backend: Extract<Backend, 'iptables-legacy'> | 'nft';
  readonly family: NftFamily;
  readonly table: string;
  readonly chain: string;
  /** Number of the rule, from 1; of nf_tables a handle, which names a rule. The end of a base chain is told twice: as its end, and as its policy. */
  readonly place: { readonly number: number } | { readonly handle: bigint } | 'end' | 'policy';
  /** Of nf_tables: `accept`, `jump services`; `continue` for a rule without. */
  readonly verdict: string | null;
  /** Mark of the packet: before the rule's target ran (x_tables), or after it (nf_tables). */
  readonly mark: number;
  readonly packet: Wire | null;
}

const NFT_TRACE = (10 << 8) | 17;
const NFT_POLICY = 1;
const NFLOG_PACKET = 4 << 8;

/** Reads the messages of one netlink datagram. Of nf_tables only the first event of each base chain holds the packet. */
export class TraceReader {
  /** Packets by the identity that nf_tables gives a socket buffer. */
  readonly #packets = new Map<number, Wire | null>();

  read(datagram: Buffer): TraceEvent[] {
    const events: TraceEvent[] = [];
    for (let at = 0; at + 16 <= datagram.length; ) {
      const length = datagram.readUInt32LE(at);
      if (length < 16) break;
      const type = datagram.readUInt16LE(at + 4);
      const message = datagram.subarray(at + 16, at + length);
      const event = type === NFT_TRACE ? this.#nft(message) : type === NFLOG_PACKET ? legacy(message) : null;
      if (event !== null) events.push(event);
      at += (length + 3) & ~3;
    }
    return events;
  }

  #nft(message: Buffer): TraceEvent | null {
    const family = NFT_FAMILIES[message[0] ?? 0];
    const attributes = attributesOf(message.subarray(4));
    const id = attributes.get(6)?.readUInt32BE(0) ?? 0;
    const header = attributes.get(8);
    if (header !== undefined)
      this.#packets.set(id, parsePacket(Buffer.concat([header, attributes.get(9) ?? Buffer.alloc(0)])));
    if (family === undefined) return null;
    const handle = attributes.get(3);
    const isPolicy = attributes.get(4)?.readUInt32BE(0) === NFT_POLICY;
    return {
      backend: 'nft',
      family,
      table: textOf(attributes.get(1)),
      chain: textOf(attributes.get(2)),
      place: handle !== undefined ? { handle: handle.readBigUInt64BE(0) } : isPolicy ? 'policy' : 'end',
      verdict: verdictOf(attributes.get(5)),
      mark: attributes.get(14)?.readUInt32BE(0) ?? 0,
      packet: this.#packets.get(id) ?? null,
    };
  }
}

/** `TRACE: filter:FORWARD:rule:3 ` in front of the packet. The last rule of a chain, unconditional, is called `return` or `policy`. */
function legacy(message: Buffer): TraceEvent | null {
  const attributes = attributesOf(message.subarray(4));
  const [, table, chain, number] =
    /^TRACE: (\w+):(.*):(?:rule|return|policy):(\d+) $/.exec(textOf(attributes.get(10))) ?? [];
  const packet = parsePacket(attributes.get(9) ?? Buffer.alloc(0));
  if (table === undefined || chain === undefined || packet === null) return null;
  const mark = attributes.get(2)?.readUInt32BE(0) ?? 0;
  const place = { number: Number(number) };
  const family = packet.family === 'ipv4' ? 'ip' : 'ip6';
  return { backend: 'iptables-legacy', family, table, chain, place, verdict: null, mark, packet };
}

/** NFPROTO_INET, _IPV4, _NETDEV, _BRIDGE, _IPV6. */
const NFT_FAMILIES: Readonly<Record<number, NftFamily>> = {
  1: 'inet',
  2: 'ip',
  5: 'netdev',
  7: 'bridge',
  10: 'ip6',
};

/** NF_DROP, NF_ACCEPT, NFT_RETURN, …; `continue` is -1. */
const VERDICTS: Readonly<Record<number, string>> = {
  0: 'drop',
  1: 'accept',
  [-1]: 'continue',
  [-3]: 'jump',
  [-4]: 'goto',
  [-5]: 'return',
};

function verdictOf(nested: Buffer | undefined): string | null {
  if (nested === undefined) return null;
  const attributes = attributesOf(nested);
  const name = VERDICTS[attributes.get(1)?.readInt32BE(0) ?? 0] ?? 'other';
  const chain = attributes.get(2);
  return chain === undefined ? name : `${name} ${textOf(chain)}`;
}

/** @returns the message that asks to be sent what is logged to group 0, each packet at once. */
export function logRequests(): Buffer {
  const bind = requestOf(NFLOG_CONFIG, 1, Buffer.from([1, 0, 0, 0]));
  const copyPackets = requestOf(NFLOG_CONFIG, 2, Buffer.from([0, 0, 0, 200, 2, 0, 0, 0]));
  const atOnce = requestOf(NFLOG_CONFIG, 5, Buffer.from([0, 0, 0, 1]));
  return Buffer.concat([bind, copyPackets, atOnce]);
}

/** @returns the message that makes an accounting object (NFNL_MSG_ACCT_NEW). */
export function counterRequest(name: string): Buffer {
  return requestOf(ACCOUNT_NEW, 1, Buffer.from(`${name}\0`));
}

const NFLOG_CONFIG = (4 << 8) | 1;
const ACCOUNT_NEW = 7 << 8;
/** NLM_F_REQUEST | NLM_F_CREATE. */
const REQUEST = 0x401;

function requestOf(type: number, attribute: number, value: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from([0, 0, 0, 0]), attributeOf(attribute, value)]);
  const header = Buffer.alloc(16);
  header.writeUInt32LE(16 + body.length, 0);
  header.writeUInt16LE(type, 4);
  header.writeUInt16LE(REQUEST, 6);
  return Buffer.concat([header, body]);
}

function attributesOf(bytes: Buffer): Map<number, Buffer> {
  const attributes = new Map<number, Buffer>();
  for (let at = 0; at + 4 <= bytes.length; ) {
    const length = bytes.readUInt16LE(at);
    if (length < 4) break;
    attributes.set(bytes.readUInt16LE(at + 2) & 0x3fff, bytes.subarray(at + 4, at + length));
    at += (length + 3) & ~3;
  }
  return attributes;
}

function attributeOf(type: number, value: Buffer): Buffer {
  const header = Buffer.alloc(4);
  header.writeUInt16LE(4 + value.length, 0);
  header.writeUInt16LE(type, 2);
  return Buffer.concat([header, value, Buffer.alloc(-value.length & 3)]);
}

function textOf(bytes: Buffer | undefined): string {
  return bytes === undefined ? '' : bytes.toString('latin1').replace(/\0.*$/s, '');
}
