import type { Host, Route } from '../host/facts.ts';
import type { Family } from '../net/address.ts';
import { listed } from '../words/numbers.ts';
import type { StateChange } from './document.ts';
import { routeText } from './route-texts.ts';

/** Something beside the rules that differs, can decide over packets, and that no trace asks. */
export interface UnfollowedFact {
  readonly change: StateChange;
  /** What it decides, in words. */
  readonly what: string;
}

/** Those that are compared, and those of them whose connections conntrack tracks, or may track, on a side. */
interface Families {
  readonly compared: readonly Family[];
  readonly tracked: readonly Family[];
}

/** Sysctls that no trace asks, and what each decides. */
interface Kind {
  readonly names: RegExp;
  readonly what: string;
  /** Whether only the connections that conntrack tracks hear of it. */
  readonly ofConntrack?: true;
  /** What a kernel does that lacks the sysctl. */
  readonly without?: string;
}

/**
 * The first that fits counts. What they decide: Documentation/networking/nf_conntrack-sysctl.rst and
 * ip-sysctl.rst of the kernel, 6.18.
 */
const KINDS: readonly Kind[] = [
  {
    names:
      /^net\.netfilter\.nf_conntrack_(?:tcp_be_liberal|tcp_loose|checksum|dccp_loose|tcp_no_window_check)$/,
    what: 'which packets conntrack takes for INVALID',
    ofConntrack: true,
  },
  {
    names: /^net\.netfilter\.nf_conntrack_tcp_ignore_invalid_rst$/,
    what: 'which packets conntrack takes for INVALID',
    ofConntrack: true,
    without: '0',
  },
  {
    names: /^net\.netfilter\.nf_conntrack_(?:\w*_timeout(?:_\w+)?|tcp_max_retrans)$/,
    what: 'when conntrack forgets a connection',
    ofConntrack: true,
  },
  {
    names: /^net\.netfilter\.nf_conntrack_helper$/,
    what: 'which connections helpers announce',
    ofConntrack: true,
    without: '0',
  },
  {
    names: /^net\.ipv[46]\.fib_multipath_(?:hash_policy|hash_fields|use_neigh)$/,
    what: 'which next hop of several a packet takes',
  },
  {
    names: /^net\.ipv4\.conf\..*\.(?:arp_ignore|arp_announce|arp_filter)$/,
    what: 'which addresses the node is found by (ARP)',
  },
  {
    names: /^net\.ipv4\.icmp_echo_ignore_(?:all|broadcasts)$|^net\.ipv6\.icmp\.echo_ignore_\w+$/,
    what: 'which echo requests the node answers',
  },
];

/**
 * What the packets of these families may fare otherwise by, though no trace tells: so nothing is proved.
 * @returns what differs; a fact that one side does not tell at all is supposed to be the other's
 */
export function unfollowedFacts(
  [before, after]: readonly [Host, Host],
  families: Families,
): UnfollowedFact[] {
  return [
    ...sysctlFacts(before, after, families),
    ...linkFacts(before, after),
    ...families.compared.flatMap((family) => routeFacts(before.routes[family], after.routes[family])),
  ];
}

const LENGTH = 'which packets are too long for an interface or a route (MTU)';
const CARRIER = 'whether what is sent to an interface leaves it (carrier)';

/** Of interfaces that both sides have. */
function linkFacts(before: Host, after: Host): UnfollowedFact[] {
  const others = new Map(after.links?.map((link) => [link.name, link]));
  return (before.links ?? []).flatMap((link): UnfollowedFact[] => {
    const other = others.get(link.name);
    if (other === undefined) return [];
    const [own, now] = [link, other].map(({ carrier }) => (carrier === false ? 'none' : 'there'));
    return [
      ...fact('interface', `${link.name} carrier`, own, now, CARRIER),
      // A listing without MTUs (`ip -o addr`) tells none.
      ...(link.mtu === undefined || other.mtu === undefined
        ? []
        : fact('interface', `${link.name} mtu`, String(link.mtu), String(other.mtu), LENGTH)),
    ];
  });
}

/** Of routes that both sides have. */
function routeFacts(before: readonly Route[] | null, after: readonly Route[] | null): UnfollowedFact[] {
  const others = new Map(after?.map((route) => [routeText(route), route]));
  return (before ?? []).flatMap((route): UnfollowedFact[] => {
    const text = routeText(route);
    const other = others.get(text);
    if (other === undefined) return [];
    const [own, now] = [route, other].map(({ nextHops }) => {
      const down = nextHops.flatMap(({ linkDown, device }) => (linkDown === true ? [device ?? '?'] : []));
      return down.length === 0 ? undefined : down.join(' ');
    });
    return [
      ...fact('route', `${text} metrics`, route.metrics, other.metrics, LENGTH),
      ...fact('route', `${text} linkdown`, own, now, CARRIER),
    ];
  });
}

function fact(
  kind: StateChange['kind'],
  name: string,
  before: string | undefined,
  after: string | undefined,
  what: string,
): UnfollowedFact[] {
  if (before === after) return [];
  return [{ change: { kind, name, before: before ?? null, after: after ?? null, matters: true }, what }];
}

/** @returns them as what was left unexplored, one line for all that decide the same. */
export function unfollowedTexts(facts: readonly UnfollowedFact[]): string[] {
  const kinds = new Map<string, string[]>();
  for (const { what, change } of facts) {
    const texts = kinds.get(what) ?? [];
    kinds.set(what, texts);
    texts.push(`${change.name} ${change.before ?? 'none'} → ${change.after ?? 'none'}`);
  }
  return [...kinds].map(([what, texts]) => `${what}: ${listed(texts, 4)}`);
}

function sysctlFacts(before: Host, after: Host, { compared, tracked }: Families): UnfollowedFact[] {
  if (before.sysctls === null || after.sysctls === null) return [];
  const names = new Set([...before.sysctls.keys(), ...after.sysctls.keys()]);
  const links = [before, after].map((host) => new Set(host.links?.map(({ name }) => name)));
  return [...names].sort().flatMap((name): UnfollowedFact[] => {
    const kind = KINDS.find(({ names: of }) => of.test(name));
    if (kind === undefined || (kind.ofConntrack === true ? tracked.length === 0 : isOther(name, compared)))
      return [];
    const device = /^net\.ipv[46]\.conf\.([^.]+)\./.exec(name)?.[1]?.replaceAll('/', '.');
    // Of an interface that one side alone has, it is part of the interface's change.
    if (device !== undefined && device !== 'all' && links.some((own) => !own.has(device))) return [];
    const [own, other] = [before, after].map(({ sysctls }) => sysctls?.get(name) ?? null);
    if ((own ?? kind.without) === (other ?? kind.without)) return [];
    return fact('sysctl', name, own ?? undefined, other ?? undefined, kind.what);
  });
}

/** Of a family that is not compared. */
function isOther(name: string, families: readonly Family[]): boolean {
  return (['ipv4', 'ipv6'] as const).some(
    (family) => name.startsWith(`net.${family}.`) && !families.includes(family),
  );
}
