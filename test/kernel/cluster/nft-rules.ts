import { hashOf, type LabEndpoint, type LabService, POD_NETWORK, SERVICES } from './services.ts';

/** @returns what kube-proxy in nftables mode writes for the lab's Services on this node, for `nft -f`. */
export function nftRules(node: 'n1' | 'n2', nodeAddress: string): string {
  const served = SERVICES.filter(({ endpoints }) => endpoints.length > 0);
  const withNodePort = served.filter(({ nodePort }) => nodePort !== null);
  const map = (entries: readonly string[]) =>
    entries.length === 0 ? '' : `elements = { ${entries.join(', ')} }`;
  const none = SERVICES.filter(({ endpoints }) => endpoints.length === 0).map(
    ({ clusterIP, protocol, port }) => `${clusterIP} . ${protocol} . ${port} : goto reject-chain`,
  );
  const noLocal = withNodePort
    .filter((service) => service.local && localEndpoints(service, node).length === 0)
    .map(({ protocol, nodePort }) => `${nodeAddress} . ${protocol} . ${nodePort} : drop`);
  const text = `
table ip kube-proxy {
  comment "rules for kube-proxy"
  set cluster-ips { type ipv4_addr; ${map(SERVICES.map(({ clusterIP }) => clusterIP))} }
  set nodeport-ips { type ipv4_addr; elements = { ${nodeAddress} } }
  map no-endpoint-services { type ipv4_addr . inet_proto . inet_service : verdict; ${map(none)} }
  map no-endpoint-nodeports { type ipv4_addr . inet_proto . inet_service : verdict; ${map(noLocal)} }
  map service-ips { type ipv4_addr . inet_proto . inet_service : verdict; ${map(served.map((service) => `${service.clusterIP} . ${service.protocol} . ${service.port} : goto ${chain(service)}`))} }
  map service-nodeports { type inet_proto . inet_service : verdict; ${map(withNodePort.map((service) => `${service.protocol} . ${service.nodePort} : goto ${external(service)}`))} }
  chain reject-chain { reject }
  chain mark-for-masquerade { mark set mark or 0x4000 }
  chain masquerading {
    mark and 0x4000 == 0 return
    mark set mark xor 0x4000
    masquerade fully-random
  }
  chain services {
    ip daddr . meta l4proto . th dport vmap @service-ips
    ip daddr @nodeport-ips meta l4proto . th dport vmap @service-nodeports
  }
  chain service-endpoints-check { ip daddr . meta l4proto . th dport vmap @no-endpoint-services }
  chain nodeport-endpoints-check { ip daddr . meta l4proto . th dport vmap @no-endpoint-nodeports }
  chain cluster-ips-check {
    ip daddr @cluster-ips reject
  }
  ${served.map((service) => serviceChains(service, node)).join('\n  ')}
  chain filter-prerouting { type filter hook prerouting priority -110; policy accept; ct state new jump nodeport-endpoints-check }
  chain filter-input { type filter hook input priority -110; policy accept; ct state new jump service-endpoints-check }
  chain filter-forward { type filter hook forward priority -110; policy accept; ct state new jump service-endpoints-check; ct state new jump cluster-ips-check }
  chain filter-output { type filter hook output priority -110; policy accept; ct state new jump service-endpoints-check }
  chain filter-output-post-dnat { type filter hook output priority -90; policy accept; ct state new jump cluster-ips-check }
  chain nat-prerouting { type nat hook prerouting priority dstnat; policy accept; jump services }
  chain nat-output { type nat hook output priority -100; policy accept; jump services }
  chain nat-postrouting { type nat hook postrouting priority srcnat; policy accept; jump masquerading }
}
`;
  // A rule ends with its line, or with a semicolon.
  return text.replace(/^( *chain .*) \}$/gm, '$1; }');
}

function localEndpoints({ endpoints }: LabService, node: 'n1' | 'n2'): readonly LabEndpoint[] {
  return endpoints.filter((endpoint) => endpoint.node === node);
}

function chain({ name, protocol }: LabService): string {
  return `service-${hashOf(name).slice(0, 8)}-lab/${name}/${protocol}/`;
}

function external(service: LabService): string {
  return chain(service).replace(/^service/, 'external');
}

function serviceChains(service: LabService, node: 'n1' | 'n2'): string {
  const { name, clusterIP, protocol, port, nodePort, local, endpoints } = service;
  const endpoint = ({ address, port: to }: LabEndpoint) =>
    `endpoint-${hashOf(name, address).slice(0, 8)}-lab/${name}/${protocol}/__${address}/${to}`;
  const choose = (among: readonly LabEndpoint[]) =>
    `numgen random mod ${among.length} vmap { ${among.map((one, at) => `${at} : goto ${endpoint(one)}`).join(', ')} }`;
  const own = localEndpoints(service, node);
  const localChain = chain(service).replace(/^service/, 'local');
  const outside = local
    ? [
        `ip saddr ${POD_NETWORK} goto ${chain(service)}`,
        'fib saddr type local jump mark-for-masquerade',
        `fib saddr type local goto ${chain(service)}`,
        ...(own.length === 0 ? [] : [`goto ${localChain}`]),
      ]
    : ['jump mark-for-masquerade', `goto ${chain(service)}`];
  return [
    ...endpoints.map(
      (one) =>
        `chain ${endpoint(one)} { ip saddr ${one.address} jump mark-for-masquerade; meta l4proto ${protocol} dnat to ${one.address}:${one.port} }`,
    ),
    ...(local && own.length > 0 ? [`chain ${localChain} { ${choose(own)} }`] : []),
    `chain ${chain(service)} { ip daddr ${clusterIP} ${protocol} dport ${port} ip saddr != ${POD_NETWORK} jump mark-for-masquerade; ${choose(endpoints)} }`,
    ...(nodePort === null ? [] : [`chain ${external(service)} { ${outside.join('; ')} }`]),
  ].join('\n  ');
}
