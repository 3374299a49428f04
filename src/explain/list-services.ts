import type { Ruleset } from '../iptables/ruleset.ts';
import type { Cluster } from '../kubernetes/objects.ts';
import type { ChainNames } from '../proxy/chain-names.ts';
import type { Note } from './explanation.ts';
import type { ServiceItem, UnprogrammedPort } from './service-list.ts';
import { nameServices } from './services/cluster-naming.ts';
import { noteList } from './services/list-notes.ts';
import { listPortalServices } from './services/portal-services.ts';
import { readService } from './services/read-service.ts';
import { draftServices } from './services/service-draft.ts';
import type { ServiceNaming } from './services/service-naming.ts';
import { familiesTold, findUnprogrammed } from './services/unprogrammed-services.ts';

/** What {@link listServices} reads. */
export interface ServiceListInput {
  readonly rulesets: readonly Ruleset[];
  readonly cluster: Cluster;
  readonly names: ChainNames;
  /** The node whose rules these are; null where it is not known. Endpoints on it are told apart from others. */
  readonly node: string | null;
  /** Asked with what the names of a port's chains end in, null for one that has none: which ports are read. Absent: all. */
  readonly isWanted?: (hash: string | null) => boolean;
}

/**
 * Lists every Service port that the rules program, for each family and backend, read from the structure of kube-proxy's chains
 * (1.20 to 1.36): nothing is traced. Ports without endpoints, which exist as refusals in the filter table alone, are listed;
 * so are ports whose chains are left but to which no rule leads: they have no addresses.
 *
 * Linear in the rules: 10,000 Services with 10 endpoints each take seconds. Throws nothing.
 * @returns items by namespace, name, port, protocol, family and backend; those without a name last
 */
export function listServices(input: ServiceListInput): ServiceItem[] {
  const naming = nameServices(input);
  return input.rulesets.flatMap((ruleset) => listRuleset(ruleset, naming, input.isWanted)).sort(compareItems);
}

/**
 * Says what no row of {@link listServices} can: Service ports of the API without any rule, and what is to be known of the
 * whole list.
 * @param items what `listServices` gave, all of it
 */
export function annotateServices(
  items: readonly ServiceItem[],
  { rulesets, cluster }: ServiceListInput,
): { readonly notProgrammed: readonly UnprogrammedPort[]; readonly notes: readonly Note[] } {
  return {
    notProgrammed: findUnprogrammed(items, familiesTold(rulesets), cluster),
    notes: noteList(rulesets),
  };
}

function listRuleset(
  ruleset: Ruleset,
  naming: ServiceNaming,
  isWanted: ServiceListInput['isWanted'],
): ServiceItem[] {
  const reading = { ruleset, naming };
  const items = draftServices(ruleset, naming, isWanted).map((draft) => readService(draft, reading));
  return [...items, ...listPortalServices(ruleset, naming)];
}

/** Orders items by namespace, name, port, protocol, family and backend; those without a name last. */
export function compareItems(a: ServiceItem, b: ServiceItem): number {
  return (
    compare(a.namespace, b.namespace) ||
    compare(a.name, b.name) ||
    compare(a.port ?? '', b.port ?? '') ||
    compare(a.protocol, b.protocol) ||
    compare(a.family, b.family) ||
    compare(a.backend, b.backend) ||
    compare(firstPlace(a), firstPlace(b))
  );
}

/** Tells items apart that have no name. */
function firstPlace(item: ServiceItem): string {
  const [socket] = [...item.clusterIPs, ...item.externalIPs, ...item.loadBalancerIPs];
  return `${socket?.address ?? ''} ${socket?.port ?? ''} ${item.nodePort ?? ''} ${item.chains.join(' ')}`;
}

function compare(a: string | null, b: string | null): number {
  if (a === b) return 0;
  if (a === null) return 1;
  if (b === null) return -1;
  return a < b ? -1 : 1;
}
