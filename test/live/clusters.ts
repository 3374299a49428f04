import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { ApiServer } from '../kubernetes/api/api-server.ts';
import { makeCertificates } from '../kubernetes/api/certificates.ts';
import { DEMO, FakeCluster, type Scenario } from './cluster.ts';

/** @returns what makes clusters like `base`, but for what a test changes; each is gone when its test is over. */
export function clustersLike(base: Scenario): (changes?: Partial<Scenario>) => FakeCluster {
  const open: FakeCluster[] = [];
  afterEach(() => {
    for (const each of open.splice(0)) each.close();
  });
  return (changes = {}) => {
    const made = new FakeCluster({ ...base, ...changes });
    open.push(made);
    return made;
  };
}

/** @returns an API server that has the demo's objects, and a kubeconfig for it; stop it at the end. */
export async function startDemoApi(): Promise<{ readonly server: ApiServer; readonly config: string }> {
  const certificates = makeCertificates();
  const items = (file: string): Record<string, unknown>[] =>
    JSON.parse(readFileSync(join(DEMO, file), 'utf8')).items;
  const server = await ApiServer.start(certificates.server, {
    lists: {
      '/api/v1/services': items('services.json'),
      '/apis/discovery.k8s.io/v1/endpointslices': items('endpointslices.json'),
      '/api/v1/pods': items('pods.json'),
      '/api/v1/nodes': items('nodes.json'),
    },
  });
  const cluster = { server: server.url, 'certificate-authority-data': certificates.ca.toString('base64') };
  const config = JSON.stringify({
    'current-context': 'lab',
    contexts: [{ name: 'lab', context: { cluster: 'lab', user: 'admin' } }],
    clusters: [{ name: 'lab', cluster }],
    users: [{ name: 'admin', user: { token: 'SECRET-TOKEN' } }],
  });
  return { server, config };
}
