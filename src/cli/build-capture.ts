import { InputError } from '../capture/input-error.ts';
import { type Manifest, NO_MANIFEST, parseManifest } from '../capture/manifest.ts';
import type { SourceText } from '../capture/source.ts';
import type { SourceKind } from '../capture/source-kind.ts';
import { joinFlows } from '../conntrack/join-flows.ts';
import { parseFlows } from '../conntrack/parse-conntrack.ts';
import { parseCounterSample } from '../host/counter-sample.ts';
import { IpvsTable } from '../ipvs/table.ts';
import type { NftRuleset } from '../nftables/ruleset.ts';
import { notRecognised } from '../problems/of-files.ts';
import type { ProblemList } from '../problems/problem.ts';
import { messageOf } from '../problems/told-problem.ts';
import { CHAINS } from '../proxy/chains.ts';
import { findTwins } from '../twins/find-twins.ts';
import type { Capture } from './capture.ts';
import { describeCapture, findProxyMode } from './capture-info.ts';
import { loadCilium } from './load-cilium.ts';
import { loadCluster } from './load-cluster.ts';
import type { LoadContext } from './load-context.ts';
import { loadHost } from './load-host.ts';
import { loadIpvs } from './load-ipvs.ts';
import { loadHooks, loadNft } from './load-nft.ts';
import { loadRulesets } from './load-rulesets.ts';
import { loadSockets } from './load-sockets.ts';
import { once } from './once.ts';
import { requireOneNode } from './one-node.ts';
import { type SortedSource, type SortedSources, sortSources, textOf } from './sort-sources.ts';

/** A capture, and the way to add flows that were asked for later. */
export interface BuiltCapture {
  readonly capture: Capture;
  /** Adds listings of conntrack. Call it before the capture's flows are first asked for. */
  addFlows(sources: readonly SourceText[]): void;
}

/** Where the sources come from, for the answer and for messages. */
export interface Origin {
  readonly name: string;
  /** True: a node was asked just now, so that it makes no sense to tell how rules are saved. */
  readonly live: boolean;
  /** It is this machine, which is asked where nothing else is named. */
  readonly isHere?: boolean;
  /** Of a live node, how a call of kubectl begins that asks the same cluster as the same user. */
  readonly kubectl?: readonly string[];
}

/**
 * Makes a capture of its sources. Rules are indexed now, the rest when asked for.
 * Throws InputError where there is nothing to answer from, or where the sources are of two nodes.
 */
export async function buildCapture(
  sources: readonly SourceText[],
  origin: Origin,
  { problems, progress, needs, clusters }: Pick<LoadContext, 'problems' | 'progress' | 'needs' | 'clusters'>,
): Promise<BuiltCapture> {
  const sorted = sortSources(sources, problems, 'pastes');
  requireOneNode(sorted);
  const added: SortedSource[] = [];
  const manifest = loadManifest(sorted, problems);
  progress.begin('reading rules');
  const rulesets = await loadRulesets(sorted, manifest, problems);
  const text = (kind: SourceKind): (() => string | null) =>
    once(() => {
      const first = sorted.get(kind)?.[0];
      return first === undefined ? null : textOf(first.source, problems);
    });
  const sample = text('counter-sample');
  const listing = once(() => loadIpvs(sorted, problems));
  const nft = once(() => loadNft(sorted, origin.live || manifest.written.includes('nft.json'), problems));
  const nftHooks = once(() => loadHooks(sorted, problems));
  const host = loadHost(sorted, problems, nft);
  const mode = findProxyMode({
    told: manifest.proxyMode,
    rulesets,
    nftTable: () => mentionsKubeProxy(sorted) && host.nft?.kubeProxyTable === true,
    ipvsServers: (listing().servers ?? []).length > 0,
    ipvsInterface: () => host.links?.some(({ name }) => name === 'kube-ipvs0') === true,
  });
  const flowsSuffice = needs === 'rules-or-flows' && sorted.has('conntrack');
  const hasRules = rulesets.some((ruleset) => ruleset.tables.size > 0);
  // Without rules of iptables a node may have those of nft, or none at all: nft lists both of its backends. A machine that
  // nobody named and that has neither is hardly the node that is meant.
  const nftSuffices = (): boolean => {
    const listed = sorted.has('nft') && sorted.has('ip-addr') ? nft() : null;
    return listed?.cutAt === null && (!origin.live || listed.tables.size > 0);
  };
  if (!hasRules && !flowsSuffice && !nftSuffices() && mode !== 'nftables' && mode !== 'ipvs') {
    throw needs === 'rules-or-flows' ? noFlows(origin, sorted, problems) : noRules(origin, sorted, problems);
  }
  // The rules that there are get their answer, but they are not the ones that carry Services.
  if (mode === 'nftables' && !walksKubeProxy(nft())) problems.add('mode-not-traced', {});
  const listings = (): SortedSource[] => [...(sorted.get('conntrack') ?? []), ...added];
  const capture: Capture = {
    info: describeCapture(origin.name, manifest, mode, rulesets),
    manifest,
    rulesets,
    host,
    get nft() {
      return nft();
    },
    get nftHooks() {
      return nftHooks();
    },
    flows: once(() => {
      if (listings().length === 0) return null;
      return progress.during('reading flows', () =>
        joinFlows(listings().map(({ source }) => parseFlows(source, problems))),
      );
    }),
    get flowListings() {
      return listings().map(({ source }) => source);
    },
    cluster: once(async () => {
      const cluster = await (clusters?.of(sorted, problems, progress) ??
        loadCluster(sorted, problems, progress));
      if (cluster.seen === undefined) return cluster;
      const { nameSeenPorts } = await import('../explain/question/seen-ports.ts');
      return nameSeenPorts(cluster, rulesets);
    }),
    conntrackStats: text('conntrack-stats'),
    counterSample: once(() => parseCounterSample(sample() ?? '')),
    ipvs: once(() => {
      const read = listing();
      if (read.servers !== null) return new IpvsTable(read, mode === 'iptables' || mode === 'nftables');
      return mode === 'ipvs' ? 'not-captured' : null;
    }),
    sockets: once(() => loadSockets(sorted, problems)),
    cilium: once(() => loadCilium(sorted, problems)),
    expectations: text('expectations'),
    twins: findTwins(() => new Map(sorted).set('conntrack', listings())),
    isLive: origin.live,
    ...(origin.kubectl === undefined ? {} : { kubectl: origin.kubectl }),
    problems,
  };
  const addFlows = (more: readonly SourceText[]): void => {
    added.push(...(sortSources(more, problems).get('conntrack') ?? []));
  };
  return { capture, addFlows };
}

function loadManifest(sorted: SortedSources, problems: ProblemList): Manifest {
  const found = sorted.get('manifest')?.[0];
  if (found === undefined) return NO_MANIFEST;
  const manifest = parseManifest(textOf(found.source, problems) ?? '');
  if (manifest !== null) return manifest;
  problems.add('unreadable-manifest', {}, found.source.name);
  return NO_MANIFEST;
}

/** Whether nft listed the rules of kube-proxy, and not only that its table is there. */
function walksKubeProxy(nft: NftRuleset | null): boolean {
  for (const { name, chains } of nft?.tables.values() ?? []) {
    if (name !== KUBE_PROXY_TABLE) continue;
    // One by one: a large listing makes a chain when it is asked for.
    for (const { rules } of chains.values()) if (rules.length > 0) return true;
  }
  return false;
}

const KUBE_PROXY_TABLE = 'kube-proxy';

/** Spares parsing a large listing, as JSON or text, where the table cannot be in it. */
function mentionsKubeProxy(sorted: SortedSources): boolean {
  return (sorted.get('nft') ?? []).some(({ source }) => source.bytes.includes(KUBE_PROXY_TABLE));
}

/** What was found instead, so that the way out is clear. */
function noRules(
  { name: origin, live, isHere }: Origin,
  sorted: SortedSources,
  problems: ProblemList,
): InputError {
  const { found, why } = foundInstead(sorted, problems);
  if (!live && holdsIptablesTables(sorted))
    throw new InputError(
      'no-rules',
      `no iptables rules in ${origin}${found}: nft lists the tables of iptables-nft without what only iptables can print; save them as root on that node with: iptables-save > iptables-save.txt${why}`,
      origin,
    );
  if (live) {
    return new InputError(
      'no-rules',
      `${origin} has no iptables rules: iptables-save and ip6tables-save printed no table${isHere === true ? '; name a capture with -f, or a node with --node' : ''}${why}`,
      null,
    );
  }
  return new InputError(
    'no-rules',
    `no iptables rules in ${origin}${found}: looked for iptables-save, iptables -S or iptables -L output, in a folder as iptables-save.txt, ip6tables-save.txt or their -legacy- forms; save them as root with: iptables-save > iptables-save.txt${why}`,
    origin,
  );
}

/** Whether nft listed tables that iptables-nft made. */
function holdsIptablesTables(sorted: SortedSources): boolean {
  return (sorted.get('nft') ?? []).some(({ source }) => source.bytes.includes(CHAINS.services));
}

/** The same for a question about flows, which rules alone name, but do not hold. */
function noFlows(origin: Origin, sorted: SortedSources, problems: ProblemList): InputError {
  if (origin.live) return noRules(origin, sorted, problems);
  const { found, why } = foundInstead(sorted, problems);
  return new InputError(
    'no-flows',
    `no flows in ${origin.name}${found}: looked for conntrack -L output in any form, or /proc/net/nf_conntrack, in a folder as conntrack.txt; save it as root with: conntrack -L > conntrack.txt${why}`,
    origin.name,
  );
}

function foundInstead(sorted: SortedSources, problems: ProblemList): { found: string; why: string } {
  const noted = problems.list();
  const reasons = noted.slice(0, 3).map((problem) => {
    // What would have been expected stands in this message already.
    const short = problem.code === 'unrecognised-input' ? notRecognised(problem.args) : messageOf(problem);
    return problem.file === null ? short : `${problem.file}: ${short}`;
  });
  const others = [...sorted.keys()].filter((kind) => kind !== 'empty' && kind !== 'unknown');
  const found = others.length === 0 ? '' : ` (found ${others.join(', ')})`;
  const why = reasons.length === 0 ? '' : `\n  ${reasons.join('\n  ')}`;
  return { found, why };
}
