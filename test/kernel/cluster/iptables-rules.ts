import { hashOf, type LabEndpoint, type LabService, POD_NETWORK, SERVICES } from './services.ts';

/** What stands in a node's tables beside kube-proxy's own rules. */
export interface Others {
  /** Policy of FORWARD; DROP by default of Docker, for instance. */
  readonly forward: 'ACCEPT' | 'DROP';
  /** Rules for the end of table nat, as iptables-save spells them. */
  readonly nat: readonly string[];
  /** The same of table filter. */
  readonly filter: readonly string[];
}

/** @returns what kube-proxy in iptables mode writes for the lab's Services on this node, for iptables-restore. */
export function iptablesRules(node: 'n1' | 'n2', others: Others): string {
  const rules = SERVICES.flatMap((service) => natRules(service, node));
  const chains = [...new Set(rules.map((rule) => rule.split(' ')[1] ?? ''))].filter(
    (name) => name.startsWith('KUBE-S') || name.startsWith('KUBE-E') || name.startsWith('KUBE-N'),
  );
  const declared = [
    ...new Set([...chains, 'KUBE-SERVICES', 'KUBE-NODEPORTS', 'KUBE-POSTROUTING', 'KUBE-MARK-MASQ']),
  ];
  const refused = SERVICES.filter(({ endpoints }) => endpoints.length === 0);
  return [
    '*nat',
    ...declared.map((name) => `:${name} - [0:0]`),
    '-A PREROUTING -j KUBE-SERVICES',
    '-A OUTPUT -j KUBE-SERVICES',
    '-A POSTROUTING -j KUBE-POSTROUTING',
    ...others.nat,
    '-A KUBE-MARK-MASQ -j MARK --or-mark 0x4000',
    '-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN',
    '-A KUBE-POSTROUTING -j MARK --xor-mark 0x4000',
    '-A KUBE-POSTROUTING -j MASQUERADE --random-fully',
    ...rules,
    '-A KUBE-SERVICES -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS',
    'COMMIT',
    '*filter',
    `:FORWARD ${others.forward} [0:0]`,
    ':KUBE-SERVICES - [0:0]',
    ':KUBE-EXTERNAL-SERVICES - [0:0]',
    ':KUBE-FORWARD - [0:0]',
    '-A INPUT -m conntrack --ctstate NEW -j KUBE-EXTERNAL-SERVICES',
    '-A FORWARD -j KUBE-FORWARD',
    '-A FORWARD -m conntrack --ctstate NEW -j KUBE-EXTERNAL-SERVICES',
    '-A FORWARD -m conntrack --ctstate NEW -j KUBE-SERVICES',
    '-A OUTPUT -m conntrack --ctstate NEW -j KUBE-SERVICES',
    ...others.filter,
    ...refused.map(
      ({ clusterIP, protocol, port }) =>
        `-A KUBE-SERVICES -d ${clusterIP}/32 -p ${protocol} -m ${protocol} --dport ${port} -j REJECT --reject-with icmp-port-unreachable`,
    ),
    ...SERVICES.filter((service) => service.local && localEndpoints(service, node).length === 0).map(
      ({ protocol, nodePort }) =>
        `-A KUBE-EXTERNAL-SERVICES -p ${protocol} -m addrtype --dst-type LOCAL -m ${protocol} --dport ${nodePort} -j DROP`,
    ),
    '-A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP',
    '-A KUBE-FORWARD -m mark --mark 0x4000/0x4000 -j ACCEPT',
    '-A KUBE-FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
    'COMMIT',
    '',
  ].join('\n');
}

function localEndpoints({ endpoints }: LabService, node: 'n1' | 'n2'): readonly LabEndpoint[] {
  return endpoints.filter((endpoint) => endpoint.node === node);
}

function natRules(service: LabService, node: 'n1' | 'n2'): string[] {
  const { name, clusterIP, protocol, port, nodePort, local, endpoints } = service;
  if (endpoints.length === 0) return [];
  const [svc, ext, svl] = ['SVC', 'EXT', 'SVL'].map((kind) => `KUBE-${kind}-${hashOf(name)}`);
  const sep = ({ address }: LabEndpoint) => `KUBE-SEP-${hashOf(name, address)}`;
  const choose = (chain: string | undefined, among: readonly LabEndpoint[]): string[] =>
    among.map((endpoint, at) => {
      const left = among.length - at;
      const dice = left === 1 ? '' : ` -m statistic --mode random --probability ${(1 / left).toFixed(11)}`;
      return `-A ${chain}${dice} -j ${sep(endpoint)}`;
    });
  const own = localEndpoints(service, node);
  const outside = local
    ? [
        `-A ${ext} -s ${POD_NETWORK} -j ${svc}`,
        `-A ${ext} -m addrtype --src-type LOCAL -j KUBE-MARK-MASQ`,
        `-A ${ext} -m addrtype --src-type LOCAL -j ${svc}`,
        ...(own.length === 0 ? [] : [`-A ${ext} -j ${svl}`, ...choose(svl, own)]),
      ]
    : [`-A ${ext} -j KUBE-MARK-MASQ`, `-A ${ext} -j ${svc}`];
  return [
    `-A KUBE-SERVICES -d ${clusterIP}/32 -p ${protocol} -m ${protocol} --dport ${port} -j ${svc}`,
    ...(nodePort === null
      ? []
      : [`-A KUBE-NODEPORTS -p ${protocol} -m ${protocol} --dport ${nodePort} -j ${ext}`, ...outside]),
    `-A ${svc} ! -s ${POD_NETWORK} -d ${clusterIP}/32 -p ${protocol} -m ${protocol} --dport ${port} -j KUBE-MARK-MASQ`,
    ...choose(svc, endpoints),
    ...endpoints.flatMap((endpoint) => [
      `-A ${sep(endpoint)} -s ${endpoint.address}/32 -j KUBE-MARK-MASQ`,
      `-A ${sep(endpoint)} -p ${protocol} -m ${protocol} -j DNAT --to-destination ${endpoint.address}:${endpoint.port}`,
    ]),
  ];
}
