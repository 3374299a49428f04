import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiServer } from '../kubernetes/api/api-server.ts';
import { itemsOf } from './answers.ts';
import { FakeCluster, PLAIN } from './cluster.ts';
import { startDemoApi } from './clusters.ts';

describe('a live node whose API server answers', () => {
  let server: ApiServer;
  let node: FakeCluster;
  let config: string;
  beforeAll(async () => {
    const api = await startDemoApi();
    server = api.server;
    node = new FakeCluster(PLAIN);
    config = join(node.home, 'config');
    writeFileSync(config, api.config);
  });
  afterAll(async () => {
    await server.stop();
    node.close();
  });

  const live = (...args: readonly string[]) =>
    node.runBeside(...args, '--node', 'node-1', '--via', 'debug', '--kubeconfig', config);

  it('is not read for a Service that the API does not have, and the answer comes at once', async () => {
    const before = node.calls().length;
    for (const command of ['trace', 'why']) {
      const { status, err } = await live(command, 'shop/wbe:http');
      expect(status).toBe(2);
      expect(err).toContain(
        'the API has no Service shop/wbe, so no node was read; did you mean shop/web:http?',
      );
    }
    expect((await live('trace', 'nowhere/nothing-alike')).err).toContain(
      'the API has no Service nowhere/nothing-alike, so no node was read. Rules that are left of it are followed with --no-api',
    );
    expect(node.calls().length).toBe(before);
  });

  it('is asked as --token and --as say', async () => {
    const { status, err } = await live('services', '--token', 'TYPED', '--as', 'ann', '--as-group', 'ops');
    expect(status, err).toBe(0);
    const { headers } = server.requests.at(-1) ?? {};
    expect(headers).toMatchObject({
      authorization: 'Bearer TYPED',
      'impersonate-user': 'ann',
      'impersonate-group': 'ops',
    });
  });

  it('shows what a login asks while it waits, and goes on when that is done', async () => {
    const asks = 'To sign in, open https://example.test/device and enter the code ABC-123';
    const script = `console.error(${JSON.stringify(asks)}); setTimeout(() => console.log('{"status":{"token":"GIVEN"}}'), 2500)`;
    const exec = {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: process.execPath,
      args: ['-e', script],
    };
    const own = JSON.parse(readFileSync(config, 'utf8'));
    const asking = join(node.home, 'asking');
    writeFileSync(asking, JSON.stringify({ ...own, users: [{ name: 'admin', user: { exec } }] }));
    const args = ['services', '--node', 'node-1', '--via', 'exec', '--kubeconfig', asking];
    const { status, err } = await node.runBeside(...args);
    expect(status, err).toBe(0);
    expect(err.split('enter the code ABC-123')).toHaveLength(2);
    expect(server.requests.at(-1)?.headers.authorization).toBe('Bearer GIVEN');
  });

  it('is told with the names of Services, pods and nodes', async () => {
    const { status, out, err } = await live(
      'trace',
      'shop/web',
      '--from',
      'pod:shop/client-a',
      '--detail',
      'answer',
    );
    expect(status, err).toBe(0);
    expect(out).toContain('10.96.10.1:80/tcp on node-1 is shop/web (cluster IP)');
    expect(out).toMatch(/10\.244\.2\.11:8080 +shop\/web-b1 +node-2/);
  });

  it('is captured with them, and the capture answers the same', async () => {
    const asked = await live('trace', 'shop/web', '-o', 'json');
    const saved = await live('capture', '-w', 'named');
    expect(saved.status, saved.err).toBe(0);
    expect(itemsOf(node.run('trace', 'shop/web', '-o', 'json', '-f', 'named'))).toEqual(itemsOf(asked));
    for (const name of ['services.json', 'endpointslices.json', 'pods.json', 'nodes.json']) {
      expect(JSON.parse(readFileSync(join(node.work, 'named', name), 'utf8')).items.length).toBeGreaterThan(
        0,
      );
    }
    expect(node.text('named')).not.toContain('SECRET');
  });

  it('is left alone with --no-api', async () => {
    const before = server.asked.length;
    const { out } = await live('services', '--no-api');
    expect(out).toContain('shop/web');
    expect(server.asked.length).toBe(before);
  });

  it('can be saved without its names, for others to look at', async () => {
    const { status, err } = await live('capture', '-w', 'public', '--redact');
    expect(status, err).toBe(0);
    const text = node.text('public');
    for (const word of [
      '10.244.',
      '192.168.100.',
      '10.96.',
      'shop/',
      'web-a1',
      'node-1',
      'KUBE-SVC-E3PXEPMWAWIUT6ZV',
      'kube-proxy-node',
    ]) {
      expect(text, word).not.toContain(word);
    }
    const { out } = node.run('services', '-f', 'public', '-o', 'json');
    const { out: original } = node.run('services', '-f', 'named', '-o', 'json');
    expect(JSON.parse(out).items.length).toBe(JSON.parse(original).items.length);
  });

  it('nor its saved capture: a copy of that gets new names too', () => {
    const { status, err } = node.run('capture', '-w', 'copy.tar.gz', '-f', 'named', '--redact');
    expect(status, err).toBe(0);
    const services = (name: string) => JSON.parse(node.run('services', '-f', name, '-o', 'json').out).items;
    expect(services('copy.tar.gz').length).toBe(services('named').length);
    expect(JSON.stringify(services('copy.tar.gz'))).not.toContain('web');
    const refused = node.run('capture', '-w', 'other', '-f', 'named');
    expect(refused.status).toBe(2);
    expect(refused.err).toContain('--redact');
  });

  it('is not saved without names together with others', async () => {
    const { status, err } = await node.runBeside(
      'capture',
      '-w',
      'x',
      '--all-nodes',
      '--redact',
      '--kubeconfig',
      config,
    );
    expect(status).toBe(2);
    expect(err).toContain('one node at a time');
  });
});
