import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { RequestOptions } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { API_LIMITS } from '../../../src/kubernetes/api/connection.ts';
import { loadClusterFromApi } from '../../../src/kubernetes/api/load-cluster.ts';
import { ProblemList } from '../../../src/problems/problem.ts';
import { ApiServer } from './api-server.ts';
import { makeCertificates, type TestCertificates } from './certificates.ts';
import { startTunnel } from './tunnel.ts';

const PODS = Array.from({ length: 1200 }, (_, index) => ({
  metadata: { name: `p${index}`, namespace: 'shop' },
}));
const LISTS = {
  '/api/v1/services': [],
  '/api/v1/pods': PODS,
  '/api/v1/nodes': [],
  '/apis/discovery.k8s.io/v1/endpointslices': [],
};

let certificates: TestCertificates;
let folder: string;
const stops: (() => Promise<void>)[] = [];

beforeAll(() => {
  certificates = makeCertificates();
  folder = mkdtempSync(join(tmpdir(), 'kp-explain-client-'));
});
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const stop of stops.splice(0)) await stop();
});

async function serve(): Promise<ApiServer> {
  const server = await ApiServer.start(certificates.server, { lists: LISTS });
  stops.push(() => server.stop());
  return server;
}

let written = 0;

/** @returns the codes of what is wrong when the API is asked with this user and cluster. */
async function ask(user: object, cluster: object, env: Record<string, string> = {}): Promise<string[]> {
  const kubeconfig = join(folder, `config-${++written}`);
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      'current-context': 'lab',
      contexts: [{ name: 'lab', context: { cluster: 'lab', user: 'admin' } }],
      clusters: [{ name: 'lab', cluster }],
      users: [{ name: 'admin', user }],
    }),
  );
  const problems = new ProblemList();
  const limits = { ...API_LIMITS, totalMs: 20_000, silenceMs: 2_000, pauseMs: 1 };
  await loadClusterFromApi(
    { kubeconfig, context: null, namespace: null, pods: { kind: 'all' }, env, limits },
    problems,
  );
  return problems.list().map(({ code }) => code);
}

const trusted = (): object => ({ 'certificate-authority-data': certificates.ca.toString('base64') });

describe('what the official client does for us', () => {
  it('an HTTP proxy, named in the kubeconfig or by the environment', async () => {
    const server = await serve();
    const tunnel = await startTunnel(server.port);
    stops.push(tunnel.stop);
    const cluster = {
      server: `https://localhost.example:${server.port}`,
      'tls-server-name': 'localhost',
      ...trusted(),
    };
    expect(await ask({ token: 't' }, { ...cluster, 'proxy-url': tunnel.url })).toEqual([]);
    expect(tunnel.asked[0]).toBe(`localhost.example:${server.port}`);
    tunnel.asked.length = 0;
    expect(await ask({ token: 't' }, cluster, { HTTPS_PROXY: tunnel.url })).toEqual([]);
    expect(tunnel.asked).not.toEqual([]);
  });

  it('the login of an older kubeconfig', async () => {
    const server = await serve();
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const token = `${part({ alg: 'none' })}.${part({ exp: Math.floor(Date.now() / 1000) + 600 })}.x`;
    const user = { 'auth-provider': { name: 'oidc', config: { 'id-token': token } } };
    expect(await ask(user, { server: server.url, ...trusted() })).toEqual([]);
    expect(server.requests[0]?.headers.authorization).toBe(`Bearer ${token}`);
  });

  it('the pages of a list come over one connection', async () => {
    const server = await serve();
    expect(await ask({ token: 't' }, { server: server.url, ...trusted() })).toEqual([]);
    expect(server.asked.filter((path) => path.startsWith('/api/v1/pods')).length).toBeGreaterThan(2);
    // As many as there are lists, which are asked for side by side.
    expect(server.connections).toBeLessThanOrEqual(4);
  });
});

describe('does a server that cannot be verified get credentials?', () => {
  it.each(['directly', 'through a proxy'])('not where the environment turns that off: %s', async (way) => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    const server = await serve();
    const tunnel = await startTunnel(server.port);
    stops.push(tunnel.stop);
    const cluster = {
      server: `https://localhost:${server.port}`,
      ...(way === 'directly' ? {} : { 'proxy-url': tunnel.url }),
    };
    expect(await ask({ token: 'SECRET' }, cluster)).toEqual(['api-tls']);
    expect(server.requests).toEqual([]);
    expect(tunnel.asked.length > 0).toBe(way !== 'directly');
  });
});

/** What a version that does otherwise may be left to do, instead of src/kubernetes/api (docs/security.md). */
describe('why the official client does not do the rest', () => {
  const loaded = (user: object): KubeConfig => {
    const config = new KubeConfig();
    config.loadFromString(
      JSON.stringify({
        'current-context': 'c',
        contexts: [{ name: 'c', context: { cluster: 'k', user: 'u' } }],
        clusters: [{ name: 'k', cluster: { server: 'https://127.0.0.1:1' } }],
        users: [{ name: 'u', user }],
      }),
    );
    return config;
  };
  const headers = async (user: object): Promise<unknown> => {
    const options: RequestOptions = {};
    await loaded(user).applyToHTTPSOptions(options);
    return options.headers;
  };

  it('a token file and the groups to act for would be lost: another identity', async () => {
    const user = { tokenFile: '/no/such/file', as: 'jane', 'as-groups': ['a'], 'as-uid': '7' };
    expect(await headers(user)).toEqual({ 'Impersonate-User': 'jane' });
  });

  it('of two files that define one name kubectl takes the first, and it neither', () => {
    const config = loaded({ token: 't' });
    expect(() => config.mergeConfig(loaded({ token: 't' }))).toThrow('Duplicate cluster');
  });

  it('its words about a broken file quote what stands there', () => {
    const text = 'users:\n- user:\n    token: SECRET: SECRET\n';
    expect(() => new KubeConfig().loadFromString(text)).toThrow('SECRET');
  });

  it('a credential plugin would not be told which version to print', async () => {
    const script = 'console.log(JSON.stringify({status: {token: String(process.env.KUBERNETES_EXEC_INFO)}}))';
    const exec = {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: process.execPath,
      args: ['-e', script],
    };
    expect(await headers({ exec })).toEqual({ Authorization: 'Bearer undefined' });
  });

  it('in a pod some ports would be taken for a server without TLS', () => {
    vi.stubEnv('KUBERNETES_SERVICE_HOST', '10.96.0.1');
    vi.stubEnv('KUBERNETES_SERVICE_PORT', '8080');
    const config = new KubeConfig();
    config.loadFromCluster();
    expect(config.getCurrentCluster()?.server).toBe('http://10.96.0.1:8080');
  });
});
