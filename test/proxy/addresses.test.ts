import { describe, expect, it } from 'vitest';
import { type Cluster, UNKNOWN_CLUSTER } from '../../src/kubernetes/objects.ts';
import { type Address, formatAddress, parseAddress } from '../../src/net/address.ts';
import { TCP, UDP } from '../../src/net/protocol.ts';
import { AddressBook } from '../../src/proxy/addresses.ts';
import { endpoint, node, pod, service, servicePort } from './objects.ts';

function ip(text: string): Address {
  const address = parseAddress(text);
  if (address === null) throw new Error(text);
  return address;
}

const CLUSTER: Cluster = {
  services: [
    service('shop', 'web', {
      type: 'LoadBalancer',
      clusterIPs: ['10.96.0.10', 'fd00:10:96::a'],
      externalIPs: ['192.168.100.200'],
      loadBalancer: [
        { ip: '203.0.113.1', hostname: null, ipMode: null },
        { ip: null, hostname: 'lb.example', ipMode: null },
      ],
      ports: [
        servicePort({ name: 'http', nodePort: 30080 }),
        servicePort({ name: 'https', port: 443, nodePort: 30443 }),
      ],
    }),
    service('kube-system', 'kube-dns', {
      clusterIPs: ['10.96.0.53'],
      ports: [
        servicePort({ name: 'dns', protocol: 'UDP', port: 53 }),
        servicePort({ name: 'dns-tcp', port: 53 }),
      ],
    }),
    service('shop', 'headless', { clusterIPs: ['None'] }),
    service('shop', 'thief', { clusterIPs: ['10.96.0.77'], externalIPs: ['10.96.0.10', '192.168.100.200'] }),
    service('other', 'web', { clusterIPs: ['10.96.0.78'] }),
  ],
  endpoints: [
    endpoint('shop', 'web', '10.244.1.11', { port: 8080 }),
    endpoint('shop', 'other', '10.244.1.11', { port: 8080, protocol: 'UDP' }),
  ],
  pods: [
    pod('shop', 'web-a2', '10.244.1.11', { phase: 'Succeeded' }),
    pod('shop', 'web-a1', '10.244.1.11'),
    pod('shop', 'leaving', '10.244.1.12', { terminating: true }),
    pod('shop', 'b', '10.244.1.13'),
    pod('shop', 'a', '10.244.1.13'),
    pod('kube-system', 'proxy', '192.168.100.11', { hostNetwork: true }),
    pod('kube-system', 'agent', '192.168.100.11', { hostNetwork: true }),
    pod('kube-system', 'alone', '192.168.100.12', { hostNetwork: true }),
  ],
  nodes: [node('node-1', '192.168.100.11'), node('node-2', 'fd00:192:168:100::12')],
};

const book = new AddressBook(CLUSTER);

describe('which Service has this address', () => {
  it.each([
    ['10.96.0.10', 80, 'web', 'http', 'clusterIP'],
    ['fd00:10:96::a', 443, 'web', 'https', 'clusterIP'],
    ['203.0.113.1', 80, 'web', 'http', 'loadBalancerIP'],
    ['192.168.100.200', 443, 'web', 'https', 'externalIP'],
  ])('%s port %i is %s:%s by its %s', (address, port, name, portName, via) => {
    expect(book.serviceAt(TCP, ip(address), port)).toMatchObject({
      service: { name },
      port: { name: portName },
      via,
    });
  });

  it('a cluster IP wins over an external IP that another Service claims', () => {
    expect(book.serviceAt(TCP, ip('10.96.0.10'), 80)).toMatchObject({
      service: { name: 'web' },
      via: 'clusterIP',
    });
    expect(book.servicesAt(TCP, ip('10.96.0.10'), 80)).toHaveLength(2);
  });

  it('of two that claim one external IP the first by name is told, whatever the order of the list', () => {
    const names = [CLUSTER.services ?? [], [...(CLUSTER.services ?? [])].reverse()].map(
      (services) =>
        new AddressBook({ ...CLUSTER, services }).serviceAt(TCP, ip('192.168.100.200'), 80)?.service.name,
    );
    expect(names).toEqual(['thief', 'thief']);
  });

  it('protocol and port must fit', () => {
    expect(book.serviceAt(UDP, ip('10.96.0.53'), 53)?.port.name).toBe('dns');
    expect(book.serviceAt(TCP, ip('10.96.0.53'), 53)?.port.name).toBe('dns-tcp');
    expect(book.serviceAt(UDP, ip('10.96.0.10'), 80)).toBeNull();
    expect(book.serviceAt(TCP, ip('10.96.0.10'), 81)).toBeNull();
  });

  it('and which has this node port', () => {
    expect(book.serviceAtNodePort(TCP, 30443)).toMatchObject({
      service: { name: 'web' },
      port: { name: 'https' },
    });
    expect(book.serviceAtNodePort(UDP, 30443)).toBeNull();
  });
});

describe('whose address is this', () => {
  it('a running Pod comes before one that has ended', () => {
    expect(book.podAt(ip('10.244.1.11'))?.name).toBe('web-a1');
    expect(book.podsAt(ip('10.244.1.11')).map(({ name }) => name)).toEqual(['web-a1', 'web-a2']);
  });

  it('a Pod that is terminating still has its address', () => {
    expect(book.podAt(ip('10.244.1.12'))?.name).toBe('leaving');
  });

  it('of equals the first by name', () => {
    expect(book.podAt(ip('10.244.1.13'))?.name).toBe('a');
  });

  it('the address of a node does not tell which of its Pods is meant', () => {
    expect(book.podAt(ip('192.168.100.11'))).toBeNull();
    expect(book.podsAt(ip('192.168.100.11'))).toHaveLength(2);
    expect(book.podAt(ip('192.168.100.12'))?.name).toBe('alone');
  });

  it('nodes and endpoints are found by any spelling of the address', () => {
    expect(book.nodeAt(ip('fd00:0192:0168:0100::0012'))?.name).toBe('node-2');
    expect(book.nodeAt(ip('10.9.9.9'))).toBeNull();
    expect(book.endpointsAt(ip('10.244.1.11'), 8080)).toHaveLength(2);
    expect(book.endpointsAt(ip('10.244.1.11'), 8080, UDP)).toMatchObject([{ service: 'other' }]);
    expect(book.endpointsAt(ip('10.244.1.11'), 80)).toEqual([]);
  });

  it('nobody knows in an unknown cluster', () => {
    const empty = new AddressBook(UNKNOWN_CLUSTER);
    expect(empty.serviceAt(TCP, ip('10.96.0.10'), 80)).toBeNull();
    expect(empty.podAt(ip('10.244.1.11'))).toBeNull();
    expect(empty.nodeAt(ip('10.244.1.11'))).toBeNull();
    expect(empty.endpointsAt(ip('10.244.1.11'), 80)).toEqual([]);
    expect(empty.resolve('shop/web', 'default')).toEqual({ kind: 'services-unknown' });
  });
});

describe('what does a destination mean', () => {
  function ways(text: string, namespace = 'default', protocol: number | null = null): string[] | string {
    const answer = book.resolve(text, namespace, protocol);
    if (answer.kind !== 'found') return answer.kind;
    return answer.destinations.map(
      ({ via, address, portNumber }) =>
        `${via} ${address === null ? '*' : formatAddress(address)} ${portNumber}`,
    );
  }

  it('a name and port: each address of the Service, cluster IPs first', () => {
    expect(ways('shop/web:http')).toEqual([
      'clusterIP 10.96.0.10 80',
      'clusterIP fd00:10:96::a 80',
      'externalIP 192.168.100.200 80',
      'loadBalancerIP 203.0.113.1 80',
      'nodePort * 30080',
    ]);
    expect(ways('shop/web:443')).toContain('clusterIP 10.96.0.10 443');
  });

  it('a node port may stand for the port', () => {
    expect(ways('shop/web:30443')).toEqual(['nodePort * 30443']);
  });

  it('without a port: all of them', () => {
    expect(ways('shop/web')).toHaveLength(10);
    expect(ways('kube-system/kube-dns:53')).toEqual(['clusterIP 10.96.0.53 53', 'clusterIP 10.96.0.53 53']);
    expect(ways('kube-system/kube-dns', 'x', UDP)).toHaveLength(1);
  });

  it('without a namespace: the one given beside', () => {
    expect(ways('web:80', 'other')).toEqual(['clusterIP 10.96.0.78 80']);
    expect(book.resolve('web', 'nowhere')).toEqual({
      kind: 'no-such-service',
      namespace: 'nowhere',
      name: 'web',
      elsewhere: ['other', 'shop'],
    });
  });

  it('says why there is no way', () => {
    expect(ways('shop/web:smtp')).toBe('no-such-port');
    expect(ways('shop/web', 'x', UDP)).toBe('no-such-port');
    expect(ways('shop/headless')).toBe('no-address');
    expect(ways('shop/headless:80')).toBe('no-address');
  });

  it.each(['10.96.0.10', '10.96.0.10:53', '[fd00::a]:53', 'a/b/c', '', ':80', 'shop/', 'x'.repeat(5000)])(
    '%j is no name',
    (text) => {
      expect(ways(text)).toBe('not-a-name');
    },
  );
});
