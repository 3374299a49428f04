import { describe, expect, it } from 'vitest';
import { listServices } from '../../src/explain/list-services.ts';
import type { ServiceItem } from '../../src/explain/service-list.ts';
import type { Endpoint, Service, ServicePort } from '../../src/kubernetes/objects.ts';
import { type Family, parseAddress } from '../../src/net/address.ts';
import { type Known, readFixture, rulesOf } from './services-fixture.ts';

interface Release {
  /** 1.26 and later fall back to endpoints that are terminating but still serve. */
  readonly servingTerminating: boolean;
  readonly hints: boolean;
}

/** What kube-proxy should choose, by the API alone (pkg/proxy/topology.go, CategorizeEndpoints). */
function choose(endpoints: readonly Endpoint[], release: Release): readonly Endpoint[] {
  const ready = endpoints.filter((endpoint) => endpoint.ready);
  if (ready.length > 0 || !release.servingTerminating) return ready;
  return endpoints.filter(({ serving, terminating }) => serving && terminating);
}

function chooseCluster(all: readonly Endpoint[], known: Known, release: Release): readonly Endpoint[] {
  const chosen = choose(all, release);
  const zone = known.cluster.nodes?.find(({ name }) => name === known.node)?.zone ?? '';
  if (!release.hints || chosen.some(({ zoneHints }) => zoneHints.length === 0)) return chosen;
  return chosen.filter(({ zoneHints }) => zoneHints.includes(zone));
}

function sockets(endpoints: readonly { address: string; port: number | null }[]): string[] {
  return endpoints.map(({ address, port }) => `${address} ${port}`).sort();
}

/** Every Service port of the API that this kube-proxy must program, for one family. */
function* ports(
  known: Known,
  family: Family,
): Iterable<{ service: Service; port: ServicePort; clusterIP: string }> {
  for (const service of known.cluster.services ?? []) {
    if (service.labels['service.kubernetes.io/service-proxy-name'] !== undefined) continue;
    const clusterIP = service.clusterIPs.find((text) => parseAddress(text)?.family === family);
    if (clusterIP === undefined) continue;
    for (const port of service.ports) yield { service, port, clusterIP };
  }
}

function find(
  items: readonly ServiceItem[],
  service: Service,
  port: ServicePort,
  family: Family,
): ServiceItem {
  const found = items.filter(
    (item) =>
      item.namespace === service.namespace &&
      item.name === service.name &&
      (item.port ?? '') === port.name &&
      item.protocol === port.protocol.toLowerCase() &&
      item.family === family,
  );
  expect(found, `${service.namespace}/${service.name}:${port.name}`).toHaveLength(1);
  const [item] = found;
  if (item === undefined) throw new Error('not found');
  return item;
}

const CAPTURES: readonly (readonly [string, Release])[] = [
  ['demo', { servingTerminating: true, hints: true }],
  ['kube-proxy-1.20-legacy', { servingTerminating: false, hints: true }],
];

describe.each(CAPTURES)('listServices on %s', async (folder, release) => {
  const known = await readFixture(folder);
  const items = listServices(known);
  const families: Family[] = ['ipv4', 'ipv6'];

  it('has every Service port with a cluster IP exactly once per family, and no other', () => {
    const expected = families.flatMap((family) => [...ports(known, family)]);
    expect(items).toHaveLength(expected.length);
    expect(expected.length).toBeGreaterThan(50);
  });

  it.each(families)('has the addresses that the API has (%s)', (family) => {
    for (const { service, port, clusterIP } of ports(known, family)) {
      const item = find(items, service, port, family);
      expect(item.clusterIPs).toEqual([{ address: clusterIP, port: port.port }]);
      expect(item.nodePort).toBe(port.nodePort);
      const isOfFamily = (text: string | null) => text !== null && parseAddress(text)?.family === family;
      expect(item.externalIPs.map(({ address }) => address)).toEqual(service.externalIPs.filter(isOfFamily));
      const balancers = service.loadBalancer.filter(
        // ipMode Proxy came with 1.29: before, kube-proxy takes such addresses for its own.
        ({ ip, ipMode }) => isOfFamily(ip) && (ipMode !== 'Proxy' || folder !== 'demo'),
      );
      expect(item.loadBalancerIPs.map(({ address }) => address)).toEqual(balancers.map(({ ip }) => ip));
    }
  });

  it.each(families)('has the endpoints that kube-proxy should choose, in equal shares (%s)', (family) => {
    for (const { service, port } of ports(known, family)) {
      const item = find(items, service, port, family);
      const all = (known.cluster.endpoints ?? []).filter(
        (endpoint) =>
          endpoint.namespace === service.namespace &&
          endpoint.service === service.name &&
          endpoint.portName === port.name &&
          endpoint.protocol === port.protocol &&
          parseAddress(endpoint.address)?.family === family,
      );
      const cluster = item.endpoints.filter(({ scope }) => scope === 'cluster');
      const local = item.endpoints.filter(({ scope }) => scope === 'local');
      const onlyLocal = item.internalPolicy === 'Local' && item.externalPolicy !== 'Cluster';
      if (cluster.length > 0 || !onlyLocal) {
        expect(sockets(cluster), service.name).toEqual(sockets(chooseCluster(all, known, release)));
      }
      if (item.internalPolicy === 'Local' || item.externalPolicy === 'Local') {
        const here = all.filter(({ node }) => node === known.node);
        expect(sockets(local), service.name).toEqual(sockets(choose(here, release)));
      } else expect(local).toEqual([]);
      for (const scope of [cluster, local]) {
        for (const { share } of scope) expect(share).toBeCloseTo(1 / scope.length, 8);
      }
    }
  });

  it('confirms every name that has a chain by its hash, and finds no comment that disagrees', () => {
    for (const item of items) {
      expect(item.conflict).toBeNull();
      expect(item.namedBy).toBe(item.chains.length > 0 ? 'hash' : 'api');
    }
  });

  it('reads session affinity and source ranges', () => {
    const of = (name: string) => items.find((item) => item.name === name && item.family === 'ipv4');
    expect(of('np-sticky')?.affinitySeconds).toBe(300);
    expect(of('web')?.affinitySeconds).toBeNull();
    expect(of('lb-ranges')?.sourceRanges).toEqual(['192.168.100.50/32', '172.16.0.0/12']);
    expect(of('lb')?.sourceRanges).toEqual([]);
    expect(of('lb-ranges')?.refusals).toMatchObject([{ action: 'drop', address: '198.51.100.11' }]);
    expect(of('lb')?.refusals).toEqual([]);
  });

  it('reads the external policy from the shape of the chains', () => {
    const of = (name: string) => items.find((item) => item.name === name && item.family === 'ipv4');
    expect(of('np-cluster')?.externalPolicy).toBe('Cluster');
    expect(of('lb')?.externalPolicy).toBe('Cluster');
    expect(of('np-local')?.externalPolicy).toBe('Local');
    expect(of('np-local-none')?.externalPolicy).toBe('Local');
    expect(of('web')?.externalPolicy).toBeNull();
  });

  it('gives the same list whatever the order of KUBE-SERVICES, which kube-proxy shuffles at every sync', async () => {
    const entry = /^\[[\d:]+\] -A KUBE-(?:SERVICES|NODEPORTS) .* -j KUBE-(?:SVC|SVL|EXT|FW|XLB)-.*$/gm;
    const turned = await readFixture(folder, (dump) => {
      const found = dump.match(entry) ?? [];
      return dump.replace(entry, () => found.pop() ?? '');
    });
    // Lines differ, and so does the order in which addresses of one Service are met.
    const places = (list: readonly ServiceItem[]) =>
      list.map(({ refusals, ...item }) => ({ ...item, refusals: refusals.length }));
    expect(places(listServices(turned))).toEqual(places(items));
  });
});

describe('listServices on damaged dumps', () => {
  it('does not throw on a dump that ends in the middle of a rule', async () => {
    const { rulesets, ...rest } = await readFixture('demo');
    const text = rulesets
      .flatMap(({ tables }) => [...tables.values()])
      .flatMap(({ name, chains }) => [
        `*${name}`,
        ...[...chains.values()].map((chain) => `:${chain.name} ${chain.policy ?? '-'} [0:0]`),
        ...[...chains.values()].flatMap(({ rules }) =>
          Array.from({ length: rules.length }, (_, i) => rules.at(i).text),
        ),
      ]);
    const whole = text.join('\n');
    for (let cut = 0; cut < whole.length; cut += 9973) {
      expect(() => listServices({ ...rest, rulesets: rulesOf(whole.slice(0, cut)) })).not.toThrow();
    }
  });
});
