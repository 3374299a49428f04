import { listServices, type ServiceListInput } from '../explain/list-services.ts';
import type { Known } from '../explain/question/question.ts';
import { thisNodeName } from '../explain/question/this-node.ts';
import { CARRIERS, readingOf } from '../explain/services/carriers.ts';
import type { Host } from '../host/facts.ts';
import type { Family } from '../net/address.ts';
import { nameChains } from '../proxy/chain-names.ts';
import { tracksConnections } from '../trace/tracking.ts';
import { compareFamily, type Senders } from './compare-family.ts';
import type { Diff } from './document.ts';
import { probeVirtualServers } from './ipvs-probes.ts';
import { lackingOf } from './lacking.ts';
import { describeRenewal, isRenewed, renewedAddresses, tellsOfRenewal } from './link-local.ts';
import { changeOfNative, compareNativeTables } from './native.ts';
import { actingTables } from './nft/acting-tables.ts';
import { notFollowed, proofOf } from './proof.ts';
import { sideOf, statesOf } from './two-sides.ts';
import { carriersUnfollowed, isBeyond, isOtherMode, listCarried } from './unfollowed.ts';
import { unfollowedFacts } from './unfollowed-facts.ts';
import { concernedRulesets } from './views/concerned-rules.ts';
import { compareRules } from './views/rules.ts';
import { compareServices } from './views/services.ts';
import { compareFacts } from './views/state.ts';
import { classesFor, compareWitnesses, describeWitnesses } from './views/witnesses.ts';

/** What is compared, and how far. */
export interface DiffOptions {
  /** How many classes of packets may be traced in each family. */
  readonly budget: number;
  /** Of two nodes most packets fare otherwise, by nature: the budget is spent on some of each kind. */
  readonly twoNodes?: boolean;
  /** Only packets of these senders; null: all. A family without entry is left out. */
  readonly senders: Partial<Record<Family, Senders>> | null;
  /** Only this Service; null: all. */
  readonly service: { readonly namespace: string; readonly name: string } | null;
  /** Whether link-local addresses that a reboot made up anew count as a difference. */
  readonly strict: boolean;
}

/** The parts of the document that the comparison makes. */
export interface Comparison
  extends Pick<Diff, 'identical' | 'proof' | 'linkLocal' | 'services' | 'rules' | 'witnesses' | 'state'> {
  /** The one family whose packets were compared, where neither side has rules of the other; null: both, or the node has but one. */
  readonly onlyFamily: Family | null;
}

const FAMILIES: readonly Family[] = ['ipv4', 'ipv6'];

/** Compares two states of a node, or of two nodes: what would packets do differently, and what was changed. */
export function compareStates(before: Known, after: Known, options: DiffOptions): Comparison {
  const states = statesOf(before, after, options.strict);
  const hosts = [states[0].host, states[1].host] as const;
  const { senders } = options;
  const asked = FAMILIES.filter((family) => senders === null || senders[family] !== undefined);
  const families = asked.filter((family) =>
    states.some(
      ({ known }) =>
        known.rulesets.some((ruleset) => ruleset.family === family) || actingTables(known, family).length > 0,
    ),
  );
  const native = compareNativeTables(before, after);
  const compared = families.map((family) =>
    compareFamily(states, family, {
      budget: options.budget,
      order: options.twoNodes === true ? 'breadth' : 'depth',
      senders: senders?.[family] ?? null,
      native: changeOfNative(states, family, native),
    }),
  );
  const isAsked = (
    one: { readonly namespace: string | null; readonly name: string | null } | null,
  ): boolean =>
    options.service === null ||
    (one?.namespace === options.service.namespace && one.name === options.service.name);
  const renewed = renewedAddresses(...hosts);
  const beyond = isBeyond([before, after]);
  const found = compared.map((comparison) => {
    const all = classesFor(options.service, states, comparison);
    const told = all.filter((one) => !beyond(one));
    const classes = options.strict ? told : told.filter((one) => !tellsOfRenewal(one, renewed));
    return { comparison, classes, aside: told.length - classes.length, beyond: all.length - told.length };
  });
  // Of some senders alone nothing is asked of IPVS: they are boxes of packets.
  const probed = compared.flatMap((comparison) => {
    const one = senders === null ? probeVirtualServers(states, comparison, options.budget) : null;
    return one === null ? [] : [{ ...one, comparison }];
  });
  const witnesses = [
    ...found.flatMap(({ comparison, classes }) => describeWitnesses(states, comparison, classes)),
    ...probed.flatMap(({ comparison, classes, states: sides }) =>
      describeWitnesses(
        sides,
        comparison,
        classesFor(options.service, sides, {
          ...comparison,
          exploration: { ...comparison.exploration, classes },
        }),
      ),
    ),
  ].sort(compareWitnesses);
  const differing = compared.flatMap((comparison) => comparison.differing);
  const rulesets = [states[0].known.rulesets, states[1].known.rulesets] as const;
  const concerned = concernedRulesets(rulesets, differing);
  const listOf = (known: Known, of: Known['rulesets']) => [
    ...(differing.length === 0 ? [] : listServices(listInput(known, of))),
    ...(native?.differing.length ? CARRIERS.nftables.list(readingOf(known)) : []),
  ];
  const carried = isOtherMode(before, after) || after.proxyMode === 'ipvs';
  const all = carried
    ? compareServices(...listCarried([before, after]))
    : compareServices(listOf(before, concerned[0]), listOf(after, concerned[1]));
  const services = all.filter(isAsked);
  const sets = new Set(compared.flatMap(({ survey }) => [...survey.sets]));
  const unfollowed = unfollowedFacts(hosts, {
    compared: families,
    tracked: families.filter((family) =>
      states.some((each) => tracksConnections(sideOf(each, family).world('PREROUTING'), family) !== false),
    ),
  });
  const state = compareFacts(
    states,
    sets,
    services,
    (address) => !options.strict && isRenewed(address, renewed),
    native,
    unfollowed,
  );
  const captured = [
    { ...states[0], known: before, host: before.host },
    { ...states[1], known: after, host: after.host },
  ] as const;
  const lacking = lackingOf(captured, {
    families: families.length === 0 ? asked : families,
    sets,
  });
  const proof = proofOf(
    compared,
    states,
    options.budget,
    lacking,
    native,
    unfollowed,
    carriersUnfollowed([before, after]),
    found.reduce((sum, each) => sum + each.beyond, 0),
    probed.length === 0 ? null : probed.reduce((sum, { left }) => sum + left, 0),
  );
  const aside = found.reduce((sum, each) => sum + each.aside, 0);
  return {
    identical: proof.complete && witnesses.length === 0,
    onlyFamily: asked.length > 1 ? onlyFamilyOf(families, hosts) : null,
    proof,
    linkLocal:
      options.strict || !families.includes('ipv6')
        ? null
        : describeRenewal(renewedAddresses(before.host, after.host), aside),
    services,
    rules: found.flatMap(({ comparison, classes }) =>
      compareRules(
        comparison,
        classes,
        comparison.exploration.unexplored.length === 0 && notFollowed(comparison).length === 0,
      ),
    ),
    witnesses,
    state,
  };
}

function listInput(known: Known, rulesets: Known['rulesets']): ServiceListInput {
  return {
    rulesets,
    cluster: known.cluster,
    names: nameChains(known.cluster),
    node: thisNodeName(known),
  };
}

/** A node without any address of a family has no packets of it. */
function onlyFamilyOf(families: readonly Family[], hosts: readonly [Host, Host]): Family | null {
  const [family, ...more] = families;
  if (family === undefined || more.length > 0) return null;
  const isOff = hosts.every(
    ({ links }) =>
      links?.every(({ addresses }) => addresses.every(({ address }) => address.family === family)) ?? false,
  );
  return isOff ? null : family;
}
