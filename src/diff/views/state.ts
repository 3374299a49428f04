import type { FlowTable } from '../../conntrack/flow-table.ts';
import type { Host } from '../../host/facts.ts';
import { printIpvs } from '../../ipvs/print-ipvs.ts';
import { IpvsTable } from '../../ipvs/table.ts';
import { type Address, type Family, formatAddress, parseAddress } from '../../net/address.ts';
import { parseProtocol } from '../../net/protocol.ts';
import { socketText } from '../../net/socket.ts';
import { TABLE_SYSCTLS } from '../../trace/conntrack-full.ts';
import { isFullOnOneSide, isSwitch, sameSet } from '../changed-facts.ts';
import type { ServiceChange, StateChange } from '../document.ts';
import { isIpvsSwitch } from '../ipvs-probes.ts';
import type { NativeComparison } from '../native.ts';
import { policyText, routeText } from '../route-texts.ts';
import type { State } from '../two-sides.ts';
import type { UnfollowedFact } from '../unfollowed-facts.ts';

/**
 * Compares what lies beside the rules, as far as it was captured: what one side lacks is supposed to be the other's.
 * @param sets names of the ipsets that rules ask on either side
 * @param native what native nft tables say on both sides; null where only their chains were counted
 * @param unfollowed what differs of what no trace asks
 * @param aside addresses of the node of which nothing is told here
 */
export function compareFacts(
  [before, after]: readonly [State, State],
  sets: ReadonlySet<string>,
  services: readonly ServiceChange[],
  aside: (address: Address) => boolean,
  native: NativeComparison | null,
  unfollowed: readonly UnfollowedFact[],
): StateChange[] {
  const [own, other] = [before.host, after.host];
  const routesOf = ({ routes }: Host, family: Family): string[] | null =>
    routes[family]
      ?.filter(({ type, destination }) => type !== 'local' || !aside(destination))
      .map(routeText) ?? null;
  return [
    ...compareLists('interface', linksOf(own), linksOf(other)),
    ...compareLists('address', addressesOf(own, aside), addressesOf(other, aside)),
    ...(['ipv4', 'ipv6'] as const).flatMap((family) => [
      ...compareLists('route', routesOf(own, family), routesOf(other, family)),
      ...compareLists(
        'policy-rule',
        own.policyRules[family]?.map(policyText) ?? null,
        other.policyRules[family]?.map(policyText) ?? null,
      ),
    ]),
    ...compareSets(own, other, sets),
    ...compareIpvs(before, after),
    ...compareSysctls(
      own,
      other,
      [before, after].some(({ known }) => known.ipvs instanceof IpvsTable),
    ),
    ...unfollowed.map(({ change }) => change),
    ...(native?.changes ?? compareNative(own, other)),
    ...compareFlows(before.known.flows, after.known.flows, services),
  ];
}

/** Virtual servers and real servers, as `ipvsadm-save -n` prints them; nothing where one side was not captured, or not as a whole. */
function compareIpvs({ known: before }: State, { known: after }: State): StateChange[] {
  if (!(before.ipvs instanceof IpvsTable) || !(after.ipvs instanceof IpvsTable)) return [];
  // What a listing that breaks off lacks is not known to be gone.
  if (before.ipvs.incomplete || after.ipvs.incomplete) return [];
  const lines = ({ servers }: IpvsTable): string[] => printIpvs(servers).split('\n').filter(Boolean);
  return compareLists('ipvs', lines(before.ipvs), lines(after.ipvs));
}

function compareLists(
  kind: StateChange['kind'],
  before: readonly string[] | null,
  after: readonly string[] | null,
): StateChange[] {
  const [own, other] = [new Set(before), new Set(after)];
  return [
    ...[...own]
      .filter((text) => !other.has(text))
      .sort()
      .map((text): StateChange => ({ kind, name: text, before: text, after: null, matters: true })),
    ...[...other]
      .filter((text) => !own.has(text))
      .sort()
      .map((text): StateChange => ({ kind, name: text, before: null, after: text, matters: true })),
  ];
}

function linksOf({ links }: Host): string[] | null {
  return (
    links?.map(
      ({ name, up, kind, master }) =>
        `${name} ${up ? 'up' : 'down'}${kind === null ? '' : ` ${kind}`}${master === null ? '' : ` in ${master}`}`,
    ) ?? null
  );
}

function addressesOf({ links }: Host, aside: (address: Address) => boolean): string[] | null {
  return (
    links?.flatMap(({ name, addresses }) =>
      addresses
        .filter(({ address }) => !aside(address))
        .map(({ address, prefixLength }) => `${formatAddress(address)}/${prefixLength} on ${name}`),
    ) ?? null
  );
}

function compareSets(before: Host, after: Host, sets: ReadonlySet<string>): StateChange[] {
  if (before.ipsets === null || after.ipsets === null) return [];
  const names = new Set([...before.ipsets.keys(), ...after.ipsets.keys()]);
  return [...names].sort().flatMap((name): StateChange[] => {
    const [own, other] = [before.ipsets?.get(name), after.ipsets?.get(name)];
    if (sameSet(own, other)) return [];
    const [gone, come] = [membersBeside(own, other), membersBeside(other, own)];
    const matters =
      sets.has(name) ||
      [...sets].some((asked) =>
        [before, after].some(
          ({ ipsets }) => ipsets?.get(asked)?.entries.some(({ parts }) => parts[0] === name) === true,
        ),
      );
    if (own === undefined || other === undefined)
      return [
        {
          kind: 'ipset',
          name,
          before: own === undefined ? null : `${own.entries.length} members`,
          after: other === undefined ? null : `${other.entries.length} members`,
          matters,
        },
      ];
    return [{ kind: 'ipset', name, before: gone, after: come, matters }];
  });
}

/** Members that only this side has: a few, and how many. */
function membersBeside(
  set: { readonly entries: readonly { readonly parts: readonly string[] }[] } | undefined,
  other: typeof set,
): string | null {
  const others = new Set(other?.entries.map(({ parts }) => parts.join()));
  const own = (set?.entries ?? [])
    .map(({ parts }) => parts.join())
    .filter((text) => !others.has(text))
    .sort();
  if (own.length === 0) return null;
  return own.length <= 5 ? own.join(' ') : `${own.slice(0, 5).join(' ')} and ${own.length - 5} more`;
}

/** Only switches that decide over packets are told: counters of the kernel differ between any two captures. */
function compareSysctls(before: Host, after: Host, balances: boolean): StateChange[] {
  if (before.sysctls === null || after.sysctls === null) return [];
  const names = new Set([...before.sysctls.keys(), ...after.sysctls.keys()]);
  const ofTable: readonly string[] = isFullOnOneSide(before, after) ? TABLE_SYSCTLS : [];
  return [...names]
    .filter((name) => isSwitch(name) || (balances && isIpvsSwitch(name)) || ofTable.includes(name))
    .sort()
    .flatMap((name): StateChange[] => {
      const [own, other] = [before.sysctls?.get(name) ?? null, after.sysctls?.get(name) ?? null];
      return own === other ? [] : [{ kind: 'sysctl', name, before: own, after: other, matters: true }];
    });
}

/** Where a rule set was not captured, or not whole, all that can be told is how many rules there are. */
function compareNative(before: Host, after: Host): StateChange[] {
  if (before.nft === null || after.nft === null) return [];
  const text = ({ nft }: Host): Map<string, string> =>
    new Map(
      (nft?.nativeChains ?? []).map(({ family, table, chain, hook, priority, policy, rules }) => [
        `${family} ${table} ${chain}`,
        `${hook} ${priority} policy ${policy}, ${rules} rules`,
      ]),
    );
  const [own, other] = [text(before), text(after)];
  return [...new Set([...own.keys(), ...other.keys()])].sort().flatMap((name): StateChange[] => {
    const [one, two] = [own.get(name) ?? null, other.get(name) ?? null];
    return one === two ? [] : [{ kind: 'nftables', name, before: one, after: two, matters: true }];
  });
}

/** Flows go where conntrack remembers: their number is news only where they go to an endpoint that no rule chooses now. */
function compareFlows(
  before: FlowTable | null,
  after: FlowTable | null,
  services: readonly ServiceChange[],
): StateChange[] {
  if (before === null || after === null) return [];
  const changes: StateChange[] = [];
  if (before.count !== after.count)
    changes.push({
      kind: 'flows',
      name: 'conntrack entries',
      before: String(before.count),
      after: String(after.count),
      matters: false,
    });
  const gone = new Map<string, { protocol: string; count: number }>();
  for (const { protocol, details } of services)
    for (const detail of details)
      if (detail.code === 'endpoint-removed' && detail.before !== null)
        gone.set(`${parseProtocol(protocol)} ${detail.before}`, { protocol, count: 0 });
  if (gone.size === 0) return changes;
  for (const { protocol, reply, state, original } of after.all()) {
    if (state === 'TIME_WAIT' || state === 'CLOSE' || reply.source.value === original.destination.value)
      continue;
    const found = gone.get(`${protocol} ${socketText(reply.source, reply.sourcePort)}`);
    if (found !== undefined) found.count++;
  }
  for (const [key, { count }] of gone) {
    const endpoint = key.slice(key.indexOf(' ') + 1);
    if (count > 0 && parseAddress(endpoint.replace(/^\[?(.*?)\]?:\d+$/, '$1')) !== null)
      changes.push({
        kind: 'flows',
        name: `to the removed endpoint ${endpoint}`,
        before: null,
        after: `${count} live`,
        matters: false,
      });
  }
  return changes;
}
