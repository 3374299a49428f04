import { existsSync, readFileSync } from 'node:fs';
import type { Ruleset } from '../../src/iptables/ruleset.ts';
import { parseSave } from '../../src/iptables/save/parse-save.ts';
import { type Cluster, type Endpoint, type Service, UNKNOWN_CLUSTER } from '../../src/kubernetes/objects.ts';
import { mergeClusters, parseObjects } from '../../src/kubernetes/parse-objects.ts';
import { ProblemList } from '../../src/problems/problem.ts';
import { type ChainNames, nameChains } from '../../src/proxy/chain-names.ts';
import { KNOWN_CHAINS } from '../../src/proxy/known-chains.ts';

/** What `listServices` and `describeChain` take. */
export interface Known {
  readonly rulesets: readonly Ruleset[];
  readonly cluster: Cluster;
  readonly names: ChainNames;
  readonly node: string | null;
}

/** Reads a capture folder under fixtures/, its dumps changed by `edit`. */
export async function readFixture(folder: string, edit = (dump: string) => dump): Promise<Known> {
  const problems = new ProblemList();
  const read = (file: string) => {
    const path = new URL(`../../fixtures/${folder}/${file}`, import.meta.url);
    return existsSync(path) ? [{ name: file, bytes: readFileSync(path) }] : [];
  };
  const rulesets = ['iptables-save.txt', 'ip6tables-save.txt']
    .flatMap(read)
    .flatMap(({ name, bytes }) =>
      parseSave({ name, bytes: Buffer.from(edit(bytes.toString())) }, { chains: KNOWN_CHAINS }, problems),
    );
  const objects = ['services.json', 'endpointslices.json', 'pods.json', 'nodes.json'].flatMap(read);
  const cluster = mergeClusters(await Promise.all(objects.map((source) => parseObjects(source, problems))));
  return { rulesets, cluster, names: nameChains(cluster), node: 'node-1' };
}

/** Reads rules given in a test; without a cluster nothing is known of the API. */
export function known(text: string, cluster: Partial<Cluster> = {}, node: string | null = null): Known {
  const whole = { ...UNKNOWN_CLUSTER, ...cluster };
  return { rulesets: rulesOf(text), cluster: whole, names: nameChains(whole), node };
}

/** Parses a dump. */
export function rulesOf(text: string): Ruleset[] {
  return parseSave(
    { name: 'rules.txt', bytes: Buffer.from(text) },
    { chains: KNOWN_CHAINS },
    new ProblemList(),
  );
}

/** A Service `shop/web` with one unnamed TCP port 80 on 10.96.0.1, changed as a test needs it. */
export function serviceOf(changes: Partial<Service>): Service {
  return {
    namespace: 'shop',
    name: 'web',
    type: 'ClusterIP',
    clusterIPs: ['10.96.0.1'],
    externalIPs: [],
    loadBalancer: [],
    loadBalancerSourceRanges: [],
    externalTrafficPolicy: null,
    internalTrafficPolicy: 'Cluster',
    sessionAffinity: null,
    affinitySeconds: null,
    healthCheckNodePort: null,
    trafficDistribution: null,
    labels: {},
    annotations: {},
    ports: [{ name: '', protocol: 'TCP', port: 80, nodePort: null, targetPort: '8080' }],
    ...changes,
  };
}

/** An endpoint of {@link serviceOf}'s Service. */
export function endpointOf(address: string, changes: Partial<Endpoint> = {}): Endpoint {
  return {
    namespace: 'shop',
    service: 'web',
    address,
    portName: '',
    port: 8080,
    protocol: 'TCP',
    ready: true,
    serving: true,
    terminating: false,
    node: 'node-1',
    zone: null,
    zoneHints: [],
    nodeHints: [],
    pod: { namespace: 'shop', name: `pod-${address}` },
    ...changes,
  };
}
