import { demoFolder } from '../capture/demo.ts';
import { InputError } from '../capture/input-error.ts';
import { LIMITS } from '../capture/limits.ts';
import { type Manifest, NO_MANIFEST, parseManifest } from '../capture/manifest.ts';
import { readFolder } from '../capture/read-folder.ts';
import { readSources } from '../capture/read-sources.ts';
import type { SourceKind } from '../capture/recognise.ts';
import type { SourceText } from '../capture/source.ts';
import { joinFlows } from '../conntrack/join-flows.ts';
import { parseFlows } from '../conntrack/parse-conntrack.ts';
import type { ProblemList } from '../problems/problem.ts';
import type { Capture } from './capture.ts';
import { describeCapture, findProxyMode } from './capture-info.ts';
import { loadCluster } from './load-cluster.ts';
import { loadHost } from './load-host.ts';
import { loadRulesets } from './load-rulesets.ts';
import { once } from './once.ts';
import { requireOneNode } from './one-node.ts';
import type { Progress } from './progress.ts';
import type { SourceRequest } from './requests.ts';
import { type SortedSources, sortSources, textOf } from './sort-sources.ts';
import { UsageError } from './usage-error.ts';

/** What `loadCapture` needs besides the request. */
export interface LoadContext {
  stdin(): AsyncIterable<Buffer>;
  readonly problems: ProblemList;
  readonly progress: Progress;
  /** What the answer cannot do without: the rules, or a listing of flows instead. Absent: the rules. */
  readonly needs?: 'rules' | 'rules-or-flows';
}

/**
 * Reads the state of a node. Rules are indexed now, the rest when asked for.
 * Throws UsageError where no state was named; InputError where it cannot be read, or holds nothing to answer from.
 */
export async function loadCapture(request: SourceRequest, context: LoadContext): Promise<Capture> {
  const { problems, progress } = context;
  const sources = await gatherSources(request, context);
  const sorted = sortSources(sources, problems);
  requireOneNode(sorted);
  const manifest = loadManifest(sorted, problems);
  progress.begin('reading rules');
  const rulesets = await loadRulesets(sorted, manifest, problems);
  const text = (kind: SourceKind): (() => string | null) =>
    once(() => {
      const first = sorted.get(kind)?.[0];
      return first === undefined ? null : textOf(first.source, problems);
    });
  const ipvs = text('ipvs');
  const host = loadHost(sorted, problems);
  const mode = findProxyMode({
    told: manifest.proxyMode,
    rulesets,
    nftTable: () => mentionsKubeProxy(sorted) && host.nft?.kubeProxyTable === true,
    ipvsServers: (ipvs() ?? '').trim() !== '',
  });
  const flowsSuffice = context.needs === 'rules-or-flows' && sorted.has('conntrack');
  const hasRules = rulesets.some((ruleset) => ruleset.tables.size > 0);
  if (!hasRules && !flowsSuffice && mode !== 'nftables' && mode !== 'ipvs') {
    throw noRules(originOf(request), sorted, problems);
  }
  if (mode === 'nftables' || mode === 'ipvs') reportMode(mode, problems);
  return {
    info: describeCapture(originOf(request), manifest, mode, rulesets),
    manifest,
    rulesets,
    host,
    flows: once(() => {
      const listings = sorted.get('conntrack') ?? [];
      if (listings.length === 0) return null;
      progress.begin('reading flows');
      return joinFlows(listings.map(({ source }) => parseFlows(source, problems)));
    }),
    flowListings: (sorted.get('conntrack') ?? []).map(({ source }) => source),
    cluster: once(() => loadCluster(sorted, problems, progress)),
    conntrackStats: text('conntrack-stats'),
    ipvs,
    expectations: text('expectations'),
    problems,
  };
}

async function gatherSources(request: SourceRequest, context: LoadContext): Promise<SourceText[]> {
  if (request.demo) return await readFolder('demo', demoFolder(), LIMITS, context.problems);
  if (request.files.length === 0) {
    throw new UsageError(
      'no-state',
      'no node state given: pipe the rules in (iptables-save | kp-explain … -f -), name a capture folder or file with -f, or try --demo',
    );
  }
  context.progress.begin(`reading ${request.files.join(', ')}`);
  return await readSources(request.files, context.stdin, context.problems);
}

function loadManifest(sorted: SortedSources, problems: ProblemList): Manifest {
  const found = sorted.get('manifest')?.[0];
  if (found === undefined) return NO_MANIFEST;
  const manifest = parseManifest(textOf(found.source, problems) ?? '');
  if (manifest !== null) return manifest;
  problems.add(
    'unreadable-manifest',
    'not readable as JSON; the node’s name and mode are not known from it',
    found.source.name,
  );
  return NO_MANIFEST;
}

const MODE_NOTES = {
  nftables:
    'kube-proxy runs in nftables mode on this node: its rules are in nft table kube-proxy and not in iptables',
  ipvs: 'kube-proxy runs in ipvs mode on this node: IPVS picks the endpoints, and not iptables',
};

/** The rules that there are get their answer, but they are not the ones that carry Services. */
function reportMode(mode: 'nftables' | 'ipvs', problems: ProblemList): void {
  problems.add('mode-not-traced', `${MODE_NOTES[mode]}; kp-explain does not follow a Service through it`);
}

/** Spares parsing a large nft.json where the table cannot be in it. */
function mentionsKubeProxy(sorted: SortedSources): boolean {
  return (sorted.get('nft') ?? []).some(({ source }) => source.bytes.includes('"kube-proxy"'));
}

function originOf(request: SourceRequest): string {
  return request.demo ? 'demo' : request.files.join(', ');
}

/** What was found instead, so that the way out is clear. */
function noRules(origin: string, sorted: SortedSources, problems: ProblemList): InputError {
  const noted = problems.list();
  const reasons = noted.slice(0, 3).map(({ file, message }) => {
    // What would have been expected stands in this message already.
    const short = message.replace(/; expected .*$/, '');
    return file === null ? short : `${file}: ${short}`;
  });
  const others = [...sorted.keys()].filter((kind) => kind !== 'empty' && kind !== 'unknown');
  const found = others.length === 0 ? '' : ` (found ${others.join(', ')})`;
  const why = reasons.length === 0 ? '' : `\n  ${reasons.join('\n  ')}`;
  return new InputError(
    'no-rules',
    `no iptables rules in ${origin}${found}: looked for iptables-save, iptables -S or iptables -L output, in a folder as iptables-save.txt, ip6tables-save.txt or their -legacy- forms; save them as root with: iptables-save > iptables-save.txt${why}`,
    origin,
  );
}
