import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { namespaceOf } from '../../src/cli/default-namespace.ts';
import type { SourceRequest } from '../../src/cli/requests.ts';

const folder = mkdtempSync(join(tmpdir(), 'kp-explain-namespace-'));
const kubeconfig = join(folder, 'config');
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeAll(() => {
  const context = (name: string, namespace?: string) => ({
    name,
    context: { cluster: 'c', user: 'u', ...(namespace === undefined ? {} : { namespace }) },
  });
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'here',
    clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1' } }],
    users: [{ name: 'u', user: {} }],
    contexts: [context('here', 'shop'), context('there', 'team'), context('bare')],
  };
  // YAML holds JSON.
  writeFileSync(kubeconfig, JSON.stringify(config));
});

function live(choice: { readonly context?: string; readonly kubeconfig?: string; readonly api?: boolean }) {
  const sources: SourceRequest = {
    files: [],
    demo: false,
    live: {
      target: null,
      access: { kubeconfig: choice.kubeconfig ?? kubeconfig, context: choice.context ?? null },
      api: choice.api ?? true,
      pods: [],
      needs: { host: 'addresses', flows: 'none' },
      showCommands: false,
    },
  };
  return { sources };
}

describe('Which namespace is a name without one in?', () => {
  it('that of the kubeconfig’s context, as with kubectl', async () => {
    expect(await namespaceOf(undefined, live({}))).toBe('shop');
    expect(await namespaceOf(undefined, live({ context: 'there' }))).toBe('team');
  });

  it('-n, whatever the context says', async () => {
    expect(await namespaceOf('kube-system', live({}))).toBe('kube-system');
  });

  it('default, where the context names none, is not there or is not to be asked', async () => {
    expect(await namespaceOf(undefined, live({ context: 'bare' }))).toBe('default');
    expect(await namespaceOf(undefined, live({ context: 'nowhere' }))).toBe('default');
    expect(await namespaceOf(undefined, live({ kubeconfig: join(folder, 'absent') }))).toBe('default');
    expect(await namespaceOf(undefined, live({ api: false }))).toBe('default');
  });

  it('default, where a capture is asked: its cluster need not be that of the context', async () => {
    const { sources } = live({});
    expect(await namespaceOf(undefined, { sources: { ...sources, files: ['capture'] } })).toBe('default');
    expect(await namespaceOf(undefined, { sources: { ...sources, demo: 'iptables' } })).toBe('default');
  });
});
