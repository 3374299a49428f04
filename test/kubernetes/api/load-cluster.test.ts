import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createPlainServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ApiRequest } from '../../../src/kubernetes/api/api-request.ts';
import { API_LIMITS, type ApiLimits } from '../../../src/kubernetes/api/connection.ts';
import { loadClusterFromApi } from '../../../src/kubernetes/api/load-cluster.ts';
import { mergeClusters, parseObjects } from '../../../src/kubernetes/parse-objects.ts';
import { ProblemList } from '../../../src/problems/problem.ts';
import { toldAll } from '../../../src/problems/told-problem.ts';
import { ApiServer, type Override, sendStatus } from './api-server.ts';
import { makeCertificates, type TestCertificates } from './certificates.ts';

const DEMO = join(import.meta.dirname, '../../../fixtures/demo');
const QUICK: ApiLimits = { ...API_LIMITS, totalMs: 20_000, silenceMs: 2_000, pauseMs: 1 };
const SERVICES = '/api/v1/services';
const SLICES = '/apis/discovery.k8s.io/v1/endpointslices';
const PODS = '/api/v1/pods';
const NODES = '/api/v1/nodes';

let certificates: TestCertificates;
let folder: string;
const servers: { stop(): Promise<void> }[] = [];

beforeAll(() => {
  certificates = makeCertificates();
  folder = mkdtempSync(join(tmpdir(), 'kp-explain-api-'));
});
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});

function items(file: string): Record<string, unknown>[] {
  return JSON.parse(readFileSync(join(DEMO, file), 'utf8')).items;
}

const DEMO_LISTS = {
  [SERVICES]: items('services.json'),
  [SLICES]: items('endpointslices.json'),
  [PODS]: items('pods.json'),
  [NODES]: items('nodes.json'),
};

async function serve(
  override?: Override,
  lists: Record<string, Record<string, unknown>[]> = DEMO_LISTS,
  certificate = certificates.server,
  clientCa?: Buffer,
): Promise<ApiServer> {
  const server = await ApiServer.start(certificate, {
    lists,
    ...(override === undefined ? {} : { override }),
    ...(clientCa === undefined ? {} : { clientCa }),
  });
  servers.push(server);
  return server;
}

let written = 0;

/** Writes a kubeconfig of one context `lab`. @returns its path. */
function kubeconfig(server: string, user: object = { token: 'secret-token' }, cluster: object = {}): string {
  const path = join(folder, `config-${++written}`);
  const ca = certificates.ca.toString('base64');
  writeFileSync(
    path,
    JSON.stringify({
      'current-context': 'lab',
      contexts: [{ name: 'lab', context: { cluster: 'lab', user: 'admin', namespace: 'shop' } }],
      clusters: [{ name: 'lab', cluster: { server, 'certificate-authority-data': ca, ...cluster } }],
      users: [{ name: 'admin', user }],
    }),
  );
  return path;
}

async function load(path: string | null, more: Partial<ApiRequest> = {}) {
  const problems = new ProblemList();
  const request: ApiRequest = {
    kubeconfig: path,
    context: null,
    namespace: null,
    pods: { kind: 'all' },
    env: { PATH: process.env.PATH },
    limits: QUICK,
    ...more,
  };
  const loaded = await loadClusterFromApi(request, problems);
  return { ...loaded, problems: toldAll(problems.list()) };
}

/** The one problem that there must be. */
async function failureOf(path: string | null, more: Partial<ApiRequest> = {}) {
  const { failure, problems, cluster } = await load(path, more);
  expect(problems).toHaveLength(1);
  expect(failure?.code).toBe(problems[0]?.code);
  expect(cluster).toEqual({ services: null, endpoints: null, pods: null, nodes: null });
  expect(problems[0]?.message).not.toContain('secret-token');
  return problems[0];
}

const client = (pair: { cert: Buffer; key: Buffer }) => ({
  'client-certificate-data': pair.cert.toString('base64'),
  'client-key-data': pair.key.toString('base64'),
});

describe('objects from the API', () => {
  it('are what kubectl would have saved', async () => {
    const server = await serve();
    const { cluster, problems, failure } = await load(kubeconfig(server.url));
    const parts = [];
    for (const name of ['services.json', 'endpointslices.json', 'pods.json', 'nodes.json']) {
      parts.push(await parseObjects({ name, bytes: readFileSync(join(DEMO, name)) }, new ProblemList()));
    }
    const saved = mergeClusters(parts);
    expect(cluster).toEqual(saved);
    expect(problems).toEqual([]);
    expect(failure).toBeNull();
    expect(server.requests[0]?.headers.authorization).toBe('Bearer secret-token');
  });

  it('come as files of a capture folder, with only the fields used', async () => {
    const services = items('services.json').map((service) => ({
      ...service,
      metadata: {
        ...(service.metadata as object),
        annotations: { note: 'SECRET' },
        managedFields: ['SECRET'],
      },
    }));
    const pods = items('pods.json').map((pod) => ({
      ...pod,
      spec: {
        ...(pod.spec as object),
        containers: [{ env: [{ name: 'A', value: 'SECRET' }], args: ['SECRET'] }],
      },
    }));
    const server = await serve(undefined, { ...DEMO_LISTS, [SERVICES]: services, [PODS]: pods });
    const { files } = await load(kubeconfig(server.url));
    expect(files.map(({ name }) => name)).toEqual([
      'services.json',
      'endpointslices.json',
      'pods.json',
      'nodes.json',
    ]);
    for (const { bytes } of files) expect(bytes.toString()).not.toContain('SECRET');
    const list = JSON.parse(files[0]?.bytes.toString() ?? '');
    expect(list).toMatchObject({ apiVersion: 'v1', kind: 'ServiceList' });
    expect(list.items).toHaveLength(services.length);
  });

  it('are asked for page by page', async () => {
    const many = Array.from({ length: 1203 }, (_, index) => ({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { namespace: 'a', name: `s${index}` },
      spec: { clusterIP: `10.0.${index >> 8}.${index & 255}`, ports: [{ port: 80 }] },
    }));
    const server = await serve(undefined, { ...DEMO_LISTS, [SERVICES]: many });
    const { cluster } = await load(kubeconfig(server.url), { pods: { kind: 'none' } });
    expect(new Set(cluster.services?.map(({ name }) => name)).size).toBe(1203);
    expect(server.asked.filter((path) => path.startsWith(SERVICES))).toEqual([
      `${SERVICES}?limit=500`,
      `${SERVICES}?limit=500&continue=500`,
      `${SERVICES}?limit=500&continue=1000`,
    ]);
    expect(server.asked.filter((path) => path.includes('pods'))).toEqual([]);
  });

  it('start anew where the list expires while it is read, and come in one piece the third time', async () => {
    const pods = Array.from({ length: 300 }, (_, index) => ({
      metadata: { namespace: 'a', name: `p${index}` },
    }));
    const server = await serve(
      (_, response, url) =>
        url.searchParams.has('continue') &&
        sendStatus(response, 410, 'Expired', 'The provided continue parameter is too old'),
      { ...DEMO_LISTS, [PODS]: pods },
    );
    const { cluster, problems } = await load(kubeconfig(server.url));
    expect(problems).toEqual([]);
    expect(cluster.pods?.map(({ name }) => name)).toHaveLength(300);
    expect(server.asked.filter((path) => path.startsWith(PODS))).toEqual([
      `${PODS}?limit=250`,
      `${PODS}?limit=250&continue=250`,
      `${PODS}?limit=250`,
      `${PODS}?limit=250&continue=250`,
      PODS,
    ]);
  });

  it('hold only the Pods of interest where the question says which', async () => {
    const server = await serve();
    const named = [{ namespace: 'shop', name: 'web-b1' }];
    const { cluster } = await load(kubeconfig(server.url), { pods: { kind: 'some', node: 'node-1', named } });
    expect(new Set(cluster.pods?.map(({ node }) => node))).toEqual(new Set(['node-1', 'node-2']));
    expect(cluster.pods?.filter(({ node }) => node === 'node-2').map(({ name }) => name)).toEqual(['web-b1']);
  });

  it.each([
    [
      'slices of v1beta1 (1.17 to 1.20)',
      '/apis/discovery.k8s.io/v1beta1/endpointslices',
      'endpointslices.json',
    ],
    ['Endpoints where there are no slices', '/api/v1/endpoints', 'endpoints.json'],
  ])('%s are read', async (_, path, file) => {
    const lists = { [SERVICES]: [], [PODS]: [], [NODES]: [], [path]: items(file) };
    const { cluster, files, problems } = await load(kubeconfig((await serve(undefined, lists)).url));
    expect(problems).toEqual([]);
    expect(files.map(({ name }) => name)).toContain(file);
    expect(cluster.endpoints?.length).toBeGreaterThan(0);
  });

  it('are asked for again where the server is overloaded, fails, or the answer is cut off', async () => {
    const faults: ((response: import('node:http').ServerResponse) => void)[] = [
      (response) => {
        response.setHeader('retry-after', '0.01');
        sendStatus(response, 429, 'TooManyRequests', 'please try again later');
      },
      (response) => sendStatus(response, 503, 'ServiceUnavailable', 'apiserver is shutting down'),
      (response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': '5000' });
        response.write('{"kind":"ServiceList","items":[');
        setTimeout(() => response.destroy(), 20);
      },
    ];
    const server = await serve((_, response) => {
      const fault = faults.shift();
      fault?.(response);
      return fault !== undefined;
    });
    const { cluster, problems } = await load(kubeconfig(server.url));
    expect(faults).toHaveLength(0);
    expect(problems).toEqual([]);
    expect(cluster.services?.length).toBe(items('services.json').length);
  });
});

describe('an API server that asks to slow down', () => {
  const asking = (status: number, after: string, times: number): Override => {
    let left = times;
    return (_, response) => {
      if (left-- <= 0) return false;
      response.setHeader('retry-after', after);
      return sendStatus(response, status, 'X', 'try again');
    };
  };

  it.each([
    [429, 'asks to slow down (429): asking again in 1 s'],
    [503, 'asks to slow down (503): asking again in 1 s'],
  ])('is asked again when it says, which is told: %i', async (status, words) => {
    // More often than a server that says nothing would be asked.
    const server = await serve(asking(status, '0.15', 6));
    const told: string[] = [];
    const start = performance.now();
    const { cluster, problems } = await load(kubeconfig(server.url), {
      onProgress: (text) => told.push(text),
    });
    expect(problems).toEqual([]);
    expect(cluster.services?.length).toBe(items('services.json').length);
    expect(performance.now() - start).toBeGreaterThan(850);
    expect(told.filter((text) => text === `the API server ${words}`)).toHaveLength(6);
  });

  it('is not waited for once the run is interrupted', async () => {
    const server = await serve(asking(429, '25', 1));
    const end = new AbortController();
    const start = performance.now();
    const { problems } = await load(kubeconfig(server.url), {
      signal: end.signal,
      onProgress: (text) => void (text.includes('slow down') && end.abort()),
    });
    expect(problems.map(({ code }) => code)).toEqual(['api-aborted']);
    expect(performance.now() - start).toBeLessThan(5000);
  });

  it('nor longer than all of it may take', async () => {
    const server = await serve(asking(429, '25', 1));
    const start = performance.now();
    const { problems } = await load(kubeconfig(server.url), { limits: { ...QUICK, totalMs: 300 } });
    expect(problems.map(({ code }) => code)).toEqual(['api-timeout']);
    expect(performance.now() - start).toBeLessThan(5000);
  });
});

describe('a list that cannot be had leaves the others', () => {
  it('403 names the verb and the resource', async () => {
    const words =
      'pods is forbidden: User "dev" cannot list resource "pods" in API group "" at the cluster scope';
    const server = await serve(
      (_, response, url) => url.pathname.includes('/pods') && sendStatus(response, 403, 'Forbidden', words),
    );
    const { cluster, problems, failure } = await load(kubeconfig(server.url));
    expect(failure).toBeNull();
    expect(cluster.services).not.toBeNull();
    expect(cluster.pods).toBeNull();
    expect(problems).toEqual([
      {
        code: 'api-forbidden',
        message: `not allowed to list pods in all namespaces (403): ${words}; ask for a role that grants it; the answer goes without pods`,
        file: null,
        line: null,
      },
    ]);
  });

  it('a namespace alone is read where only that is allowed', async () => {
    const server = await serve(
      (_, response, url) => url.pathname === SERVICES && sendStatus(response, 403, 'Forbidden', 'no'),
    );
    const { cluster, problems } = await load(kubeconfig(server.url));
    expect(new Set(cluster.services?.map(({ namespace }) => namespace))).toEqual(new Set(['shop']));
    expect(problems.map(({ message }) => message)).toEqual([
      'not allowed to list services in all namespaces (403): no; ask for a role that grants it; only the services of namespace shop are known',
    ]);
  });

  it.each([
    [500, 'api-failed', 'failed to list nodes (500): etcdserver: leader changed; try again later'],
    [429, 'api-overloaded', 'asks to slow down (429): etcdserver: leader changed; try again later'],
  ])('%d that does not go away', async (status, code, words) => {
    const server = await serve(
      (_, response, url) =>
        url.pathname === NODES && sendStatus(response, status, 'X', 'etcdserver: leader changed'),
    );
    const { cluster, problems } = await load(kubeconfig(server.url));
    expect(cluster.nodes).toBeNull();
    expect(cluster.services).not.toBeNull();
    expect(problems.map((problem) => problem.code)).toEqual([code]);
    expect(problems[0]?.message).toBe(
      `the API server at ${server.url} ${words}; the answer goes without nodes`,
    );
  });

  it('a list that never ends in time is left out, not cut', async () => {
    const server = await serve((_, response, url) => {
      if (url.pathname !== PODS) return false;
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{"kind":"PodList","items":[');
      return true;
    });
    const { cluster, problems } = await load(kubeconfig(server.url), {
      limits: { ...QUICK, silenceMs: 200 },
    });
    expect(cluster.pods).toBeNull();
    expect(cluster.services).not.toBeNull();
    expect(problems.map(({ code, message }) => [code, message])).toEqual([
      [
        'api-timeout',
        `the API server at ${server.url} did not answer within 200 ms; the answer goes without pods`,
      ],
    ]);
  });
});

describe('a server that cannot be asked is said once, and names then come from rule comments', () => {
  it('a name that does not resolve', async () => {
    const problem = await failureOf(kubeconfig('https://no-such-host.invalid:6443'));
    expect(problem?.code).toBe('api-dns');
    expect(problem?.message).toMatch(
      /^the host name no-such-host\.invalid of the API server .* does not resolve; .*; names come from rule comments$/,
    );
  });

  it('a port that nobody listens on', async () => {
    const server = await serve();
    await server.stop();
    servers.length = 0;
    const problem = await failureOf(kubeconfig(server.url));
    expect(problem?.code).toBe('api-refused');
    expect(problem?.message).toContain(`refuses connections: nothing listens on 127.0.0.1:${server.port}`);
  });

  it('a certificate of an unknown authority', async () => {
    const server = await serve();
    const other = { 'certificate-authority-data': certificates.client.cert.toString('base64') };
    const problem = await failureOf(kubeconfig(server.url, {}, other));
    expect(problem?.code).toBe('api-tls');
    expect(problem?.message).toContain('is signed by an unknown authority');
  });

  it('and insecure-skip-tls-verify accepts it', async () => {
    const server = await serve();
    const { problems } = await load(
      kubeconfig(
        server.url,
        {},
        { 'certificate-authority-data': undefined, 'insecure-skip-tls-verify': true },
      ),
    );
    expect(problems).toEqual([]);
  });

  it('an expired certificate', async () => {
    const server = await serve(undefined, DEMO_LISTS, certificates.expiredServer);
    const problem = await failureOf(kubeconfig(server.url));
    expect(problem?.code).toBe('api-tls');
    expect(problem?.message).toContain('has expired');
  });

  it('a certificate for another name, unless tls-server-name says so', async () => {
    const server = await serve(undefined, DEMO_LISTS, certificates.otherName);
    const problem = await failureOf(kubeconfig(server.url));
    expect(problem?.code).toBe('api-tls');
    expect(problem?.message).toContain('is for another name');
    const named = kubeconfig(server.url, {}, { 'tls-server-name': 'api.example.org' });
    expect((await load(named)).problems).toEqual([]);
  });

  it('a port that does not speak TLS', async () => {
    const plain = createPlainServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => plain.once('listening', resolve));
    const { port } = plain.address() as AddressInfo;
    const problem = await failureOf(kubeconfig(`https://127.0.0.1:${port}`));
    plain.close();
    expect(problem?.code).toBe('api-tls');
    expect(problem?.message).toContain('does not speak TLS as expected');
  });

  it('401, with the day on which the token expired', async () => {
    const server = await serve((_, response) => sendStatus(response, 401, 'Unauthorized', 'Unauthorized'));
    const payload = Buffer.from('{"exp":1700000000}').toString('base64url');
    const problem = await failureOf(kubeconfig(server.url, { token: `h.${payload}.s` }));
    expect(problem?.code).toBe('api-unauthorized');
    expect(problem?.message).toContain('does not accept the credentials of admin (context lab of ');
    expect(problem?.message).toContain('(401); it expired on 2023-11-14T22:13:20Z; log in anew');
  });

  it('a client certificate that has expired', async () => {
    const server = await serve(undefined, DEMO_LISTS, certificates.server, certificates.ca);
    expect((await load(kubeconfig(server.url, client(certificates.client)))).problems).toEqual([]);
    const problem = await failureOf(kubeconfig(server.url, client(certificates.expiredClient)));
    expect(problem?.code).toBe('api-tls');
    expect(problem?.message).toMatch(/does not accept the client certificate.*it expired on 20/);
  });

  it('an answer that is no list', async () => {
    const server = await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'text/html' });
      response.end('<html>please log in</html>');
      return true;
    });
    const { problems, failure } = await load(kubeconfig(server.url));
    expect(failure?.code).toBe('api-not-json');
    expect(problems[0]?.message).toContain('no list of the Kubernetes API (text/html); is a login page');
  });

  it('a server that knows none of it', async () => {
    const server = await serve(undefined, {});
    const { problems, failure } = await load(kubeconfig(`${server.url}/some/path`));
    expect(failure?.code).toBe('api-not-found');
    expect(problems[0]?.message).toContain('does not know how to list services in all namespaces (404)');
  });

  it('a server that says nothing', async () => {
    const deaf: Server = createTcpServer(() => undefined).listen(0, '127.0.0.1');
    await new Promise((resolve) => deaf.once('listening', resolve));
    const { port } = deaf.address() as AddressInfo;
    const started = performance.now();
    const { failure, problems } = await load(kubeconfig(`https://127.0.0.1:${port}`), {
      limits: { ...QUICK, silenceMs: 100, totalMs: 1500 },
    });
    deaf.close();
    expect(failure?.code).toBe('api-timeout');
    expect(problems).not.toEqual([]);
    expect(performance.now() - started).toBeLessThan(5000);
  });

  it('an interrupt', async () => {
    const aborter = new AbortController();
    const server = await serve(() => {
      aborter.abort();
      return true;
    });
    const problem = await failureOf(kubeconfig(server.url), { signal: aborter.signal });
    expect(problem?.code).toBe('api-aborted');
  });
});

describe('kubeconfig', () => {
  it('that does not exist', async () => {
    const problem = await failureOf(null, { env: { HOME: folder } });
    expect(problem?.code).toBe('no-kubeconfig');
    expect(problem?.message).toContain(`${folder}/.kube/config does not exist`);
    expect(problem?.message).toContain('--kubeconfig, or say --no-api');
  });

  it('that was named and does not exist is wrong usage', async () => {
    const { failure } = await load(join(folder, 'nowhere'));
    expect(failure).toMatchObject({ code: 'unreadable-kubeconfig', exitStatus: 2 });
  });

  it.each(['{"a": "b', 'just words', '[1, 2]', '\0\x01\x02'])('that is none: %j', async (text) => {
    const path = join(folder, `bad-${++written}`);
    writeFileSync(path, text);
    expect((await failureOf(path))?.code).toBe('unreadable-kubeconfig');
  });

  it('without the context asked for: lists those that there are', async () => {
    const path = kubeconfig('https://127.0.0.1:1');
    const problem = await failureOf(path, { context: 'prod' });
    expect(problem?.code).toBe('unknown-context');
    expect(problem?.message).toContain(`there is no context prod in ${path} (there are: lab)`);
  });

  it('KUBECONFIG of several files: missing ones are passed over, the first to define a name wins', async () => {
    const server = await serve();
    const first = kubeconfig(server.url);
    const second = kubeconfig('https://127.0.0.1:1');
    const env = { KUBECONFIG: [join(folder, 'missing'), first, second].join(':') };
    expect((await load(null, { env })).problems).toEqual([]);
  });

  it('paths in it are relative to it', async () => {
    const server = await serve(undefined, DEMO_LISTS, certificates.server, certificates.ca);
    const below = join(folder, 'below');
    mkdirSync(below);
    writeFileSync(join(below, 'ca.crt'), certificates.ca);
    writeFileSync(join(below, 'me.crt'), certificates.client.cert);
    writeFileSync(join(below, 'me.key'), certificates.client.key);
    writeFileSync(join(below, 'token'), 'from-a-file\n');
    const user = { 'client-certificate': 'me.crt', 'client-key': 'me.key', tokenFile: 'token' };
    const cluster = { server: server.url, 'certificate-authority': 'ca.crt' };
    writeFileSync(
      join(below, 'config'),
      `current-context: c\ncontexts: [{name: c, context: {cluster: k, user: u}}]\nclusters: [{name: k, cluster: ${JSON.stringify(cluster)}}]\nusers: [{name: u, user: ${JSON.stringify(user)}}]\n`,
    );
    expect((await load(join(below, 'config'))).problems).toEqual([]);
    expect(server.requests[0]?.headers.authorization).toBe('Bearer from-a-file');
  });

  it('impersonation and basic authentication are sent', async () => {
    const server = await serve();
    const user = { username: 'me', password: 'pw', as: 'jane', 'as-groups': ['a', 'b'] };
    await load(kubeconfig(server.url, user));
    expect(server.requests[0]?.headers).toMatchObject({
      authorization: `Basic ${Buffer.from('me:pw').toString('base64')}`,
      'impersonate-user': 'jane',
      'impersonate-group': 'a, b',
    });
  });
});

describe('a credential plugin', () => {
  it('that must ask is told with the command that has kubectl ask, of the same cluster as the same user', async () => {
    const exec = {
      command: 'false',
      interactiveMode: 'Always',
      apiVersion: 'client.authentication.k8s.io/v1',
    };
    const path = kubeconfig('https://127.0.0.1:1', { exec });
    const problem = await failureOf(path, { context: 'lab', as: 'ann' });
    expect(problem?.message).toContain(
      `it must ask you: run \`kubectl --kubeconfig=${path} --context=lab --as=ann get nodes\` first`,
    );
  });

  const plugin = (script: string, more: object = {}) => ({
    exec: {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: process.execPath,
      args: ['-e', script],
      env: [{ name: 'GIVEN', value: 'a b"c' }],
      ...more,
    },
  });

  it('gives the token; it gets its environment and what the protocol says', async () => {
    const server = await serve();
    const script =
      'const i = JSON.parse(process.env.KUBERNETES_EXEC_INFO); console.log(JSON.stringify({status: {token: [process.env.GIVEN, i.apiVersion, i.spec.cluster.server].join()}}))';
    const { problems } = await load(kubeconfig(server.url, plugin(script, { provideClusterInfo: true })));
    expect(problems).toEqual([]);
    expect(server.requests[0]?.headers.authorization).toBe(
      `Bearer a b"c,client.authentication.k8s.io/v1,${server.url}`,
    );
  });

  it('gives a client certificate', async () => {
    const server = await serve(undefined, DEMO_LISTS, certificates.server, certificates.ca);
    const status = {
      clientCertificateData: certificates.client.cert.toString(),
      clientKeyData: certificates.client.key.toString(),
    };
    const user = plugin(`console.log(${JSON.stringify(JSON.stringify({ status }))})`);
    expect((await load(kubeconfig(server.url, user))).problems).toEqual([]);
  });

  it.each([
    ['console.error("token has expired\\nlog in"); process.exit(1)', {}, 'failed: token has expired log in;'],
    ['console.log("hello")', {}, 'failed: it printed no JSON;'],
    ['console.log("{}")', {}, 'failed: it gave neither a token nor a client certificate;'],
    [
      'console.log(JSON.stringify({status: {token: "t", expirationTimestamp: "2020-01-01T00:00:00Z"}}))',
      {},
      'failed: it gave credentials that have expired; log in anew;',
    ],
    [
      '',
      { command: 'no-such-plugin', installHint: 'get it\nthere' },
      'no-such-plugin failed: it is not installed (get it there);',
    ],
    ['process.stdin.on("end", () => process.exit(3)).resume()', {}, 'failed: it ended with status 3;'],
  ])('that fails (%s %j) is told with its last words', async (script, more, words) => {
    const problem = await failureOf(kubeconfig('https://127.0.0.1:1', plugin(script, more)));
    expect(problem?.code).toBe('credential-plugin');
    expect(problem?.message).toContain(words);
  });
});
