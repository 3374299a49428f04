import { IpvsTable } from '../../ipvs/table.ts';
import type { Family } from '../../net/address.ts';
import { type ChainNames, nameChains } from '../../proxy/chain-names.ts';
import type { Note, ProxyMode } from '../explanation.ts';
import { compareItems, listServices } from '../list-services.ts';
import type { Known } from '../question/question.ts';
import { thisNodeName } from '../question/this-node.ts';
import type { ServiceItem } from '../service-list.ts';
import { nameServices } from './cluster-naming.ts';
import { noteIptables } from './iptables-notes.ts';
import { noteIpvs } from './ipvs-notes.ts';
import { listIpvsServices } from './ipvs-services.ts';
import { kubeProxyTables } from './nft/kube-proxy-tables.ts';
import { listNftServices } from './nft/nft-services.ts';
import { noteNft } from './nft/table-notes.ts';
import type { ServiceNaming } from './service-naming.ts';
import { familiesTold } from './unprogrammed-services.ts';

/** What carries Services on a node: rules of iptables (also those of userspace mode), a native nft table, IPVS. */
export type Carrier = 'iptables' | 'nftables' | 'ipvs';

/** What a carrier is read from. */
export interface CarrierReading {
  readonly known: Known;
  readonly names: ChainNames;
  /** The node whose state this is; null where it is not known. */
  readonly node: string | null;
  /** Asked with what the names of a port's chains end in: which ports are read from iptables' rules. Absent: all. */
  readonly isWanted?: (hash: string | null) => boolean;
  /** Of which Services ports are read, where a carrier tells before it reads them. Absent: of all. */
  readonly isAsked?: IsAsked;
}

/** Tells whether a Service is asked about. */
export type IsAsked = (service: Pick<ServiceItem, 'namespace' | 'name'>) => boolean;

/** Reads what one carrier programs. Every carrier gives the same model. */
export interface CarrierReader {
  /** @returns every Service port that it programs; empty where it was not captured. */
  readonly list: (reading: CarrierReading) => ServiceItem[];
  /** @returns the families of which the capture holds all that it programs: what it lacks there is not programmed. */
  readonly families: (known: Known) => readonly Family[];
  /** What its rows do not say of the whole list. */
  readonly notes?: (items: readonly ServiceItem[], known: Known) => readonly Note[];
}

/** The readers. Another way to carry Services is one entry here. */
export const CARRIERS: Readonly<Record<Carrier, CarrierReader>> = {
  iptables: {
    list: ({ known: { rulesets, cluster }, ...rest }) => listServices({ rulesets, cluster, ...rest }),
    families: ({ rulesets }) => familiesTold(rulesets),
    notes: (_, known) => noteIptables(known),
  },
  nftables: {
    list: (reading) => listNftServices(reading.known, namingOf(reading), reading.node, reading.isAsked),
    families: (known) => kubeProxyTables(known).flatMap(({ family, cut }) => (cut ? [] : [family])),
    notes: (_, known) => noteNft(known),
  },
  ipvs: {
    list: (reading) =>
      listIpvsServices({ known: reading.known, naming: namingOf(reading), node: reading.node }),
    families: ({ ipvs, rulesets }) => (ipvs instanceof IpvsTable ? familiesBalanced(ipvs, rulesets) : []),
    notes: noteIpvs,
  },
};

/** Of a listing that breaks off nothing is missing; a family is told where it has virtual servers, or kube-proxy's rules. */
function familiesBalanced(ipvs: IpvsTable, rulesets: Known['rulesets']): Family[] {
  if (ipvs.incomplete) return [];
  const balanced = ipvs.servers.flatMap(({ takes }) => (takes.by === 'socket' ? [takes.address.family] : []));
  return [...new Set([...balanced, ...familiesTold(rulesets)])];
}

/** Which carrier kube-proxy writes in each mode; null where none is known, or where the rules do not choose endpoints. */
export const CARRIER_OF: Readonly<Record<ProxyMode, Carrier | null>> = {
  iptables: 'iptables',
  nftables: 'nftables',
  ipvs: 'ipvs',
  userspace: null,
  none: null,
};

const OF_BACKEND: Readonly<Record<ServiceItem['backend'], Carrier>> = {
  'iptables-nft': 'iptables',
  'iptables-legacy': 'iptables',
  nft: 'nftables',
  ipvs: 'ipvs',
};

/** @returns what programs the item. */
export function carrierOf({ backend }: Pick<ServiceItem, 'backend'>): Carrier {
  return OF_BACKEND[backend];
}

/** @returns true where another carrier programs the item than the one that kube-proxy writes in this mode: it was left behind. */
export function isLeftOver({ backend }: Pick<ServiceItem, 'backend'>, mode: ProxyMode): boolean {
  return mode !== 'none' && OF_BACKEND[backend] !== CARRIER_OF[mode];
}

/** @returns what carriers are read from. */
export function readingOf(known: Known): CarrierReading {
  return { known, names: nameChains(known.cluster), node: thisNodeName(known) };
}

/** @returns the naming of what is read. */
export function namingOf({ known: { cluster }, names, node }: CarrierReading): ServiceNaming {
  return nameServices({ cluster, names, node });
}

/**
 * @param isWanted see {@link CarrierReading}: it spares reading others
 * @returns what iptables' rules program of the Services asked for and, last, what kube-proxy's table does where it works in nftables mode
 */
export function programmedBy(
  known: Known,
  isWanted: (hash: string | null) => boolean = () => true,
  isAsked: IsAsked = () => true,
): ServiceItem[] {
  const reading = { ...readingOf(known), isWanted, isAsked };
  const native = known.proxyMode === 'nftables' ? CARRIERS.nftables.list(reading) : [];
  return [...CARRIERS.iptables.list(reading), ...native].filter(isAsked);
}

/** @returns what IPVS balances, with kube-proxy's sets: in the other modes what it left there. */
export function balancedBy(known: Known): ServiceItem[] {
  return CARRIERS.ipvs.list(readingOf(known));
}

/** @returns every Service port that any carrier programs, in the order of `compareItems`. */
export function listProgrammed(known: Known): ServiceItem[] {
  const reading = readingOf(known);
  return Object.values(CARRIERS)
    .flatMap(({ list }) => list(reading))
    .sort(compareItems);
}

/** @returns what no row of {@link listProgrammed} says. */
export function noteProgrammed(items: readonly ServiceItem[], known: Known): Note[] {
  return Object.values(CARRIERS).flatMap(({ notes }) => notes?.(items, known) ?? []);
}
