import { type BenchCluster, nodeAddress, nodeName, podNetwork } from './cluster.ts';

/**
 * @param node which of the cluster's nodes
 * @returns the files of a capture folder that tell of the host: a bridge for pods, and a route to each other node's.
 */
export function formatHost(
  cluster: BenchCluster,
  proxyMode: 'iptables' | 'nftables' = 'iptables',
  node = 0,
): Record<string, string> {
  const address = nodeAddress(node);
  const pods = podNetwork(node);
  const others = Array.from({ length: cluster.nodes }, (_, index) => index).filter((index) => index !== node);
  const routes = [
    { dst: 'default', gateway: '192.168.255.254', dev: 'eth0', flags: [] },
    { dst: `${pods}.0/24`, dev: 'cni0', protocol: 'kernel', scope: 'link', prefsrc: `${pods}.1`, flags: [] },
    { dst: '192.168.0.0/16', dev: 'eth0', protocol: 'kernel', scope: 'link', prefsrc: address, flags: [] },
    ...others.map((other) => ({
      dst: `${podNetwork(other)}.0/24`,
      gateway: nodeAddress(other),
      dev: 'eth0',
      flags: [],
    })),
    local('127.0.0.0/8', 'lo', '127.0.0.1'),
    local('127.0.0.1', 'lo', '127.0.0.1'),
    local(`${pods}.1`, 'cni0', `${pods}.1`),
    local(address, 'eth0', address),
  ];
  const links = [
    link(1, 'lo', '127.0.0.1', 8, 'host'),
    link(2, 'eth0', address, 16),
    link(3, 'cni0', `${pods}.1`, 24),
  ];
  return {
    'ip-addr.json': `${JSON.stringify(links)}\n`,
    'ip-route.json': `${JSON.stringify(routes)}\n`,
    'ip-rule.json':
      '[{"priority":0,"src":"all","table":"local"},{"priority":32766,"src":"all","table":"main"},{"priority":32767,"src":"all","table":"default"}]\n',
    'sysctl.txt': SYSCTLS.join('\n'),
    'capture.json': `${JSON.stringify({ apiVersion: 'kp-explain/v1', kind: 'CaptureManifest', node: nodeName(node), takenAt: '2026-11-21T10:00:00Z', proxyMode, ...(proxyMode === 'iptables' ? { backend: 'iptables-nft' } : {}) })}\n`,
  };
}

function local(dst: string, dev: string, prefsrc: string): object {
  return { type: 'local', dst, dev, table: 'local', protocol: 'kernel', scope: 'host', prefsrc, flags: [] };
}

function link(ifindex: number, ifname: string, address: string, prefixlen: number, scope = 'global'): object {
  const flags =
    ifname === 'lo' ? ['LOOPBACK', 'UP', 'LOWER_UP'] : ['BROADCAST', 'MULTICAST', 'UP', 'LOWER_UP'];
  return {
    ifindex,
    ifname,
    flags,
    link_type: ifname === 'lo' ? 'loopback' : 'ether',
    addr_info: [{ family: 'inet', local: address, prefixlen, scope, label: ifname }],
  };
}

const SYSCTLS = [
  'net.bridge.bridge-nf-call-iptables = 1',
  'net.ipv4.ip_forward = 1',
  ...['all', 'default', 'lo', 'eth0', 'cni0'].flatMap((name) => [
    `net.ipv4.conf.${name}.forwarding = 1`,
    `net.ipv4.conf.${name}.route_localnet = ${name === 'all' ? 1 : 0}`,
    `net.ipv4.conf.${name}.rp_filter = 0`,
  ]),
  '',
];
