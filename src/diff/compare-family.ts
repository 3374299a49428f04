import type { Ruleset, TableName } from '../iptables/ruleset.ts';
import { ADDRESS_BITS, type Family, parseAddress } from '../net/address.ts';
import type { Intervals } from '../net/intervals.ts';
import type { NftRule } from '../nftables/ruleset.ts';
import { boxesOfChangedFacts } from './changed-facts.ts';
import type { Examples } from './explore/choose-packet.ts';
import { type Exploration, explore } from './explore/explore.ts';
import type { Order } from './explore/worklist.ts';
import { gatherMentioned } from './mentioned.ts';
import { actingTables, hasFrameHooks, tablesWithAdded } from './nft/acting-tables.ts';
import { asksForAnswers } from './nft/answers.ts';
import { reachesOfChanges } from './nft/changed-tables.ts';
import { takeTable } from './nft/mention.ts';
import { NativeReach } from './nft/reach.ts';
import { indexTable } from './nft/table-index.ts';
import { type Bound, boundsOf, type ChainDelta, compareChains } from './rules/chain-delta.ts';
import { type ChainPair, findDifferingChains } from './rules/chain-pairs.ts';
import { ReachFinder } from './rules/reach.ts';
import { Survey } from './rules/survey.ts';
import { type Box, disjoint, intersect } from './space/box.ts';
import { Space } from './space/space.ts';
import { bits, everything, makeUniverse, type Universe } from './space/universe.ts';
import { rulesetsOf, type State, sideOf } from './two-sides.ts';

/** Who sends: processes of the node, or whoever comes in with one of these addresses. */
export type Senders = { readonly kind: 'node' } | { readonly kind: 'in'; readonly addresses: Intervals };

/** What packets to look at. */
export interface Question {
  readonly budget: number;
  /** In which order packets are looked at; absent: `depth`. */
  readonly order?: Order;
  /** Null: everybody. */
  readonly senders: Senders | null;
  /** Whether native nft tables say the same on both sides, word by word; `anything` where it is not only these that differ. */
  readonly native: 'alike' | 'differ' | 'anything';
}

/** What differs for the packets of one family. */
export interface FamilyComparison {
  readonly family: Family;
  /** Chains whose text differs. */
  readonly differing: readonly ChainPair[];
  /** Those of them that do something else. */
  readonly deltas: readonly ChainDelta[];
  readonly exploration: Exploration;
  readonly space: Space;
  readonly survey: Survey;
  /** Whether native rules differ that packets of a connection that exists meet, too. */
  readonly nativeMeetsAll: boolean;
  /** A native rule that may tell answers apart; null where there is none. */
  readonly nativeAsks: NftRule | null;
}

/**
 * Compares what both states do to packets of one family. First the rules, chain by chain: what is written alike does alike,
 * and order, counters and comments are put aside where they cannot matter. What is left bounds the packets that can fare
 * otherwise, and only those are explored.
 */
export function compareFamily(
  states: readonly [State, State],
  family: Family,
  question: Question,
): FamilyComparison {
  const survey = new Survey();
  const [before, after] = [actingRulesets(states[0], family), actingRulesets(states[1], family)];
  const pairs = pairUp(before, after);
  const differing = pairs.map((pair) => findDifferingChains(...pair, survey));
  const hosts = [states[0].host, states[1].host] as const;
  const tables = states.map(({ known }) => actingTables(known, family));
  const added = states.flatMap(({ known }) => [...tablesWithAdded(known).values()]);
  for (const table of new Set([...tables.flat(), ...added])) takeTable(table, survey);
  const universe = makeUniverse(family, gatherMentioned(survey, hosts, family));
  const space = new Space(universe, hosts, tables.flat().some(hasFrameHooks));
  const deltas: ChainDelta[] = [];
  const boxes: Box[] = [];
  // Of all backends: what one of them rewrites the other sees rewritten.
  const all = [...before, ...after];
  const nativeReach = new NativeReach(space, tables.flat());
  const reach = new ReachFinder(space, all, nativeReach);
  for (const [at, pair] of pairs.entries()) {
    for (const chains of differing[at] ?? []) {
      const delta = compareChains(chains, pair, reach);
      if (delta === null) continue;
      deltas.push(delta);
      if (isOutOfReach(delta, pair)) continue;
      for (const bound of boundsOf(delta, pair)) boxes.push(...boxesWithin(chains.table, bound, reach));
    }
  }
  boxes.push(...boxesOfChangedFacts(space, reach, all, survey.sets));
  const changes =
    question.native === 'alike'
      ? []
      : question.native === 'differ'
        ? reachesOfChanges(tables[0] ?? [], tables[1] ?? [], nativeReach, space)
        : null;
  boxes.push(...(changes ?? []).flatMap((each) => reach.asArrived(each)));
  // Where headers are written beside NAT, or nft wrote to a table of iptables, nobody knows what a rule behind it sees.
  const mangled = tables.flat().some((table) => indexTable(table).mangles);
  if (changes === null || (boxes.length > 0 && (mangled || added.length > 0)))
    boxes.unshift(everything(universe));
  if (isOrderOfBackends(before, after)) boxes.unshift(everything(universe));
  const asked = boxes.flatMap((box) => within(box, question, universe) ?? []);
  const exploration = explore(
    disjoint(asked),
    space,
    [sideOf(states[0], family), sideOf(states[1], family)],
    examplesOf(states, family),
    question.budget,
    new Set(differing.flat().map(({ name }) => name)),
    question.order,
  );
  const established = bits(universe.states, (state) => state === 'ESTABLISHED');
  return {
    ...{ family, differing: differing.flat(), deltas, exploration, space, survey },
    nativeMeetsAll: changes?.some(({ box }) => (box.states & established) !== 0n) ?? true,
    nativeAsks: boxes.length === 0 ? null : asksForAnswers(tables.flat()),
  };
}

/** More pairs of boxes than this are not laid over each other. */
const MOST_PAIRS = 20_000;

/** @returns the packets that match the rule of a bound and, where it only jumps, a rule behind it. */
function boxesWithin(table: TableName, { chain, rule, behind }: Bound, reach: ReachFinder): Box[] {
  const boxes = disjoint(reach.boxesOf(table, chain, rule));
  if (behind === null) return boxes;
  const further = disjoint(behind.flatMap((each) => reach.boxesOf(table, each.chain, each.rule)));
  // Either bounds them by itself.
  if (boxes.length * further.length > MOST_PAIRS) return boxes.length < further.length ? boxes : further;
  return boxes.flatMap((box) => further.flatMap((other) => intersect(box, other) ?? []));
}

/** Tables of a second backend that hold nothing and drop nothing are as good as none. */
function actingRulesets(state: State, family: Family): readonly Ruleset[] {
  const rulesets = rulesetsOf(state, family);
  const acting = rulesets.filter(
    ({ form, tables }) =>
      form !== 'save' ||
      [...tables.values()].some(({ chains }) =>
        [...chains.values()].some(({ rules, policy }) => rules.length > 0 || policy === 'DROP'),
      ),
  );
  return acting.length === 0 ? rulesets.slice(0, 1) : acting;
}

/** The security table has its turn before nat at INPUT with one backend and after it with the other. */
function isOrderOfBackends(before: readonly Ruleset[], after: readonly Ruleset[]): boolean {
  const [own, other] = [before, after].map((rulesets) => rulesets.map(({ backend }) => backend).join());
  const holds = (name: 'nat' | 'security'): boolean =>
    [...before, ...after].some(
      ({ tables }) => (tables.get(name)?.chains.get('INPUT')?.rules.length ?? 0) > 0,
    );
  return own !== other && holds('security') && holds('nat');
}

/** Chains that one side lacks are reached by nothing there; whoever leads to them on the other side differs, too. */
function isOutOfReach({ pair }: ChainDelta, rulesets: readonly [Ruleset | null, Ruleset | null]): boolean {
  if (pair.before !== null && pair.after !== null) return false;
  if (/^(?:PREROUTING|INPUT|FORWARD|OUTPUT|POSTROUTING)$/.test(pair.name)) return false;
  const lacking = rulesets[pair.before === null ? 0 : 1];
  return lacking === null || lacking.form === 'save';
}

/** Rules of the same backend belong together; of one backend on each side, whichever they are. */
function pairUp(
  before: readonly Ruleset[],
  after: readonly Ruleset[],
): (readonly [Ruleset | null, Ruleset | null])[] {
  const [own] = before;
  const [other] = after;
  if (before.length <= 1 && after.length <= 1) return [[own ?? null, other ?? null]];
  const backends = new Set([...before, ...after].map(({ backend }) => backend));
  return [...backends].map((backend) => [
    before.find((ruleset) => ruleset.backend === backend) ?? null,
    after.find((ruleset) => ruleset.backend === backend) ?? null,
  ]);
}

function within(box: Box, { senders }: Question, { doors }: Universe): Box | null {
  if (senders === null) return box;
  const chosen = bits(doors, ({ kind }) => kind === senders.kind);
  return intersect(box, {
    ...box,
    doors: chosen,
    ...(senders.kind === 'in' ? { source: senders.addresses } : {}),
  });
}

/** Pods and Services make better examples than numbers in their networks. */
function examplesOf(states: readonly [State, State], family: Family): Examples {
  const known = states.map((state) => state.known);
  const values = (texts: readonly string[]): bigint[] =>
    [...new Set(texts)].flatMap((text) => {
      const address = parseAddress(text);
      return address !== null && address.family === family ? [address.value] : [];
    });
  const pods = known.flatMap(({ book, node }) => book.podsOn(node).filter(({ hostNetwork }) => !hostNetwork));
  const endpoints = new Set(
    known.flatMap(({ cluster }) => (cluster.endpoints ?? []).map(({ address }) => address)),
  );
  const clients = pods
    .flatMap(({ ips }) => ips)
    .sort((a, b) => Number(endpoints.has(a)) - Number(endpoints.has(b)) || (a < b ? -1 : 1));
  const podAddresses = values(clients.slice(0, 2000));
  const services = values(
    known
      .flatMap(({ cluster }) => (cluster.services ?? []).flatMap(({ clusterIPs }) => clusterIPs))
      .slice(0, 2000),
  );
  const outside = values(['192.0.2.10', '198.51.100.250', '203.0.113.250', '2001:db8::10']);
  const gateways = states.flatMap(({ host }) =>
    (host.routes[family] ?? []).flatMap(({ nextHops }) =>
      nextHops.map(({ gateway }) => gateway?.value ?? -1n),
    ),
  );
  const uplinks = new Set(
    states.flatMap(({ host }) =>
      (host.routes[family] ?? [])
        .filter(({ destination }) => destination.mask === 0n)
        .flatMap(({ nextHops }) => nextHops.map(({ device }) => device)),
    ),
  );
  const outsideFirst = [...outside, ...gateways.filter((value) => value >= 0n), ...podAddresses];
  // Without Pods some neighbour of the node stands for them.
  const neighbours = states.flatMap(({ host }) =>
    (host.links ?? []).flatMap(({ loopback, addresses }) =>
      addresses
        .filter(
          (entry) =>
            !loopback && entry.address.family === family && entry.prefixLength <= ADDRESS_BITS[family] - 8,
        )
        .map(({ address }) => (address.value & ~0xffn) | 0xfan),
    ),
  );
  const podsFirst = [...podAddresses, ...neighbours.reverse(), ...outside];
  return {
    sources: (door) => (door.kind === 'in' && uplinks.has(door.device ?? '') ? outsideFirst : podsFirst),
    destinations: [...services, ...podAddresses, ...outside],
  };
}
