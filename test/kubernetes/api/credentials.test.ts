import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer as createPlainServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { API_LIMITS, type ApiLimits } from '../../../src/kubernetes/api/connection.ts';
import { loadClusterFromApi } from '../../../src/kubernetes/api/load-cluster.ts';
import { ProblemList } from '../../../src/problems/problem.ts';
import { toldAll } from '../../../src/problems/told-problem.ts';
import { ApiServer, type Override, sendStatus } from './api-server.ts';
import { makeCertificates, type TestCertificates } from './certificates.ts';

const QUICK: ApiLimits = { ...API_LIMITS, totalMs: 10_000, silenceMs: 2_000, pauseMs: 1 };
const EMPTY = {
  '/api/v1/services': [],
  '/api/v1/pods': [],
  '/api/v1/nodes': [],
  '/apis/discovery.k8s.io/v1/endpointslices': [],
};

let certificates: TestCertificates;
let folder: string;
let stops: (() => void | Promise<void>)[] = [];

beforeAll(() => {
  certificates = makeCertificates();
  folder = mkdtempSync(join(tmpdir(), 'kp-explain-credentials-'));
});
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(async () => {
  for (const stop of stops) await stop();
  stops = [];
});

let written = 0;

function write(text: string): string {
  const path = join(folder, `config-${++written}`);
  writeFileSync(path, text);
  return path;
}

function kubeconfig(server: string, user: object, cluster: object = {}): string {
  return write(
    JSON.stringify({
      'current-context': 'lab',
      contexts: [{ name: 'lab', context: { cluster: 'lab', user: 'admin' } }],
      clusters: [{ name: 'lab', cluster: { server, ...cluster } }],
      users: [{ name: 'admin', user }],
    }),
  );
}

/** @returns all that is said about reading with this kubeconfig. */
async function words(path: string, totalMs = QUICK.totalMs): Promise<string> {
  const problems = new ProblemList();
  await loadClusterFromApi(
    {
      kubeconfig: path,
      context: null,
      namespace: null,
      pods: { kind: 'all' },
      env: { PATH: process.env.PATH },
      limits: { ...QUICK, totalMs },
    },
    problems,
  );
  return toldAll(problems.list())
    .map(({ code, message }) => `${code}: ${message}`)
    .join('\n');
}

/** A server without TLS. @returns its URL and the headers of each request. */
async function servePlain(status: number): Promise<{ port: number; seen: IncomingHttpHeaders[] }> {
  const seen: IncomingHttpHeaders[] = [];
  const server: Server = createPlainServer((request, response) => {
    seen.push(request.headers);
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(status === 200 ? { items: [], metadata: {} } : { message: 'who are you?' }));
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  stops.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, seen };
}

async function serve(override?: Override): Promise<{ server: ApiServer; ca: object }> {
  const server = await ApiServer.start(certificates.server, {
    lists: EMPTY,
    ...(override === undefined ? {} : { override }),
  });
  stops.push(() => server.stop());
  return { server, ca: { 'certificate-authority-data': certificates.ca.toString('base64') } };
}

const plugin = (script: string) => ({
  exec: {
    apiVersion: 'client.authentication.k8s.io/v1',
    command: process.execPath,
    args: ['-e', script],
  },
});

describe('a server without TLS', () => {
  it.each([
    ['a token', { token: 'SECRET' }],
    ['a password', { username: 'me', password: 'SECRET' }],
    ['a token file that is not there', { tokenFile: '/no/such/SECRET' }],
    ['a certificate that is not there', { 'client-certificate': '/no/such/SECRET' }],
    ['an old way to log in', { 'auth-provider': { name: 'oidc', config: { 'id-token': 'SECRET' } } }],
  ])('gets none of %s', async (_, user) => {
    const { port, seen } = await servePlain(200);
    expect(await words(kubeconfig(`http://127.0.0.1:${port}`, user))).toBe('');
    expect(seen.length).toBeGreaterThan(0);
    for (const headers of seen) expect(headers.authorization).toBeUndefined();
    expect(JSON.stringify(seen)).not.toContain('SECRET');
  });

  it('gets no login of its URL', async () => {
    const { port, seen } = await servePlain(200);
    expect(await words(kubeconfig(`http://me:SECRET@127.0.0.1:${port}`, {}))).toBe('');
    for (const headers of seen) expect(headers.authorization).toBeUndefined();
  });

  it('runs no credential plugin', async () => {
    const { port, seen } = await servePlain(200);
    const trace = join(folder, 'plugin-ran');
    const script = `require('fs').writeFileSync(${JSON.stringify(trace)}, ''); console.log('{"status":{"token":"SECRET"}}')`;
    expect(await words(kubeconfig(`HTTP://127.0.0.1:${port}`, plugin(script)))).toBe('');
    expect(existsSync(trace)).toBe(false);
    expect(JSON.stringify(seen)).not.toContain('SECRET');
  });

  it.each([401, 403])('that answers %d: the reason is told', async (status) => {
    const { port } = await servePlain(status);
    expect(await words(kubeconfig(`http://127.0.0.1:${port}`, { token: 'SECRET' }))).toContain(
      `no credentials are sent to http://127.0.0.1:${port}, which has no TLS: its URL must start with https://`,
    );
  });
});

describe('a secret in no message', () => {
  it.each([
    'https://me:SECRET@127.0.0.1:1',
    'https://me:SECRET@no-such-host.invalid/path?token=SECRET#SECRET',
    'ftp://me:SECRET@127.0.0.1:1?token=SECRET',
    'me:SECRET@127.0.0.1',
    'https://me:SECRET@127.0.0.1:99999999',
  ])('of the server %s', async (server) => {
    const said = await words(kubeconfig(server, {}));
    expect(said).not.toBe('');
    expect(said).not.toContain('SECRET');
  });

  it('and a login in the URL of a server with TLS is used', async () => {
    const { server, ca } = await serve();
    const path = kubeconfig(`https://me:p%40ss@127.0.0.1:${server.port}`, {}, ca);
    expect(await words(path)).toBe('');
    expect(server.requests[0]?.headers.authorization).toBe(
      `Basic ${Buffer.from('me:p@ss').toString('base64')}`,
    );
  });

  it.each([
    ['broken', 'users:\n- name: a\n  user: {token: SECRET\n  x: [\n'],
    ['with a mapping inside a line', 'users:\n- user:\n    token: SECRET: SECRET\n'],
    ['with an alias of nothing', 'users:\n- user:\n    token: *SECRET\n'],
    ['with an odd tag', 'users: [{user: {token: !!int SECRET}}]\n"SECRET\n'],
    ['with two documents', 'token: SECRET\n---\ntoken: SECRET\n'],
    ['with a key twice', 'SECRET: 1\nSECRET: 2\n'],
  ])('of a kubeconfig that is YAML %s', async (_, text) => {
    const said = await words(write(text));
    expect(said).toMatch(/^unreadable-kubeconfig: cannot read kubeconfig \S+: it is no YAML/);
    expect(said).not.toContain('SECRET');
  });

  it('and the place of the fault is told', async () => {
    expect(await words(write('users:\n- user:\n    token: SECRET: SECRET\n'))).toMatch(
      /\(line 3, column \d+\)/,
    );
  });

  it.each([
    ['a token', { token: 'SECRET\nSECRET2' }],
    [
      'a token of a plugin',
      plugin('console.log(JSON.stringify({status: {token: "SECRET\\r\\nx: SECRET"}}))'),
    ],
    ['a name', { token: 't', as: 'SECRET\nx: y' }],
  ])('of %s with a line end, which is not sent', async (_, user) => {
    const { server, ca } = await serve();
    const said = await words(kubeconfig(server.url, user, ca));
    expect(said).toMatch(
      /^unreadable-credentials: the (?:token|name for \S+) of context lab .* cannot be sent/,
    );
    expect(said).not.toContain('SECRET');
    expect(server.requests).toEqual([]);
  });

  it.each([
    ['of the user', { token: 'SECRET-TOKEN' }],
    ['of a plugin', plugin('console.log(JSON.stringify({status: {token: "SECRET-TOKEN"}}))')],
    ['with a password', { username: 'me', password: 'SECRET-TOKEN' }],
  ])('%s that the server repeats', async (_, user) => {
    const { server, ca } = await serve((request, response) =>
      sendStatus(response, 403, 'Forbidden', `bad ${request.headers.authorization} or SECRET-TOKEN`),
    );
    const said = await words(kubeconfig(server.url, user, ca));
    expect(said).toContain('bad B');
    expect(said).toContain('[hidden]');
    expect(said).not.toContain('SECRET');
    expect(said).not.toContain(Buffer.from('me:SECRET-TOKEN').toString('base64'));
  });

  it('of certificates that are none', async () => {
    const { server } = await serve();
    const junk = Buffer.from('-----BEGIN CERTIFICATE-----\nSECRET\n').toString('base64');
    const user = { 'client-certificate-data': junk, 'client-key-data': junk };
    const said = await words(kubeconfig(server.url, user));
    expect(said).toMatch(/^unreadable-credentials: the credentials of context lab/);
    expect(said).not.toContain('SECRET');
  });
});

describe('a credential plugin', () => {
  it('that floods its output is ended, and named', async () => {
    const flood = plugin('for (;;) require("fs").writeSync(1, "SECRET".repeat(1000))');
    const said = await words(kubeconfig('https://127.0.0.1:1', flood));
    expect(said).toContain('failed: it printed more than 1 MiB');
    expect(said).not.toContain('SECRET');
  });

  it('that does not listen is ended in time', async () => {
    const deaf = plugin('process.on("SIGTERM", () => {}); setTimeout(() => {}, 60000)');
    const started = performance.now();
    expect(await words(kubeconfig('https://127.0.0.1:1', deaf), 1500)).not.toBe('');
    expect(performance.now() - started).toBeLessThan(8000);
  });
});

describe('a kubeconfig that is no small file', () => {
  it.each([['/dev/zero'], ['/proc'], ['/dev/tty']])('%s is refused at once', async (path) => {
    const before = process.memoryUsage().rss;
    expect(await words(path)).toMatch(/^unreadable-kubeconfig: cannot read kubeconfig/);
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 * 1024);
  });

  it('a pipe that nobody writes into is refused, not waited for', async () => {
    const path = join(folder, 'pipe');
    execFileSync('mkfifo', [path]);
    expect(await words(path)).toContain('it is no regular file');
  });

  it('a file as large as a disk image is refused', async () => {
    const path = write('');
    truncateSync(path, 3 * 1024 ** 3);
    expect(await words(path)).toContain('it is larger than 16 MiB');
  });

  it('a token from a device is refused', async () => {
    const said = await words(kubeconfig('https://127.0.0.1:1', { tokenFile: '/dev/zero' }));
    expect(said).toMatch(/^unreadable-credentials: cannot read the tokenFile .* it is no regular file/);
  });

  it('/dev/null is an empty one', async () => {
    expect(await words('/dev/null')).toMatch(/^unknown-context/);
  });
});
