import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { RequestOptions } from 'node:https';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { API_LIMITS } from '../../../src/kubernetes/api/connection.ts';
import { accountOfPod } from '../../../src/kubernetes/api/in-cluster.ts';
import { loadClusterFromApi } from '../../../src/kubernetes/api/load-cluster.ts';
import { accessOf } from '../../../src/kubernetes/api/read-access.ts';
import { ProblemList } from '../../../src/problems/problem.ts';
import { toldAll } from '../../../src/problems/told-problem.ts';
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
async function ask(
  user: object,
  cluster: object,
  env: Record<string, string> = {},
  totalMs = 20_000,
): Promise<string[]> {
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
  const limits = { ...API_LIMITS, totalMs, silenceMs: 2_000, pauseMs: 1 };
  await loadClusterFromApi(
    { kubeconfig, context: null, namespace: null, pods: { kind: 'all' }, env, limits },
    problems,
  );
  return toldAll(problems.list()).map(({ code }) => code);
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

describe('what the official client is kept from', () => {
  const server = 'https://127.0.0.1:1';

  it.each(['azure', 'gcp'])('running the command of an old login (%s) in a shell', async (name) => {
    const ran = join(folder, `${name}-ran`);
    const config = {
      'cmd-path': process.execPath,
      'cmd-args': `-e ""; touch ${ran}`,
      expiry: '2020-01-01T00:00:00Z',
    };
    expect(await ask({ 'auth-provider': { name, config } }, { server })).toEqual(['credential-plugin']);
    expect(existsSync(ran)).toBe(false);
  });

  it('running a plugin without a bound, which an old login may name too', async () => {
    const ran = join(folder, 'exec-ran');
    const exec = { command: 'touch', args: [ran] };
    expect(await ask({ 'auth-provider': { name: 'exec', config: { exec } } }, { server })).toEqual([
      'incomplete-kubeconfig',
    ]);
    const listed = await serve();
    const user = { 'auth-provider': { name: 'oidc', config: { exec } } };
    expect(await ask(user, { server: listed.url, ...trusted() })).toEqual([]);
    expect(existsSync(ran)).toBe(false);
  });

  it('opening files: /dev/zero has no end', async () => {
    const listed = await serve();
    const cluster = { server: listed.url, ...trusted() };
    expect(await ask({ 'token-file': '/dev/zero' }, cluster)).toEqual([]);
    const user = { 'auth-provider': { name: 'oidc', config: { tokenFile: '/dev/zero' } } };
    expect(await ask(user, cluster)).toEqual([]);
    expect(await ask({ 'client-certificate': '/dev/zero' }, cluster)).toEqual(['unreadable-credentials']);
  });

  it('waiting for a login server that never answers', async () => {
    const mute = createServer(() => {}).listen(0, '127.0.0.1');
    await once(mute, 'listening');
    stops.push(async () => {
      mute.close();
    });
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const config = {
      'id-token': `${part({ alg: 'none' })}.${part({ exp: 1 })}.x`,
      'idp-issuer-url': `https://127.0.0.1:${(mute.address() as AddressInfo).port}`,
      'client-id': 'me',
      'refresh-token': 'r',
    };
    const started = performance.now();
    expect(await ask({ 'auth-provider': { name: 'oidc', config } }, { server }, {}, 1_000)).toEqual([
      'api-timeout',
    ]);
    expect(performance.now() - started).toBeLessThan(6_000);
  });
});

describe('a kubeconfig that the official client alone would not read as kubectl does', () => {
  it('data goes before a file, and of two entries of one name the first counts', async () => {
    const server = await serve();
    const file = (name: string, token: string, url: string): string => {
      const path = join(folder, name);
      const cluster = { server: url, ...trusted(), 'certificate-authority': '/no/such/ca' };
      const one = {
        clusters: [{ name: 'k', cluster }, { name: 'no server', cluster: {} }, null, 'x'],
        contexts: [{ name: 'größe \u007f', context: { cluster: 'k', user: 'u' } }],
        users: [{ name: 'u', user: { token } }],
      };
      writeFileSync(path, JSON.stringify(one));
      return path;
    };
    const KUBECONFIG = [file('a', 'first', server.url), file('b', 'second', 'https://127.0.0.1:1')].join(':');
    const problems = new ProblemList();
    const context = 'größe \u007f';
    await loadClusterFromApi(
      {
        kubeconfig: null,
        context,
        namespace: null,
        pods: { kind: 'none' },
        env: { KUBECONFIG },
        limits: API_LIMITS,
      },
      problems,
    );
    expect(toldAll(problems.list())).toEqual([]);
    expect(server.requests[0]?.headers.authorization).toBe('Bearer first');
  });

  it('a context without a cluster is there, and --cluster names one for it', async () => {
    const server = await serve();
    const kubeconfig = join(folder, 'no-cluster');
    const cluster = { server: server.url, ...trusted() };
    const text = JSON.stringify({
      'current-context': 'c',
      contexts: [{ name: 'c', context: { namespace: 'shop' } }],
      clusters: [{ name: 'k', cluster }],
    });
    writeFileSync(kubeconfig, text);
    const said = async (more: object): Promise<string[]> => {
      const problems = new ProblemList();
      await loadClusterFromApi(
        {
          kubeconfig,
          context: null,
          namespace: null,
          pods: { kind: 'none' },
          env: {},
          limits: API_LIMITS,
          ...more,
        },
        problems,
      );
      return toldAll(problems.list()).map(({ message }) => message);
    };
    expect(await said({})).toEqual([
      `context c of ${kubeconfig} names cluster (none), for which no server is given; names come from rule comments`,
    ]);
    expect(await said({ cluster: 'k' })).toEqual([]);
  });

  it.each([
    ['a value that holds itself', 'clusters: &a\n- SECRET: *a\n'],
    ['a path that is a number', 'clusters: [{name: k, cluster: {server: x, certificate-authority: 5}}]\n'],
    ['a path that is an object', 'users: [{name: u, user: {client-key: {SECRET: 1}}}]\n'],
  ])('with %s is none', async (what, text) => {
    const kubeconfig = join(folder, what);
    writeFileSync(kubeconfig, text);
    const problems = new ProblemList();
    await loadClusterFromApi(
      { kubeconfig, context: null, namespace: null, pods: { kind: 'all' }, env: {} },
      problems,
    );
    expect(toldAll(problems.list()).map(({ message }) => message)).toEqual([
      `cannot read kubeconfig ${kubeconfig}: it is not a kubeconfig; names come from rule comments`,
    ]);
  });
});

describe('the account of a pod', () => {
  const account = 'var/run/secrets/kubernetes.io/serviceaccount';

  it('is read, and its server is asked with TLS on whatever port', async () => {
    mkdirSync(join(folder, account), { recursive: true });
    for (const [name, text] of [
      ['token', 'T\n'],
      ['ca.crt', 'CA'],
      ['namespace', 'shop\n'],
    ] as const) {
      writeFileSync(join(folder, account, name), text);
    }
    vi.stubEnv('KUBERNETES_SERVICE_HOST', 'fd00::1');
    vi.stubEnv('KUBERNETES_SERVICE_PORT', '8080');
    const found = await accountOfPod(process.env, `${folder}/`);
    if (found === null) throw new Error('no account');
    expect(accessOf(found, {})).toMatchObject({
      cluster: { server: 'https://[fd00::1]:8080', caData: Buffer.from('CA').toString('base64') },
      user: { token: 'T' },
      namespace: 'shop',
    });
  });

  it('is none where no token lies', async () => {
    vi.stubEnv('KUBERNETES_SERVICE_HOST', '10.96.0.1');
    vi.stubEnv('KUBERNETES_SERVICE_PORT', '443');
    expect(await accountOfPod(process.env, '/no/such')).toBeNull();
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
