import { proxyText } from '../../explain/proxies/find-proxies.ts';
import type { Family } from '../../net/address.ts';
import { NFT_OBJECTS } from '../../proxy/nft-roles.ts';
import { counted, listed } from '../../words/numbers.ts';
import type { CheckContext } from '../context.ts';
import { factEvidence } from '../evidence.ts';
import { labelOfPort } from '../expected/expected-port.ts';
import type { Evidence, Finding, FindingKind } from '../finding.ts';
import { wholeRulesets } from '../rule-list.ts';
import { tracedHairpins } from './hairpin-traced.ts';

/** What the capture lacks, and what therefore was not looked at: silence about it means nothing. */
export const notCaptured: FindingKind<CheckContext> = {
  code: 'KP130',
  title: 'not everything could be checked',
  find(context): Finding[] {
    const gaps = gapsOf(context);
    if (gaps.length === 0) return [];
    return [
      {
        code: 'KP130',
        severity: 'info',
        message: `not everything could be checked: ${gaps.map(({ text }) => text).join('; ')}`,
        service: null,
        objects: ['capture'],
        hits: 'nobody: this is about the capture, and not about the node',
        evidence: gaps,
        advice: 'capture what is named here; README says with which commands',
        command: null,
        certainty: 'certain',
      },
    ];
  },
};

function gapsOf(context: CheckContext): Evidence[] {
  const { known, input, notCompared } = context;
  const { host } = known;
  const gaps: (readonly [boolean, string])[] = [
    [notCompared !== null, `the rules were not compared with the API: ${notCompared}`],
    ...context.gaps.map(
      ({ ports, names, reason }) =>
        [
          true,
          `${counted(ports, 'Service port')} ${ports === 1 ? 'was' : 'were'} not compared with the API (${listed(names, 3)}): ${reason}`,
        ] as const,
    ),
    leftToOthers(context),
    hairpinsNotAsked(context),
    [context.node.name === null, 'the node’s name is not known, so no endpoint counts as local'],
    [
      (input.cutInputs ?? []).length === 0 && wholeRulesets(known.rulesets).length < known.rulesets.length,
      'a listing (-L, -S) may hold single chains only: its structure was not checked',
    ],
    ...(['ipv4', 'ipv6'] as const).map((family): readonly [boolean, string] => [
      known.proxyMode !== 'nftables' && context.hasRules(family) && !context.hasTable(family, 'filter'),
      `the ${family} filter table is not in the dump: refusals and what FORWARD drops were not checked`,
    ]),
    ...(['ipv4', 'ipv6'] as const).map((family): readonly [boolean, string] => [
      notCompared === null && context.takesNodePorts(family) === null && hasNodePorts(context, family),
      `set ${NFT_OBJECTS.nodePortIps} of ${family} has no address, and what kube-proxy was told (--nodeport-addresses) or the Node’s addresses were not captured: whether node ports should answer was not checked`,
    ]),
    [
      host.routes.ipv4 === null && context.hasRules('ipv4'),
      'IPv4 routes were not captured: reverse paths and unreachable addresses were not checked',
    ],
    [host.links === null, 'addresses of the node were not captured: bridges and localhost were not checked'],
    [
      host.sysctls === null,
      'sysctls were not captured: rp_filter, route_localnet, bridge-nf-call-iptables and the size of the conntrack table were not checked',
    ],
    [
      input.known.cluster.pods === null && known.proxyMode === 'iptables',
      'pods were not captured: host ports, the pod network and affinity to dead pods were not checked',
    ],
    [known.flows === null, 'conntrack was not captured: stale flows were not looked for'],
    [
      input.conntrackStats === null && host.sysctls === null,
      'conntrack -S was not captured: lost inserts were not looked for',
    ],
    [
      known.proxyMode === 'nftables' && notCompared === null && known.rulesets.length === 0,
      'iptables rules were not captured (`iptables-save -c`): what others drop there was not checked',
    ],
    [
      host.recent === null &&
        context.programmed.some(
          ({ affinitySeconds, backend }) => affinitySeconds !== null && backend !== 'nft',
        ),
      'xt_recent was not captured: which client sticks to which endpoint is not known',
    ],
  ];
  const told = (input.toldProblems ?? []).map((text): [boolean, string] => [
    true,
    `when the state was taken: ${text}`,
  ]);
  return [...gaps, ...told].flatMap(([missing, text]) => (missing ? [factEvidence(text)] : []));
}

function hasNodePorts({ expected }: CheckContext, family: Family): boolean {
  return (expected ?? []).some((port) => port.family === family && port.port.nodePort !== null);
}

/** In iptables mode the chains of all are looked at. */
function hairpinsNotAsked(context: CheckContext): readonly [boolean, string] {
  if (context.known.proxyMode === 'iptables') return [false, ''];
  const { asked, notAsked } = tracedHairpins(context);
  return [
    notAsked > 0,
    `whether endpoints of this node reach themselves through their Service was asked of ${asked}, and not of ${notAsked} more`,
  ];
}

/** Service ports that no rule is for, where another proxy may serve them. */
function leftToOthers(context: CheckContext): readonly [boolean, string] {
  if (context.notCompared !== null || context.standIns.length === 0) return [false, ''];
  const left = context.deviations.filter((deviation) => context.isLeftToOthers(deviation));
  const names = [...new Set(left.map(({ port }) => labelOfPort(port)))];
  return [
    names.length > 0,
    `no rule is for ${listed(names, 3)}, and ${context.standIns.map(proxyText).join('; ')}: whether that serves them was not checked`,
  ];
}
