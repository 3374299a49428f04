import type { SourceText } from '../capture/source.ts';
import type { SourceKind } from '../capture/source-kind.ts';
import type { Host, IpSet, Link, RecentEntry, Route } from '../host/facts.ts';
import { parseAddressLabels } from '../host/parse-address-labels.ts';
import { parseEbtables } from '../host/parse-ebtables.ts';
import { parseExpectations } from '../host/parse-expectations.ts';
import { parseIpsecPolicies } from '../host/parse-ipsec-policies.ts';
import { parseIpsets } from '../host/parse-ipsets.ts';
import { parseLinks } from '../host/parse-links.ts';
import { parsePolicyRules } from '../host/parse-policy-rules.ts';
import { parseRecent } from '../host/parse-recent.ts';
import { parseRoutes } from '../host/parse-routes.ts';
import { parseSysctls } from '../host/parse-sysctls.ts';
import { tableName } from '../host/table-name.ts';
import type { Family } from '../net/address.ts';
import type { NftRuleset } from '../nftables/ruleset.ts';
import { summaryOf } from '../nftables/summary.ts';
import type { ProblemList } from '../problems/problem.ts';
import { once } from './once.ts';
import { type SortedSource, type SortedSources, textOf } from './sort-sources.ts';

/** @returns the node's facts; each is parsed when first asked for. */
export function loadHost(
  sources: SortedSources,
  problems: ProblemList,
  ruleset: () => NftRuleset | null,
): Host {
  const only = <T>(
    kind: SourceKind,
    parse: (text: string, file: string, cut: boolean) => T | null,
  ): (() => T | null) =>
    once(() => {
      const [first, ...more] = sources.get(kind) ?? [];
      reportRepeats(more, problems);
      const text = first === undefined ? null : textOf(first.source, problems);
      return first === undefined || text === null
        ? null
        : parse(text, first.source.name, first.source.cut === true);
    });
  const links = once(() => loadLinks(sources.get('ip-addr') ?? [], problems));
  const nft = once(() => {
    const listed = ruleset();
    return listed === null ? null : summaryOf(listed);
  });
  const ipsets = once(() => loadIpsets(sources.get('ipset') ?? [], problems));
  const sysctls = only('sysctl', (text, _file, cut) =>
    parseSysctls(cut ? text.slice(0, text.lastIndexOf('\n') + 1) : text),
  );
  const labels = only('ip-addrlabel', (text, file) => parseAddressLabels(text, file, problems));
  const frameRules = only('ebtables', (text, file) => parseEbtables(text, file, problems));
  const ipsec = only('ip-xfrm-policy', parseIpsecPolicies);
  const expectations = only('conntrack-expect', parseExpectations);
  const recent = once(() => loadRecent(sources.get('recent') ?? [], problems));
  const routes = perFamily(sources.get('ip-route') ?? [], routesIn, problems);
  const policyRules = perFamily(sources.get('ip-rule') ?? [], parsePolicyRules, problems);
  return {
    get links() {
      return links().all;
    },
    get someLinks() {
      return links().some;
    },
    routes,
    listedTables: {
      ipv4: listedTables(sources.get('ip-route') ?? [], 'ipv4'),
      ipv6: listedTables(sources.get('ip-route') ?? [], 'ipv6'),
    },
    policyRules,
    get sysctls() {
      return sysctls();
    },
    get ipsets() {
      return ipsets();
    },
    get recent() {
      return recent();
    },
    get frameRules() {
      return frameRules();
    },
    get labels() {
      return labels();
    },
    get expectations() {
      return expectations();
    },
    get ipsec() {
      return ipsec();
    },
    get nft() {
      return nft();
    },
  };
}

/** Of addresses, routes and policy rules a missing one changes the answer for all packets: what broke off is not used. */
function wholeTextOf(source: SourceText, problems: ProblemList): string | null {
  if (source.cut !== true && source.picked !== true) return textOf(source, problems);
  if (source.picked === true) problems.add('partial-listing', { what: 'picked' }, source.name);
  else problems.add('truncated', { what: 'listing' }, source.name);
  return null;
}

type FamilyParser<T> = (
  text: string,
  family: Family,
  file: string,
  problems: ProblemList,
  source: SourceText,
) => T[] | null;

/** A route to a gateway may have others, which `route -n` does not print. */
const routesIn: FamilyParser<Route> = (text, family, file, problems, { firstHops }) => {
  const routes = parseRoutes(text, family, file, problems);
  if (firstHops !== true) return routes;
  const isOfGateway = ({ nextHops }: Route): boolean => nextHops.some(({ gateway }) => gateway !== null);
  return routes?.map((route) => (isOfGateway(route) ? { ...route, firstHopAlone: true } : route)) ?? null;
};

/**
 * A listing belongs to the family that its content or its name tells. `ip route show table all` lists IPv6 routes too:
 * they are used where no listing of their own was given.
 */
function perFamily<T>(
  sources: readonly SortedSource[],
  parse: FamilyParser<T>,
  problems: ProblemList,
): Readonly<Record<Family, readonly T[] | null>> {
  const read = (family: Family): readonly T[] | null => {
    const own = sources.filter((source) => source.family === family);
    reportRepeats(own.slice(1), problems);
    const chosen = sourceFor(sources, family);
    const text = chosen === undefined ? null : wholeTextOf(chosen.source, problems);
    if (chosen === undefined || text === null) return null;
    const found = parse(text, family, chosen.source.name, problems, chosen.source);
    // In another family's listing, none found means that they were not asked for.
    return chosen !== own[0] && found?.length === 0 ? null : found;
  };
  const ipv4 = once(() => read('ipv4'));
  const ipv6 = once(() => read('ipv6'));
  return {
    get ipv4() {
      return ipv4();
    },
    get ipv6() {
      return ipv6();
    },
  };
}

function sourceFor(sources: readonly SortedSource[], family: Family): SortedSource | undefined {
  const own = sources.find((source) => source.family === family);
  const unclear = sources.find((source) => source.family === null);
  return own ?? unclear ?? (family === 'ipv6' ? sources[0] : undefined);
}

/** @returns the tables that commands of a paste listed; null where the routes alone tell. */
function listedTables(sources: readonly SortedSource[], family: Family): readonly string[] | null {
  const tables = sourceFor(sources, family)?.source.tables;
  return tables?.filter((each) => each.family === family).map(({ table }) => tableName(table)) ?? null;
}

/** Sets of several outputs stand beside each other, `ipset list NAME` beside `ipset save`; of one set the first counts. */
function loadIpsets(sources: readonly SortedSource[], problems: ProblemList): Host['ipsets'] {
  const sets = new Map<string, IpSet>();
  let read = false;
  for (const sorted of sources) {
    const text = textOf(sorted.source, problems);
    if (text === null) continue;
    read = true;
    const { name: file, cut, picked } = sorted.source;
    const found = parseIpsets(text, file, problems, cut === true);
    const known = found.filter(({ name }) => sets.has(name)).map(({ name }) => name);
    if (known.length > 0) {
      const isAll = known.length === found.length;
      problems.add('repeated-input', isAll ? { is: 'not-used' } : { is: 'partly-used', sets: known }, file);
    }
    for (const set of found)
      if (!sets.has(set.name)) sets.set(set.name, picked === true ? { ...set, incomplete: true } : set);
  }
  return read ? sets : null;
}

interface LinksRead {
  /** Null where not all were listed. */
  readonly all: readonly Link[] | null;
  /** Single links that were listed where not all were. */
  readonly some: readonly Link[];
}

/** `ip -4 addr` and `ip -6 addr` tell of the same links: their addresses are joined by the link's name. */
function loadLinks(sources: readonly SortedSource[], problems: ProblemList): LinksRead {
  const links = new Map<string, Link>();
  let read = false;
  let picked = false;
  for (const sorted of sources) {
    const text = linksTextOf(sorted.source, problems);
    if (text === null) continue;
    const found = parseLinks(text, sorted.source.name, problems);
    picked ||= sorted.source.picked === true || found?.some(({ incomplete }) => incomplete) === true;
    let more = !read;
    read ||= found !== null;
    for (const link of found ?? []) {
      const known = links.get(link.name);
      const families = new Set(known?.addresses.map(({ address }) => address.family));
      const added = link.addresses.filter(({ address }) => !families.has(address.family));
      more ||= known === undefined || added.length > 0;
      if (known === undefined) links.set(link.name, link);
      else links.set(link.name, { ...known, addresses: [...known.addresses, ...added] });
    }
    if (!more && found !== null) reportRepeats([sorted], problems);
  }
  const all = [...links.values()];
  // Every network namespace has its loopback link: a listing without it is of single links (`ip addr show dev eth0`).
  const [first] = all;
  const hasLoopback = all.some(({ loopback, name }) => loopback || name === 'lo');
  if (first === undefined || (hasLoopback && !picked)) return { all: read ? all : null, some: [] };
  const names = hasLoopback ? null : all.map(({ name }) => name);
  problems.add('partial-listing', { what: 'addresses', links: names }, sources[0]?.source.name ?? null);
  return { all: null, some: all };
}

/** What single lines show of a link is so, whatever was left out; without the line that names it they tell nothing. */
function linksTextOf(source: SourceText, problems: ProblemList): string | null {
  const text = source.picked === true && source.cut !== true ? textOf(source, problems) : null;
  return text !== null && /^\d+: \S/m.test(text) ? text : wholeTextOf(source, problems);
}

function loadRecent(
  sources: readonly SortedSource[],
  problems: ProblemList,
): ReadonlyMap<string, readonly RecentEntry[]> | null {
  if (sources.length === 0) return null;
  const lists = new Map<string, RecentEntry[]>();
  for (const { source } of sources) {
    const text = textOf(source, problems) ?? '';
    lists.set(source.name.slice(source.name.lastIndexOf('/') + 1), parseRecent(text, source.name, problems));
  }
  return lists;
}

function reportRepeats(more: readonly SortedSource[], problems: ProblemList): void {
  for (const { source } of more) {
    problems.add('repeated-input', { is: 'not-used' }, source.name);
  }
}
