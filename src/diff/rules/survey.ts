import type { OpaqueModule } from '../../iptables/match.ts';
import type { Rule, RuleList, Ruleset } from '../../iptables/ruleset.ts';
import { lowered } from '../../rules/lowered-rule.ts';
import type { Field, ProtocolSet, TestOf } from '../../rules/test.ts';
import { type Beyond, traitsOf, traitsOfEffect } from '../../rules/traits.ts';

/** What rules mention that a packet can have. Of rules that are spelt alike and mention nothing, only the first is parsed. */
export class Survey {
  readonly protocols = new Set<number>();
  readonly devices = new Set<string>();
  /** Names of ipsets that rules ask. */
  readonly sets = new Set<string>();
  /** Matches whose answer no capture holds, and how many rules ask each. */
  readonly unknown = new Map<OpaqueModule | 'unrecognised', number>();
  /** Packets that no trace stands for, and the first rule that asks for them. */
  readonly notFollowed = new Map<Beyond, Rule>();
  /** Shapes of rules that mention nothing that is not in the shape. */
  readonly #plain = new Set<string>();

  /** Takes in one rule of a list, given its text. */
  rule(rules: RuleList, index: number, text: string): void {
    const shape = shapeOf(text);
    if (shape !== null && this.#plain.has(shape)) return;
    if (!this.#parsed(rules.at(index)) && shape !== null) this.#plain.add(shape);
  }

  count(what: OpaqueModule | 'unrecognised'): void {
    this.unknown.set(what, (this.unknown.get(what) ?? 0) + 1);
  }

  /** Takes a protocol that a rule asks for; those with ports, asked for as one, are in every universe. */
  takeProtocol(set: ProtocolSet): void {
    const [range] = set.kind === 'ranges' && set.ranges.length === 1 ? set.ranges : [];
    if (range !== undefined && range.from === range.to) this.protocols.add(range.from);
  }

  /** @returns whether another rule of this shape may mention something else. */
  #parsed(rule: Rule): boolean {
    const { tests, effect } = lowered(rule);
    let more = false;
    for (const test of tests) {
      // The table's type ties each field to its function; TypeScript cannot follow that through an index.
      const mention = MENTIONS[test.field] as Mention<Field> | null;
      if (mention?.(test, this) === true) more = true;
      if (this.#beyond(traitsOf(test).beyond, rule)) more = true;
    }
    // `SET --map-set` gives the packet what the set holds beside its address.
    if (effect?.kind === 'change-sets' && effect.maps !== null) {
      this.sets.add(effect.maps.set);
      more = true;
    }
    const beyond = effect === null ? null : traitsOfEffect(effect).beyond;
    return this.#beyond(beyond, rule) || more;
  }

  #beyond(beyond: Beyond | null, rule: Rule): boolean {
    if (beyond !== null && !this.notFollowed.has(beyond)) this.notFollowed.set(beyond, rule);
    return beyond !== null;
  }
}

/** Takes what a test mentions; true where another value of the same option may mention something else. */
type Mention<F extends Field> = (test: TestOf<F>, survey: Survey) => boolean;

const devices = ({ in: names }: { readonly in: readonly string[] }, survey: Survey): boolean => {
  for (const name of names) survey.devices.add(name);
  return true;
};

/** For each field, what a test of it mentions; null: nothing that a packet's box is made of. */
const MENTIONS: { readonly [F in Field]: Mention<F> | null } = {
  'meta.nfproto': null,
  // Protocols are in the shape of a rule.
  'meta.l4proto': ({ in: set }, survey) => {
    survey.takeProtocol(set);
    return false;
  },
  'ip.saddr': null,
  'ip.daddr': null,
  'ip.fragment': null,
  'meta.length': null,
  'ip.ttl': null,
  'ip.dscp': null,
  'ip.tos': null,
  'ip.ecn': null,
  'th.sport': null,
  'th.dport': null,
  'th.port': null,
  'tcp.flags': null,
  'tcp.option': null,
  'tcp.mss': null,
  'sctp.chunks': null,
  'dccp.type': null,
  'dccp.option': null,
  'icmp.type-code': null,
  'meta.pkttype': null,
  'ether.saddr': null,
  'meta.iifname': devices,
  'meta.oifname': null,
  'meta.iifgroup': null,
  'meta.oifgroup': null,
  'bridge.port.in': devices,
  'bridge.port.out': devices,
  'bridge.carries': null,
  'meta.mark': null,
  'meta.skuid': null,
  'meta.skgid': null,
  'meta.sender': null,
  // Whether it tells answers apart lies in its words.
  'ct.state': () => true,
  'ct.status': null,
  'ct.mark': null,
  'ct.direction': null,
  'ct.protocol': ({ in: set }, survey) => {
    survey.takeProtocol(set);
    return true;
  },
  'ct.original.saddr': null,
  'ct.original.daddr': null,
  'ct.reply.saddr': null,
  'ct.reply.daddr': null,
  'ct.original.sport': null,
  'ct.original.dport': null,
  'ct.reply.sport': null,
  'ct.reply.dport': null,
  'ct.expiration': null,
  'ct.helper': null,
  'fib.saddr.type': null,
  'fib.daddr.type': null,
  'fib.saddr.oif': null,
  'ipvs.taken': null,
  'ipvs.protocol': null,
  'ipvs.address': null,
  'ipvs.port': null,
  ipset: ({ in: { set } }, survey) => {
    survey.sets.add(set);
    return true;
  },
  recent: null,
  chance: null,
  opaque: ({ in: { module } }, survey) => {
    survey.count(module);
    return true;
  },
  unrecognised: (_, survey) => {
    survey.count('unrecognised');
    return true;
  },
  lost: null,
};

/**
 * @returns the options of a rule in their order, without their values: rules of one shape ask the same fields. A comment that
 * looks like options makes a shape of its own, which costs no more than one rule parsed. Null for the row of a listing.
 */
function shapeOf(text: string): string | null {
  if (!text.startsWith('-A ')) return null;
  let shape = '';
  for (let at = text.indexOf(' -'); at >= 0; ) {
    let end = text.indexOf(' ', at + 2);
    if (end === at + 3 && isNamed(text.charCodeAt(at + 2))) end = text.indexOf(' ', end + 1);
    if (end < 0) return shape + text.slice(at);
    shape += text.slice(at, end);
    at = text.indexOf(' -', end);
  }
  return shape;
}

/** `-m` and `-p`: options of which the value is part of the shape. */
function isNamed(letter: number): boolean {
  return letter === 0x6d || letter === 0x70;
}

/** @returns every rule of a ruleset, with its text. */
export function* rulesOf(ruleset: Ruleset): Generator<{ rules: RuleList; index: number }> {
  for (const table of ruleset.tables.values())
    for (const { rules } of table.chains.values())
      for (let index = 0; index < rules.length; index++) yield { rules, index };
}
