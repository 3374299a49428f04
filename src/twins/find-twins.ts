import type { SourceText } from '../capture/source.ts';
import type { SourceKind } from '../capture/source-kind.ts';
import { type Address, type Family, formatAddress, parseAddress } from '../net/address.ts';
import type { EndpointChain, Twins } from '../trace/twins.ts';
import { Blocks } from './blocks.ts';

/** What was captured, by what it is. */
export type Captured = ReadonlyMap<SourceKind, readonly { readonly source: SourceText }[]>;

/**
 * How each kind of input may be read for addresses. `rules`: line by line, and one address is only that address; `addresses`: the
 * length of a prefix may stand beside an address. Other kinds spell addresses in other ways, or hold objects of each endpoint: with
 * them no endpoint has a twin that is known.
 */
const READ: Readonly<Partial<Record<SourceKind, 'rules' | 'addresses'>>> = {
  'iptables-save': 'rules',
  'ip-addr': 'addresses',
  'ip-route': 'addresses',
  'ip-rule': 'addresses',
  'ip-addrlabel': 'addresses',
  'nft-hooks': 'addresses',
  sysctl: 'addresses',
  recent: 'addresses',
  ipset: 'addresses',
  sockets: 'addresses',
  conntrack: 'addresses',
  'conntrack-stats': 'addresses',
  manifest: 'addresses',
};

/** What the walk of a packet through the node does not read. */
const OF_NO_PACKET: ReadonlySet<SourceKind> = new Set([
  'kubernetes',
  'kubectl-table',
  'expectations',
  'counter-sample',
  'empty',
  'unknown',
]);

/**
 * What makes more of an address than to compare it with a block: NETMAP, HMARK, SNPT and DNPT compute with it, of a range the kernel takes
 * an address by a hash (find_best_ips_proto, net/netfilter/nf_nat_core.c, 6.18), a list may hold networks of it (xt_recent `--mask`), and
 * an ipset any of its bits (`bitmask`, kernel 6.2 and later).
 */
const COMPUTES =
  /-j (?:NETMAP|HMARK|[SD]NPT)\b|--rdest\b|--mask (?!255\.255\.255\.255\b|ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff\b)|\bbitmask\b/i;

/** What a name that is found is made of. A chain whose name has anything else has no twins. */
const LETTER = String.raw`[^\s"',;:()/\[\]]`;
const FOUND_NAME = new RegExp(`^(?:(?=[!-~])${LETTER})+$`);
/** What no address has. */
const NO_ADDRESS = /[g-z_-]/i;

/** Chance differs between twins; what becomes of a packet once one was chosen does not. */
const CHANCE = / -m statistic --mode random --probability [\d.e-]+/g;
const COUNTERS = /\[\d+:\d+\]\s?/g;

/** Below this many endpoints it takes longer to look for twins than to follow each. */
const FEW = 100;

/** What may be read for each endpoint: a million flows, or the rules of 100,000 endpoints for a hundred, take longer than these. */
const MOST_BYTES = 15_000;

/** @returns what tells twins among the endpoints of a capture, whose texts are read when it is asked. */
export function findTwins(captured: () => Captured, from = FEW): Twins {
  return { from, kindsOf: (endpoints) => kindsAmong(endpoints, captured()) };
}

function kindsAmong(endpoints: readonly EndpointChain[], captured: Captured): readonly (number | null)[] {
  const [first] = endpoints;
  const nobody = endpoints.map(() => null);
  const inputs = [...captured].filter(([kind]) => !OF_NO_PACKET.has(kind));
  const bytes = inputs.flatMap(([, list]) => list).reduce((sum, { source }) => sum + source.size, 0);
  if (first === undefined || bytes > MOST_BYTES * endpoints.length) return nobody;
  if (inputs.some(([kind]) => READ[kind] === undefined)) return nobody;
  const beginning = commonBeginning(endpoints.map(({ chain }) => chain));
  // Else a word could be read as either.
  if (!NO_ADDRESS.test(beginning)) return nobody;
  const reading = new Reading(endpoints, first.address.family, beginning);
  for (const [kind, list] of inputs)
    for (const { source } of list) if (!reading.take(source, READ[kind] === 'rules')) return nobody;
  return reading.kinds();
}

/** What is written of each of some endpoints. */
class Reading {
  readonly #endpoints: readonly EndpointChain[];
  readonly #family: Family;
  readonly #blocks: Blocks;
  /** The endpoint of each name and address; two endpoints of one address have no twins. */
  readonly #byWord = new Map<string, number>();
  readonly #words: RegExp;
  /** All lines that name the endpoint, with its own names left out; null: it is told apart in another way. */
  readonly #lines: (string | null)[];

  /** @param beginning what the names of all chains begin with */
  constructor(endpoints: readonly EndpointChain[], family: Family, beginning: string) {
    this.#endpoints = endpoints;
    this.#family = family;
    this.#blocks = new Blocks(family);
    this.#lines = endpoints.map(({ chain }) => (FOUND_NAME.test(chain) ? '' : null));
    for (const [index, { chain, address }] of endpoints.entries())
      for (const word of [chain, formatAddress(address)]) {
        const other = this.#byWord.get(word);
        if (other !== undefined) this.#lines[other] = this.#lines[index] = null;
        this.#byWord.set(word, index);
      }
    const name = beginning.replace(/[^\w-]/g, '\\$&');
    this.#words = new RegExp(`(${name}${LETTER}*)|${ADDRESSES[family]}`, 'g');
  }

  /** Reads one input. @returns false where an address in it may mean more than its text tells. */
  take(source: SourceText, areRules: boolean): boolean {
    const text = source.bytes.toString('latin1');
    if (COMPUTES.test(text)) return false;
    if (!areRules) return this.#takeLine(`${source.name} ${text}`, false);
    for (let start = 0; start < text.length; ) {
      const newline = text.indexOf('\n', start);
      const end = newline < 0 ? text.length : newline;
      if (!this.#takeLine(text.slice(start, end), true)) return false;
      start = end + 1;
    }
    return true;
  }

  /** @returns by endpoint the number that its twins share; null where it has none. */
  kinds(): readonly (number | null)[] {
    const numbers = new Map<string, number>();
    return this.#endpoints.map(({ address }, index) => {
      const lines = this.#lines[index] ?? null;
      const place = this.#blocks.placeOf(address);
      if (lines === null || place === null) return null;
      const key = `${place}\n${lines}`;
      const number = numbers.get(key) ?? numbers.size;
      numbers.set(key, number);
      return number;
    });
  }

  #takeLine(line: string, isRule: boolean): boolean {
    let named: number | null = null;
    const own: [from: number, to: number][] = [];
    const words = this.#words;
    words.lastIndex = 0;
    for (let match = words.exec(line); match !== null; match = words.exec(line)) {
      const [word, chain, text = '', length, range] = match;
      // In a rule most are an endpoint's own, as they are printed, and tell nothing of others.
      let index = isRule ? this.#byWord.get(word) : undefined;
      if (index === undefined) {
        const address = chain === undefined ? parseAddress(text) : null;
        if (chain === undefined && address === null) continue;
        if (range !== undefined) return false;
        if (address !== null && !this.#takeAddress(address, length, isRule)) return false;
        index = this.#named(address === null ? (chain ?? '') : formatAddress(address));
      }
      if (index === undefined) continue;
      if (!isRule || (named !== null && named !== index)) {
        this.#lines[index] = null;
        if (named !== null) this.#lines[named] = null;
      }
      named = index;
      own.push([match.index, match.index + (chain ?? text).length]);
    }
    const told = named === null ? null : this.#lines[named];
    if (named !== null && told !== null && told !== undefined)
      this.#lines[named] = `${told}${without(line, own).replace(CHANCE, '').replace(COUNTERS, '')}\n`;
    return true;
  }

  /** The endpoint with this name or address; a list of clients may stand in a file of its name with `.txt` behind. */
  #named(word: string): number | undefined {
    return this.#byWord.get(word) ?? this.#byWord.get(word.replace(/\.\w+$/, ''));
  }

  #takeAddress(address: Address, length: string | undefined, isRule: boolean): boolean {
    if (address.family !== this.#family) return true;
    if (length !== undefined && length !== HOST[this.#family])
      return this.#blocks.addPrefix(`${formatAddress(address)}/${length}`);
    if (!isRule) this.#blocks.addAddress(address);
    return true;
  }
}

const HOST: Readonly<Record<Family, string>> = { ipv4: '32', ipv6: '128' };

/** An address as programs print it, with the length of its prefix, or the beginning of what a range ends in. */
const ADDRESSES: Readonly<Record<Family, string>> = {
  ipv4: String.raw`(\d+\.\d+\.\d+\.\d+)(?:\/([\d.]+)|(-\d))?`,
  ipv6: String.raw`([\da-fA-F]*:[\da-fA-F]*:[\da-fA-F:.]*)(?:\/([\da-fA-F:]+)|(-[\da-fA-F:]))?`,
};

function without(line: string, own: readonly (readonly [from: number, to: number])[]): string {
  let [text, at] = ['', 0];
  for (const [from, to] of own) {
    text += `${line.slice(at, from)}\0`;
    at = to;
  }
  return text + line.slice(at);
}

function commonBeginning(names: readonly string[]): string {
  let [common = ''] = names;
  for (const name of names) while (!name.startsWith(common)) common = common.slice(0, -1);
  return common;
}
