import type { Collector } from './collector.ts';
import {
  ADDRESSES,
  EXPECTATIONS,
  FLOW_STATS,
  FLOWS,
  flowsOf,
  HOST,
  IPSETS,
  IPVS,
  IPVS_CONNECTIONS,
  NFT_HOOKS,
  NFT_RULESET,
  SELDOM,
} from './probes.ts';
import { collectRecent } from './recent.ts';
import { keepSysctls } from './sysctls.ts';

/** What of the node besides its rules a question needs: only what is needed is run. */
export interface HostNeeds {
  /** Routes, sysctls, sets, session affinity, nf_tables: what decides about a packet. Else only the node's addresses. */
  readonly packets: boolean;
  /** Also what is seldom asked: the order of hooks. */
  readonly all: boolean;
}

/** Dumps (bytes) beyond which nf_tables is not asked for JSON: it would need gigabytes of the node's memory for it. */
const LARGE_DUMP = 48 * 1024 * 1024;

/** Where rules ask a set, or write to one (xt_set). */
const SET_OPTIONS = ['--match-set ', '--map-set ', '--add-set ', '--del-set '];

/**
 * Asks for addresses, and for what else the rules and the question need. Call it after `collectRules`.
 * @param modeMark shows kube-proxy's mode where the rules hold it; nf_tables need not be asked for it then
 */
export async function collectHost(collector: Collector, needs: HostNeeds, modeMark: string): Promise<void> {
  const rules = [...RULE_FILES].map((file) => collector.bytesOf(file));
  const mention = (text: string): boolean => rules.some((bytes) => bytes?.includes(text) === true);
  const probes = [ADDRESSES];
  if (needs.packets) {
    probes.push(...HOST);
    if (SET_OPTIONS.some(mention)) probes.push(IPSETS);
  }
  await collector.runAll(probes);
  if (needs.packets) await collector.runAll(SELDOM, { quiet: true });
  trimSysctls(collector);
  if (needs.packets) await collectNft(collector, rules, 'where it did not list its rules before');
  else if (!mention(modeMark)) await collectNft(collector, rules, NFT_RULESET.only);
  if (needs.all && collector.bytesOf(NFT_RULESET.file) !== null)
    await collector.run(NFT_HOOKS, { quiet: true });
  await collectIpvs(collector, needs.packets);
  if (needs.packets && mention('-m recent ')) await collectRecent(collector, rules);
}

/** Every flow and the counters. */
export async function collectFlows(collector: Collector): Promise<void> {
  await collector.runAll([...FLOWS, FLOW_STATS]);
  await collectExpectations(collector);
}

/** Which flows a question needs. */
export interface FlowFilter {
  readonly addresses: readonly string[];
  /** True: also flows whose answers go to these addresses; a packet with a known source port may be one. */
  readonly replies: boolean;
}

/** Only the flows to some addresses: conntrack chooses, so that a table of a million flows is neither copied nor sent. */
export async function collectFlowsTo(collector: Collector, filter: FlowFilter): Promise<void> {
  const directions = filter.replies ? (['--orig-dst', '--reply-dst'] as const) : (['--orig-dst'] as const);
  for (const family of ['ipv4', 'ipv6'] as const) {
    const addresses = filter.addresses.filter((address) => address.includes(':') === (family === 'ipv6'));
    const asked = addresses.flatMap((address) => directions.map((direction) => ({ address, direction })));
    const probes = asked.map(({ address, direction }) =>
      flowsOf(family, [direction, address], FLOWS_TO[direction]),
    );
    const pieces: Buffer[] = [];
    for (const [index, probe] of probes.entries()) {
      const bytes = await collector.output(probe);
      const { address, direction } = asked[index] ?? {};
      if (bytes === null || address === undefined) continue;
      pieces.push(direction === '--reply-dst' ? withoutFlowsTo(bytes, address) : bytes);
    }
    const [first] = probes;
    if (first === undefined || pieces.length === 0) continue;
    collector.add({ path: first.file, bytes: Buffer.concat(pieces), origin: collector.originOf(first.argv) });
  }
  await collectExpectations(collector);
}

const FLOWS_TO = {
  '--orig-dst': 'the flows to the destination; with -f ipv6 if it is one',
  '--reply-dst': 'with --source-port',
} as const;

/** A kernel without helpers has no such file, and a container that is not privileged may not read it. */
async function collectExpectations(collector: Collector): Promise<void> {
  const { file, path, only } = EXPECTATIONS;
  const listed = await collector.place.read(path, only);
  if (listed.kind !== 'text') return;
  collector.add({
    path: file,
    bytes: Buffer.from(listed.text),
    origin: `${collector.place.prefix}${path}`,
  });
}

/** What a node says to its own address is in both listings: it must not be counted twice. */
function withoutFlowsTo(bytes: Buffer, address: string): Buffer {
  const lines = bytes.toString('utf8').split('\n');
  return Buffer.from(lines.filter((line) => / dst=(\S+)/.exec(line)?.[1] !== address).join('\n'));
}

const RULE_FILES = [
  'iptables-save.txt',
  'ip6tables-save.txt',
  'iptables-legacy-save.txt',
  'ip6tables-legacy-save.txt',
] as const;

async function collectNft(
  collector: Collector,
  rules: readonly (Buffer | null)[],
  only: string | null,
): Promise<void> {
  if (collector.bytesOf(NFT_RULESET.file) !== null) return;
  const size = rules.reduce((sum, bytes) => sum + (bytes?.length ?? 0), 0);
  if (size > LARGE_DUMP) {
    collector.report('not-asked', { lost: NFT_RULESET.lost });
    return;
  }
  await collector.run({ ...NFT_RULESET, only });
}

/** kube-proxy's image has no ipvsadm: what the kernel lists by itself is taken then, though it may leave virtual servers out. */
async function collectIpvs(collector: Collector, connections: boolean): Promise<void> {
  const listed = await collector.place.read(KERNEL_IPVS);
  if (listed.kind !== 'text') return;
  await collector.runAll(connections ? [IPVS, IPVS_CONNECTIONS] : [IPVS]);
  // Where it lists nothing, nothing is balanced.
  if (collector.bytesOf(IPVS.file) === null && /^(?:TCP|UDP|SCTP|FWM) /m.test(listed.text))
    collector.add({
      path: IPVS.file,
      bytes: Buffer.from(listed.text),
      origin: `${collector.place.prefix}${KERNEL_IPVS}`,
    });
}

const KERNEL_IPVS = '/proc/net/ip_vs';

function trimSysctls(collector: Collector): void {
  const bytes = collector.bytesOf('sysctl.txt');
  if (bytes === null) return;
  const origin = collector.files().find(({ path }) => path === 'sysctl.txt')?.origin ?? 'sysctl';
  collector.add({ path: 'sysctl.txt', bytes: Buffer.from(keepSysctls(bytes.toString('utf8'))), origin });
}
