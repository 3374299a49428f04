import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fetchObjects } from '../../src/kubernetes/api/load-cluster.ts';
import { parseObjects } from '../../src/kubernetes/parse-objects.ts';
import { ProblemList } from '../../src/problems/problem.ts';
import { toldAll } from '../../src/problems/told-problem.ts';
import { makeCertificates } from '../kubernetes/api/certificates.ts';

/**
 * `npm run --silent tools && node .tools/test/bench/many-nodes.js [NODES]`: what the first step of `check --all-nodes` asks of the API
 * server of a large cluster, and what it takes here. The server is a stand-in in this process, which pages as an API server does; the
 * client is a process of its own. Pods are ten for each node; Services, each with a slice of five endpoints, two.
 */
/** As large as whole objects of a real cluster are: a Node lists its images, a Pod has its managed fields, probes and volumes. */
const PADDING = { nodes: 10_000, pods: 7000, services: 900, endpointslices: 700 };

/** @returns the n-th object of a list, without making the others. */
function objectOf(resource: string, index: number, nodes: number): object {
  const padding = '.'.repeat(PADDING[resource as keyof typeof PADDING]);
  const metadata = {
    name: `${resource}-${index}`,
    namespace: `team-${index % 50}`,
    annotations: { padding },
  };
  const address = (count: number) => `10.${128 + (count >> 16)}.${(count >> 8) & 255}.${count & 255}`;
  const labels = { 'kubernetes.io/service-name': `services-${index}` };
  const clusterIP = `10.96.${index >> 8}.${index & 255}`;
  switch (resource) {
    case 'nodes':
      return {
        metadata: { name: `node-${index}`, annotations: { padding } },
        spec: { podCIDRs: [`${address(index << 8)}/24`] },
        status: {
          addresses: [{ type: 'InternalIP', address: `192.168.${index >> 8}.${index & 255}` }],
          conditions: [{ type: 'Ready', status: 'True' }],
        },
      };
    case 'pods':
      return {
        metadata: { ...metadata, labels: { app: `app-${index % 1000}` } },
        spec: { nodeName: `node-${index % nodes}`, containers: [{ name: 'c', image: 'app:1' }] },
        status: { phase: 'Running', podIP: address(index), podIPs: [{ ip: address(index) }] },
      };
    case 'services':
      return {
        metadata,
        spec: {
          type: 'ClusterIP',
          clusterIP,
          clusterIPs: [clusterIP],
          ports: [{ name: 'http', port: 80, targetPort: 8080, protocol: 'TCP' }],
        },
      };
    default:
      return {
        metadata: { ...metadata, labels },
        addressType: 'IPv4',
        ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
        endpoints: Array.from({ length: 5 }, (_, at) => ({
          addresses: [address(index * 5 + at)],
          conditions: { ready: true },
          nodeName: `node-${(index * 5 + at) % nodes}`,
          targetRef: { kind: 'Pod', name: `pods-${index * 5 + at}`, namespace: metadata.namespace },
        })),
      };
  }
}

async function serve(nodes: number): Promise<void> {
  const counts: Record<string, number> = {
    nodes,
    pods: nodes * 10,
    services: nodes * 2,
    endpointslices: nodes * 2,
  };
  const asked = new Map<string, { requests: number; bytes: number }>();
  const certificates = makeCertificates();
  const server = createServer({ ...certificates.server }, (request, response) => {
    const url = new URL(request.url ?? '/', 'https://server');
    const resource = url.pathname.replace(/^.*\//, '');
    const count = counts[resource] ?? 0;
    const from = Number(url.searchParams.get('continue') ?? 0);
    const end = Math.min(count, from + Number(url.searchParams.get('limit') ?? count));
    const items = Array.from({ length: end - from }, (_, at) => objectOf(resource, from + at, nodes));
    const metadata = { resourceVersion: '7', ...(end < count ? { continue: String(end) } : {}) };
    const body = Buffer.from(JSON.stringify({ kind: 'List', apiVersion: 'v1', metadata, items }));
    const tally = asked.get(resource) ?? { requests: 0, bytes: 0 };
    asked.set(resource, { requests: tally.requests + 1, bytes: tally.bytes + body.length });
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
    response.end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const folder = mkdtempSync(join(tmpdir(), 'kp-explain-many-'));
  try {
    const cluster = {
      server: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
      'certificate-authority-data': certificates.ca.toString('base64'),
    };
    const config = {
      'current-context': 'c',
      contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
      clusters: [{ name: 'c', cluster }],
      users: [{ name: 'u', user: { token: 'token' } }],
    };
    const path = join(folder, 'config');
    writeFileSync(path, JSON.stringify(config));
    const script = process.argv[1] ?? '';
    const client = spawn(process.execPath, [script, String(nodes), path], { stdio: 'inherit' });
    await once(client, 'exit');
  } finally {
    rmSync(folder, { recursive: true });
    server.closeAllConnections();
    server.close();
  }
  for (const [resource, { requests, bytes }] of asked)
    console.log(`${resource}: ${counts[resource]}, ${requests} requests, ${megabytes(bytes)}`);
}

async function ask(path: string): Promise<void> {
  const problems = new ProblemList();
  const start = performance.now();
  const { files } = await fetchObjects(
    { kubeconfig: path, context: null, namespace: null, pods: { kind: 'all' }, env: process.env },
    problems,
  );
  tell('asked', start);
  const between = performance.now();
  for (const { name, bytes } of files) {
    console.log(`  ${name}: ${megabytes(bytes.length)} kept`);
    await parseObjects({ name, bytes }, problems);
  }
  tell('read', between);
  for (const { message } of toldAll(problems.list())) console.log(`  ${message}`);
}

function tell(what: string, since: number): void {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const wall = ((performance.now() - since) / 1000).toFixed(1);
  const cpu = ((userCPUTime + systemCPUTime) / 1e6).toFixed(1);
  console.log(
    `${what}: ${wall} s by the clock; so far ${cpu} s of processor, at most ${(maxRSS / 1024).toFixed(0)} MiB`,
  );
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

const [first = '5000', kubeconfig] = process.argv.slice(2);
if (kubeconfig === undefined) await serve(Number(first));
else await ask(kubeconfig);
