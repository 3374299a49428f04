import { command } from '../../command/command.ts';
import type { Ruleset } from '../../iptables/ruleset.ts';
import { formatAddress, isLinkLocal, sameAddress } from '../../net/address.ts';
import { CHAINS, ipvsSet } from '../../proxy/chains.ts';
import { listed } from '../../words/numbers.ts';
import type { CheckContext } from '../context.ts';
import { chainEvidence, factEvidence } from '../evidence.ts';
import type { Evidence, Finding, FindingKind } from '../finding.ts';
import { ipvsOf } from '../ipvs.ts';
import { IPVS_DEVICE } from '../ipvs-device.ts';
import { isUnhooked, rulesOf, wholeRulesets } from '../rule-list.ts';

/**
 * Addresses of Services are the node's own in IPVS mode: what no virtual server takes goes on to its processes, unless kube-proxy's
 * filter rejects it (1.26 and later: kubernetes/kubernetes#72236, #108460), or drops it at OUTPUT (1.29: #119791).
 */
export const ipvsFilter: FindingKind<CheckContext> = {
  code: 'KP308',
  title: 'other ports of Services’ addresses lead to the node itself',
  find(context): Finding[] {
    if (context.known.proxyMode !== 'ipvs' || ipvsOf(context) === null) return [];
    return wholeRulesets(context.known.rulesets).flatMap((ruleset) => {
      const held = servedAddresses(ruleset, context);
      return held.length === 0 ? [] : [...unfiltered(ruleset, held, context), ...unguarded(ruleset, context)];
    });
  },
};

/** @returns addresses of kube-ipvs0 alone that a virtual server has, of the ruleset's family. */
function servedAddresses({ family }: Ruleset, context: CheckContext): readonly string[] {
  const { links } = context.known.host;
  const servers = ipvsOf(context)?.servers ?? [];
  const held = links?.find(({ name }) => name === IPVS_DEVICE)?.addresses ?? [];
  const others = (links ?? []).filter(({ name }) => name !== IPVS_DEVICE);
  return held
    .map(({ address }) => address)
    .filter(
      (address) =>
        address.family === family &&
        !isLinkLocal(address) &&
        !others.some(({ addresses }) => addresses.some((own) => sameAddress(own.address, address))) &&
        servers.some(({ takes }) => takes.by === 'socket' && sameAddress(takes.address, address)),
    )
    .map(formatAddress);
}

/** What keeps the filter from rejecting. */
interface Gap {
  readonly says: string;
  readonly objects: readonly string[];
  readonly evidence: readonly Evidence[];
  readonly command: Finding['command'];
}

function unfiltered(ruleset: Ruleset, held: readonly string[], context: CheckContext): Finding[] {
  const gap = gapOf(ruleset, held, context);
  if (gap === null) return [];
  return [
    {
      code: 'KP308',
      severity: 'warning',
      message: `${gap.says}: what comes for a port of theirs that no Service has reaches processes of the node (${ruleset.family})`,
      service: null,
      objects: [...gap.objects, ...held.slice(0, 5)],
      hits: 'pods, and clients outside that have a route: whatever listens on all addresses of the node (ssh, the kubelet) answers at a Service’s address, unless a later rule of INPUT ends it',
      evidence: gap.evidence,
      advice:
        'restart kube-proxy on this node, which writes its filter anew; then find what removed it, as a firewall that flushes INPUT',
      command: gap.command,
      certainty: 'certain',
    },
  ];
}

function gapOf(ruleset: Ruleset, held: readonly string[], context: CheckContext): Gap | null {
  const { family } = ruleset;
  const name = ipvsSet('IPVS-IPS', family);
  const set = context.known.host.ipsets?.get(name);
  const filter = ruleset.tables.get('filter');
  const input = filter?.chains.get('INPUT');
  // Before 1.26 there is no such set.
  if (set === undefined || filter === undefined || input?.policy == null) return null;
  const tool = context.tool(ruleset);
  const chain = filter.chains.get(CHAINS.ipvsFilter);
  const jump = { table: 'filter', from: 'INPUT', to: CHAINS.ipvsFilter } as const;
  if (chain !== undefined && isUnhooked(jump, ruleset))
    return {
      says: `the jump filter INPUT → ${CHAINS.ipvsFilter} is missing, which rejects the rest at addresses of ${IPVS_DEVICE}`,
      objects: [`chain ${CHAINS.ipvsFilter}`, 'chain INPUT'],
      evidence: [
        chainEvidence(input),
        factEvidence(`no rule of filter INPUT jumps to ${CHAINS.ipvsFilter}`),
        factEvidence(`${IPVS_DEVICE} has ${listed(held, 3)}`),
      ],
      command: command(tool, '-t', 'filter', '-I', 'INPUT', '1', '-j', CHAINS.ipvsFilter),
    };
  if (!rejects(ruleset, name))
    return {
      says: `no rule of ${CHAINS.ipvsFilter} rejects what set ${name} holds, the addresses of ${IPVS_DEVICE}`,
      objects: [`chain ${CHAINS.ipvsFilter}`, `set ${name}`],
      evidence: [
        ...(chain === undefined ? [] : [chainEvidence(chain)]),
        factEvidence(`set ${name} is here, and no rule of ${CHAINS.ipvsFilter} asks for it`),
      ],
      command: null,
    };
  if (set.incomplete === true) return null;
  const members = new Set(set.entries.map(({ parts }) => parts.join()));
  const missing = held.filter((address) => !members.has(address));
  const [first] = missing;
  if (first === undefined) return null;
  return {
    says: `set ${name} lacks ${listed(missing, 3)}, for which ${CHAINS.ipvsFilter} asks`,
    objects: [`set ${name}`, ...missing.slice(0, 5)],
    evidence: missing
      .slice(0, 5)
      .map((address) => factEvidence(`${address} is on ${IPVS_DEVICE} and not a member of ${name}`)),
    command: command('ipset', 'add', name, first),
  };
}

function rejects({ tables }: Ruleset, set: string): boolean {
  for (const { matches, target } of rulesOf(tables.get('filter'), CHAINS.ipvsFilter))
    if (
      (target?.kind === 'reject' || target?.kind === 'drop') &&
      matches.some((match) => match.kind === 'set' && match.name === set)
    )
      return true;
  return false;
}

/** Source ranges that do not hold the node are for its own processes, too. */
function unguarded(ruleset: Ruleset, context: CheckContext): Finding[] {
  const jump = { table: 'filter', from: 'OUTPUT', to: CHAINS.ipvsOutFilter } as const;
  const chain = ruleset.tables.get('filter')?.chains.get(jump.from);
  if (chain === undefined || !isUnhooked(jump, ruleset)) return [];
  return [
    {
      code: 'KP308',
      severity: 'warning',
      message: `the jump filter OUTPUT → ${jump.to} is missing (${ruleset.family}): loadBalancerSourceRanges do not keep out processes of this node`,
      service: null,
      objects: [`chain ${jump.to}`, 'chain OUTPUT'],
      hits: 'processes of this node that no source range holds: they reach the load balancer IP',
      evidence: [chainEvidence(chain), factEvidence(`no rule of filter OUTPUT jumps to ${jump.to}`)],
      advice: 'restart kube-proxy on this node, which puts the jump back; then find what removed it',
      command: command(context.tool(ruleset), '-t', 'filter', '-I', 'OUTPUT', '1', '-j', jump.to),
      certainty: 'certain',
    },
  ];
}
