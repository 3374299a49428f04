import { UNKNOWN } from '../../lookup/name-index.ts';
import { ADDRESS_BITS, parseAddress } from '../../net/address.ts';
import { maskOfLength, type Prefix } from '../../net/prefix.ts';
import { SCTP, TCP, UDP } from '../../net/protocol.ts';
import { toChance } from '../extensions/chance.ts';
import { parseNatRange } from '../extensions/nat-targets.ts';
import { readPrefix } from '../extensions/values.ts';
import type { Match } from '../match.ts';
import type { Counters, Rule } from '../ruleset.ts';
import type { NatRange, Target } from '../target.ts';
import type { TableContext } from './dump-lines.ts';
import { LAST_PRINTED, PlainCursor, QUOTE, SPACE, ZERO } from './plain-cursor.ts';

const BANG = 33;
const DASH = 45;
const DOT = 46;
const SLASH = 47;
const COLON = 58;
const OPEN = 91;
const BACKSLASH = 92;
const CLOSE = 93;

/** Protocols that are written by name, with the module of the same name. */
const PROTOCOLS = [
  ['tcp', TCP],
  ['udp', UDP],
  ['sctp', SCTP],
] as const;

const LOCAL: readonly string[] = ['LOCAL'];

type Transport = (typeof PROTOCOLS)[number];

/** Where a rule stands, besides its file. */
export type PlaceInChain = Pick<Rule, 'chain' | 'number' | 'line'>;

/**
 * Reads a rule that is made of the few options of which nearly all of a large dump is made, and spelt as iptables-save spells
 * them: `-s -d -p`, then `-m comment`, `-m tcp --dport`, `-m statistic --mode random`, `-m addrtype --dst-type LOCAL` and the lists of
 * session affinity (`-m recent`), then a jump or a DNAT. It is what `interpretRule` gives, without words and options in between: a test compares both.
 * @param start of its line, and `end` of it: the line's end or what stands before it.
 * @returns null for any other rule.
 */
export function readPlainRule(
  context: TableContext,
  place: PlaceInChain,
  start: number,
  end: number,
): Rule | null {
  const reader = new Reader(context, start, end);
  const counters = reader.counters();
  const from = reader.at;
  if (counters === undefined || !reader.head()) return null;
  const matches: Match[] = [];
  if (!reader.matches(matches)) return null;
  const target = reader.target();
  if (target === null) return null;
  const { bytes, file } = context.lines;
  const { chain, number, line } = place;
  const text = bytes.toString('latin1', from, end);
  return { chain, number, file, line, text, matches, target, counters };
}

class Reader extends PlainCursor {
  readonly #context: TableContext;

  constructor(context: TableContext, start: number, end: number) {
    super(context.lines.bytes, start, end);
    this.#context = context;
  }

  /** @returns null where there are none, undefined where what stands there is something else. */
  counters(): Counters | null | undefined {
    if (this.bytes[this.at] !== OPEN) return null;
    this.at++;
    const packets = this.digits(COLON);
    const bytes = packets < 0 ? -1 : this.digits(CLOSE);
    return bytes >= 0 && this.takes(' ') ? { packets, bytes } : undefined;
  }

  /** Passes over `-A CHAIN `. */
  head(): boolean {
    if (!this.takes('-A ') || this.bytes[this.at] === DASH) return false;
    const from = this.at;
    return this.endsWord() && this.at > from && this.takes(' ');
  }

  /** Reads up to the target. */
  matches(found: Match[]): boolean {
    let inModules = false;
    for (;;) {
      const negated = this.takes('! ');
      const letter = this.#letter();
      if (letter === 'j') return !negated;
      if (letter === 'm') {
        inModules = true;
        if (negated || !this.#module(found)) return false;
      } else if (inModules || letter === null || !this.#base(letter, negated, found)) return false;
    }
  }

  target(): Target | null {
    const from = this.at;
    if (this.takes('DNAT --to-destination ')) return this.#translation(from);
    if (!this.endsWord() || this.at !== this.end) return null;
    const { names } = this.#context;
    const chain = names.find(from, this.at);
    // A name that no chain has is that of a target, or of a chain which the dump lacks.
    return chain === UNKNOWN ? null : { kind: 'jump', chain: names.text(chain) };
  }

  #translation(from: number): Target | null {
    const address = this.at;
    while (this.at < this.end && (this.bytes[this.at] ?? 0) > SPACE) this.at++;
    if (this.at !== this.end) return null;
    this.at = address;
    const to = this.#socket() ?? this.#otherRange(address);
    if (to === null) return null;
    const text = this.bytes.toString('latin1', from, this.end);
    return { kind: 'dnat', to, random: false, persistent: false, text };
  }

  /** `10.0.0.1:80`, as nearly all are. */
  #socket(): NatRange | null {
    if (this.#context.family !== 'ipv4') return null;
    const value = this.ipv4();
    if (value <= 0 || this.bytes[this.at++] !== COLON) return null;
    const port = this.port(this.end);
    if (port <= 0) return null;
    const from = BigInt(value);
    return { from, to: from, ports: { from: port, to: port }, portBase: null };
  }

  #otherRange(from: number): NatRange | null {
    for (let at = from; at < this.end; at++) if (!this.isPlain(at)) return null;
    return parseNatRange(this.bytes.toString('latin1', from, this.end), this.#context);
  }

  /** Passes over `-x `. @returns the letter. */
  #letter(): 's' | 'd' | 'p' | 'm' | 'j' | null {
    if (this.bytes[this.at] !== DASH || this.bytes[this.at + 2] !== SPACE) return null;
    const letter = this.bytes[this.at + 1];
    this.at += 3;
    switch (letter) {
      case 115:
        return 's';
      case 100:
        return 'd';
      case 112:
        return 'p';
      case 109:
        return 'm';
      case 106:
        return 'j';
      default:
        return null;
    }
  }

  #base(letter: 's' | 'd' | 'p', negated: boolean, found: Match[]): boolean {
    if (letter === 'p') {
      const transport = negated ? null : this.#transport();
      if (transport === null) return false;
      const [name, number] = transport;
      found.push({ kind: 'protocol', negated, number, name });
      return true;
    }
    const prefix = this.#context.family === 'ipv4' ? this.#prefix() : this.#otherPrefix();
    if (prefix === null) return false;
    found.push({ kind: letter === 's' ? 'source' : 'destination', negated, prefix });
    return true;
  }

  #module(found: Match[]): boolean {
    if (this.takes('comment --comment ')) return this.#comment(found);
    if (this.takes('statistic --mode random --probability ')) return this.#chance(found);
    if (this.takes('recent ')) return this.#recent(found);
    if (this.takes('addrtype --dst-type LOCAL ')) {
      found.push({ kind: 'addrtype', negated: false, side: 'destination', types: LOCAL, limit: null });
      return true;
    }
    const transport = this.#transport();
    if (transport === null) return false;
    if (!this.takes('--dport ')) return true;
    const port = this.port(this.wordEnd());
    if (port < 0 || !this.takes(' ')) return false;
    const ports = { from: port, to: port };
    found.push({ kind: 'destination-port', negated: false, module: transport[0], ports });
    return true;
  }

  #transport(): Transport | null {
    for (const transport of PROTOCOLS) {
      const from = this.at;
      if (this.takes(transport[0]) && this.takes(' ')) return transport;
      this.at = from;
    }
    return null;
  }

  #comment(found: Match[]): boolean {
    const quoted = this.bytes[this.at] === QUOTE;
    const from = quoted ? ++this.at : this.at;
    if (!quoted) {
      // A `!` there is no comment but belongs to the option.
      if (this.bytes[from] === BANG || !this.endsWord() || this.at === from) return false;
    } else {
      for (; this.bytes[this.at] !== QUOTE; this.at++) {
        const byte = this.bytes[this.at] ?? 0;
        if (byte < SPACE || byte > LAST_PRINTED || byte === BACKSLASH || this.at >= this.end) return false;
      }
    }
    const text = this.bytes.toString('latin1', from, this.at);
    if (quoted) this.at++;
    found.push({ kind: 'comment', negated: false, text });
    return this.takes(' ');
  }

  /** `--set --name LIST --mask MASK --rsource `, and `--rcheck --seconds 10800 --reap` before the name. */
  #recent(found: Match[]): boolean {
    const isSet = this.takes('--set ');
    if (!isSet && !(this.takes('--rcheck --seconds ') && this.bytes[this.at] !== ZERO)) return false;
    const seconds = isSet ? null : this.digits(SPACE);
    const reap = !isSet && this.takes('--reap ');
    // More is no number to iptables.
    if (seconds === -1 || (seconds ?? 0) > 0xffffffff || !this.takes('--name ')) return false;
    const list = this.#word();
    if (list === null || !this.takes('--mask ')) return false;
    const mask = parseAddress(this.#word() ?? '');
    if (mask === null || !this.takes('--rsource ')) return false;
    found.push({
      kind: 'recent',
      negated: false,
      action: isSet ? 'set' : 'rcheck',
      list,
      seconds,
      reap,
      hitcount: null,
      rttl: false,
      mask: mask.value,
      side: 'source',
    });
    return true;
  }

  /** Reads a word that is no option, and passes over the blank behind it. */
  #word(): string | null {
    const from = this.at;
    const first = this.bytes[from];
    if (first === DASH || first === BANG || !this.endsWord() || this.at === from) return null;
    const text = this.bytes.toString('latin1', from, this.at);
    return this.takes(' ') ? text : null;
  }

  /** `0.33333333349`, in digits that are exact. */
  #chance(found: Match[]): boolean {
    const whole = (this.bytes[this.at] ?? 0) - ZERO;
    if ((whole !== 0 && whole !== 1) || this.bytes[this.at + 1] !== DOT) return false;
    this.at += 2;
    const from = this.at;
    const digits = this.digits(SPACE);
    if (digits < 0) return false;
    let unit = 1;
    for (let at = from; at < this.at - 1; at++) unit *= 10;
    const given = (whole * unit + digits) / unit;
    if (given > 1) return false;
    found.push({ kind: 'statistic-random', negated: false, probability: toChance(given) });
    return true;
  }

  /** `10.0.0.0/8 `. */
  #prefix(): Prefix | null {
    const value = this.ipv4();
    if (value < 0 || this.bytes[this.at++] !== SLASH) return null;
    const length = this.digits(SPACE);
    if (length < 0 || length > ADDRESS_BITS.ipv4) return null;
    const mask = maskOfLength('ipv4', length);
    return { family: 'ipv4', value: BigInt(value) & mask, mask };
  }

  #otherPrefix(): Prefix | null {
    const from = this.at;
    if (!this.endsWord()) return null;
    const prefix = readPrefix(this.bytes.toString('latin1', from, this.at), this.#context.family);
    return this.takes(' ') ? prefix : null;
  }
}
