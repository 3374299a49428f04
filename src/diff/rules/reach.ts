import { jumpsOf, type RuleAt } from '../../iptables/jumps.ts';
import {
  HOOK_NAMES,
  type Rule,
  type RuleList,
  type Ruleset,
  type Table,
  type TableName,
} from '../../iptables/ruleset.ts';
import type { NatRange } from '../../iptables/target.ts';
import { formatAddress } from '../../net/address.ts';
import { Intervals } from '../../net/intervals.ts';
import { type Box, intersect } from '../space/box.ts';
import type { Space } from '../space/space.ts';
import { everything, hasBit } from '../space/universe.ts';
import { ReachBook } from './reach-book.ts';
import { orUnspecified, type Reach } from './reach-bounds.ts';
import { reachesOfHook, reachThrough } from './rule-box.ts';

/** Chains that more ways lead to are taken to be reached by every packet. */
const MOST_WAYS = 300;

/** NAT that is no rule of iptables: every packet that it may send on to a destination; null where that may be any. */
export interface OtherNat {
  rewrittenTo(destination: Intervals, port: Intervals): readonly Box[] | null;
}

const NONE: OtherNat = { rewrittenTo: () => [] };

/**
 * Finds which packets can come to a chain, from the rules that lead there on either side: the other way round from a
 * walk, so that of 400,000 rules only those on the way are parsed. Never fewer packets than really come there.
 */
export class ReachFinder {
  readonly #space: Space;
  readonly #rulesets: readonly Ruleset[];
  readonly #native: OtherNat;
  readonly #reaches = new ReachBook(MOST_WAYS);
  readonly #rewritten = new Map<string, readonly Box[]>();

  /**
   * @param rulesets of both sides, of one family
   * @param native what native nft tables rewrite
   */
  constructor(space: Space, rulesets: readonly Ruleset[], native: OtherNat = NONE) {
    this.#space = space;
    this.#rulesets = rulesets;
    this.#native = native;
  }

  /** @returns every packet, as it arrives, that can match the rule in this chain; with null every one that reaches the chain. */
  boxesOf(table: TableName, chain: string, rule: Rule | null): Box[] {
    return this.#reachesOf(table, chain).flatMap((reach) => {
      const through = rule === null ? reach : reachThrough(reach, rule, this.#space);
      return through === null ? [] : this.asArrived(through);
    });
  }

  /** @returns the packets that a rule anywhere can see with such a destination, be it their own or written by DNAT. */
  boxesTowards(destination: Intervals): Box[] {
    const all = everywhere(this.#space);
    return this.asArrived({
      box: all,
      hook: 'FORWARD',
      ownSource: true,
      late: { destination, port: all.destinationPort },
    });
  }

  /** @returns the rules by which a chain is reached, on each side. */
  referencesTo(table: TableName, chain: string): RuleAt[] {
    return this.#tables(table).flatMap((each) => (each.chains.has(chain) ? jumpsOf(each).to([chain]) : []));
  }

  /** @returns the one protocol that every packet in the chain has; null where there may be several. */
  protocolAt(table: TableName, chain: string): number | null {
    let set = 0n;
    for (const { box } of this.#reachesOf(table, chain)) set |= box.protocols;
    const { protocols } = this.#space.universe;
    const found = protocols.filter((_, at) => hasBit(set, at));
    return found.length === 1 ? (found[0] ?? null) : null;
  }

  #reachesOf(table: TableName, chain: string): readonly Reach[] {
    const hook = HOOK_NAMES.find((name) => name === chain);
    if (hook !== undefined) return reachesOfHook(table, hook, this.#space);
    return this.#reaches.of(
      `${table} ${chain}`,
      () => this.#climb(table, chain),
      () => HOOK_NAMES.flatMap((name) => reachesOfHook(table, name, this.#space)),
    );
  }

  *#climb(table: TableName, chain: string): Generator<Reach> {
    for (const { chain: from, index } of this.referencesTo(table, chain)) {
      const rule = from.rules.at(index);
      for (const reach of this.#reachesOf(table, from.name)) {
        const through = reachThrough(reach, rule, this.#space);
        if (through !== null) yield through;
      }
    }
  }

  /** @returns what a rule saw after DNAT, turned back into packets as they arrived: those sent there, and those sent on to there. */
  asArrived({ box, late }: Reach): Box[] {
    if (late === null) return [box];
    const { destination, port } = late;
    const all = everywhere(this.#space);
    const direct = intersect(box, { ...all, destination: orUnspecified(destination), destinationPort: port });
    const own = direct === null ? [] : [direct];
    if (destination.equals(all.destination) && port.equals(all.destinationPort)) return own;
    const rewritten = this.#rewrittenTo(destination, port).flatMap((each) => intersect(box, each) ?? []);
    return [...own, ...rewritten];
  }

  /** Every packet that NAT sends on to such a destination. Where nearly any will do, every packet is taken. */
  #rewrittenTo(destination: Intervals, port: Intervals): readonly Box[] {
    const key = `${destination.bounds.join()} ${port.bounds.join()}`;
    const known = this.#rewritten.get(key);
    if (known !== undefined) return known;
    const elsewhere = this.#native.rewrittenTo(destination, port);
    const found: Box[] = [...(elsewhere ?? [everywhere(this.#space)])];
    const wanted = onlyText(destination, this.#space);
    search: for (const table of this.#tables('nat')) {
      for (const chain of table.chains.values()) {
        for (let index = 0; index < chain.rules.length; index++) {
          if (!rewrites(chain.rules, index, wanted, destination, port)) continue;
          const rule = chain.rules.at(index);
          for (const reach of this.#reachesOf('nat', chain.name)) {
            const through = reachThrough(reach, rule, this.#space);
            if (through !== null && through.late === null) found.push(through.box);
          }
          if (found.length > MOST_WAYS) break search;
        }
      }
    }
    const boxes = found.length > MOST_WAYS ? [everywhere(this.#space)] : found;
    this.#rewritten.set(key, boxes);
    return boxes;
  }

  #tables(name: TableName): Table[] {
    return this.#rulesets.flatMap(({ tables }) => tables.get(name) ?? []);
  }
}

function everywhere({ universe }: Space): Box {
  return everything(universe);
}

/** @returns the one address that is looked for, as a dump spells it; null where there are several. */
function onlyText(destination: Intervals, { universe }: Space): string | null {
  const [from, to] = destination.bounds;
  if (from === undefined || from !== to || destination.bounds.length > 2) return null;
  return formatAddress({ family: universe.family, value: from });
}

/** @returns true where the rule may write a destination of this set. Its text is looked at before it is parsed. */
function rewrites(
  rules: RuleList,
  index: number,
  wanted: string | null,
  destination: Intervals,
  port: Intervals,
): boolean {
  const name = rules.targetName(index);
  if (name === 'REDIRECT' || name === 'NETMAP') return true;
  if (name !== 'DNAT') return false;
  const text = rules.text(index);
  if (wanted !== null && !/\d-\d|unsupported/.test(text) && !text.includes(wanted)) return false;
  const { target } = rules.at(index);
  if (target?.kind !== 'dnat' || target.to === null) return true;
  return reachesRange(target.to, destination, port);
}

function reachesRange({ from, to, ports }: NatRange, destination: Intervals, port: Intervals): boolean {
  const addresses = from === null ? null : Intervals.range(from, to ?? from);
  if (addresses?.and(destination).isEmpty === true) return false;
  return ports === null || !Intervals.range(BigInt(ports.from), BigInt(ports.to)).and(port).isEmpty;
}
