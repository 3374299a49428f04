import { describe, expect, it } from 'vitest';
import { type Behaviour, behavioursOf, parseMinorVersion } from '../../src/findings/expected/behaviour.ts';
import { pickUsable } from '../../src/findings/expected/usable-endpoints.ts';
import type { Endpoint, Service } from '../../src/kubernetes/objects.ts';

const NODE = { name: 'node-1', zone: 'a' };
const [NEWEST] = behavioursOf(36);

const endpoint = (address: string, more: Partial<Endpoint> = {}): Endpoint => ({
  namespace: 'shop',
  service: 'web',
  address,
  portName: '',
  port: 80,
  protocol: 'TCP',
  ready: true,
  serving: true,
  terminating: false,
  node: 'node-1',
  zone: 'a',
  zoneHints: [],
  nodeHints: [],
  pod: null,
  ...more,
});

const service = (annotations: Record<string, string> = {}): Service => ({
  namespace: 'shop',
  name: 'web',
  type: 'ClusterIP',
  clusterIPs: ['10.96.0.1'],
  externalIPs: [],
  loadBalancer: [],
  loadBalancerSourceRanges: [],
  externalTrafficPolicy: null,
  internalTrafficPolicy: null,
  sessionAffinity: null,
  affinitySeconds: null,
  healthCheckNodePort: null,
  trafficDistribution: null,
  labels: {},
  annotations,
  ports: [],
});

const behaviour = (change: Partial<Behaviour> = {}): Behaviour => {
  if (NEWEST === undefined) throw new Error('no behaviour');
  return { ...NEWEST, ...change };
};
const addresses = (endpoints: readonly Endpoint[]) => endpoints.map(({ address }) => address);
const cluster = (endpoints: readonly Endpoint[], change: Partial<Behaviour> = {}, of = service()) =>
  addresses(pickUsable(endpoints, of, NODE, behaviour(change)).cluster);

describe('which endpoints does kube-proxy use', () => {
  it('the ready ones', () => {
    expect(cluster([endpoint('1'), endpoint('2', { ready: false, serving: false })])).toEqual(['1']);
  });

  it('terminating ones that still serve, where none is ready', () => {
    const going = endpoint('2', { ready: false, serving: true, terminating: true });
    expect(cluster([going, endpoint('3', { ready: false, serving: false, terminating: true })])).toEqual([
      '2',
    ]);
    expect(cluster([endpoint('1'), going])).toEqual(['1']);
    expect(cluster([going], { terminatingFallback: false })).toEqual([]);
  });

  it('not serving ones that are not terminating', () => {
    expect(cluster([endpoint('1', { ready: false, serving: true })])).toEqual([]);
  });

  it('those hinted for its zone, where every ready one has hints and one is for it', () => {
    const here = endpoint('1', { zoneHints: ['a'] });
    const there = endpoint('2', { zoneHints: ['b'] });
    expect(cluster([here, there])).toEqual(['1']);
    expect(cluster([here, there, endpoint('3')])).toEqual(['1', '2', '3']);
    expect(cluster([there])).toEqual(['2']);
    expect(cluster([here, endpoint('2', { zoneHints: ['b'], ready: false })])).toEqual(['1']);
  });

  it('hints only where the annotation asks for them, before 1.31', () => {
    const both = [endpoint('1', { zoneHints: ['a'] }), endpoint('2', { zoneHints: ['b'] })];
    const auto = service({ 'service.kubernetes.io/topology-mode': 'Auto' });
    const old = service({ 'service.kubernetes.io/topology-aware-hints': 'auto' });
    expect(cluster(both, { zoneHints: 'annotation' })).toEqual(['1', '2']);
    expect(cluster(both, { zoneHints: 'annotation' }, auto)).toEqual(['1']);
    expect(cluster(both, { zoneHints: 'old-annotation' }, auto)).toEqual(['1', '2']);
    expect(cluster(both, { zoneHints: 'old-annotation' }, old)).toEqual(['1']);
    expect(cluster(both, { zoneHints: 'never' }, old)).toEqual(['1', '2']);
  });

  it('those hinted for this very node first (1.34)', () => {
    const here = endpoint('1', { nodeHints: ['node-1'], zoneHints: ['a'] });
    const there = endpoint('2', { nodeHints: ['node-2'], zoneHints: ['a'] });
    expect(cluster([here, there])).toEqual(['1']);
    expect(cluster([here, there], { nodeHints: false })).toEqual(['1', '2']);
  });

  it('under policy Local those of this node, whatever the hints', () => {
    const usable = pickUsable(
      [endpoint('1', { zoneHints: ['b'] }), endpoint('2', { node: 'node-2', zoneHints: ['b'] })],
      service(),
      NODE,
      behaviour(),
    );
    expect(addresses(usable.local)).toEqual(['1']);
    expect(usable.any).toBe(true);
  });

  it('no local ones where the node’s name is not known', () => {
    expect(pickUsable([endpoint('1')], service(), { name: null, zone: null }, behaviour()).local).toEqual([]);
  });
});

describe('which releases do what', () => {
  it.each([
    ['Kubernetes v1.36.3', 36],
    ['v1.20.2', 20],
    ['registry.k8s.io/kube-proxy:v1.31.0', 31],
    ['1.9.1', 9],
    ['none', null],
    [null, null],
  ])('%s is 1.%s', (text, minor) => {
    expect(parseMinorVersion(text)).toBe(minor);
  });

  it('every release has one behaviour at least, and its likeliest first', () => {
    for (let minor = 18; minor <= 40; minor++)
      expect(behavioursOf(minor).length, `1.${minor}`).toBeGreaterThan(0);
    // Asked for each port, so they are listed once.
    expect(behavioursOf(null)).toBe(behavioursOf(null));
    expect(behavioursOf(20)[0]).toMatchObject({
      internalPolicy: false,
      terminatingFallback: false,
      dropsItself: false,
    });
    expect(behavioursOf(36)).toHaveLength(1);
  });

  it.each<[feature: keyof Behaviour, since: number, maybe: number]>([
    ['internalPolicy', 22, 22],
    ['terminatingFallback', 26, 22],
    ['externalIpFromInside', 25, 25],
    ['dropsItself', 25, 25],
    ['ipMode', 30, 29],
    ['nodeHints', 34, 33],
    ['policyForExternalIps', 36, 29],
  ])('%s is sure since 1.%i, and may be since 1.%i', (feature, since, maybe) => {
    const seen = (minor: number) => new Set(behavioursOf(minor).map((one) => one[feature]));
    for (let minor = 18; minor <= 40; minor++) {
      const values = minor < maybe ? [false] : minor < since ? [true, false] : [true];
      expect(seen(minor), `1.${minor}`).toEqual(new Set(values));
    }
  });

  it('an unknown release may show any of them', () => {
    const any = behavioursOf(null).map((one) => JSON.stringify(one));
    for (const minor of [20, 23, 25, 28, 30, 36])
      for (const one of behavioursOf(minor)) expect(any, `1.${minor}`).toContain(JSON.stringify(one));
  });
});
