import { describe, expect, it } from 'vitest';
import { proxyUnwell } from '../../src/findings/kinds/kp132-proxy-unwell.ts';
import { NO_HEALTH, type ProxyHealth } from '../../src/findings/proxy-health.ts';
import { type Edit, findIn } from './altered-capture.ts';

type Context = Parameters<typeof proxyUnwell.find>[0];

function told(health: Partial<ProxyHealth>) {
  const input = { proxyHealth: { ...NO_HEALTH, takenAt: '2026-11-28T01:00:00Z', ...health } };
  return proxyUnwell.find({ input } as Context).map(({ severity, message }) => [severity, message]);
}

const NOW = Date.parse('2026-11-28T01:00:00Z') / 1000;
const LINE = 'E1128 00:59:59.1 1 proxier.go:1505] "Failed to execute iptables-restore" err="exit status 4"';
const CALM = { waiting: null, ended: null, restarts: 1, endedBefore: null };

/** A Pod of kube-proxy on the demo's node. */
function proxyPod(
  name: string,
  { metadata = {}, status = {} }: { readonly metadata?: object; readonly status?: object },
  state: object,
): object {
  return {
    ...{ apiVersion: 'v1', kind: 'Pod', spec: { nodeName: 'node-1', hostNetwork: true } },
    metadata: {
      ...{ name: `kube-proxy-${name}`, namespace: 'kube-system', labels: { 'k8s-app': 'kube-proxy' } },
      ...metadata,
    },
    status: {
      phase: 'Running',
      containerStatuses: [{ name: 'kube-proxy', restartCount: 0, state }],
      ...status,
    },
  };
}

describe('is kube-proxy itself well?', () => {
  it('not where its last change waits for a minute, also with its container running', () => {
    expect(told({ container: CALM, lastSync: NOW - 900, lastQueued: NOW - 600 })).toEqual([
      [
        'error',
        'kube-proxy has not written its rules since 2026-11-28T00:45:00Z: what came at 2026-11-28T00:50:00Z still waits',
      ],
    ]);
  });

  it('yes where a change came a second ago, or was written', () => {
    expect(told({ lastSync: NOW - 900, lastQueued: NOW - 1 })).toEqual([]);
    expect(told({ lastSync: NOW - 600, lastQueued: NOW - 600, errors: [LINE] })).toEqual([]);
  });

  it('perhaps not where its log tells of failed syncs and nothing tells of a later one', () => {
    expect(told({ errors: [LINE] })).toEqual([
      ['warning', expect.stringMatching(/whether a later one did not is not known/)],
    ]);
    expect(told({ errors: [] })).toEqual([]);
  });

  it('perhaps not where a change waits since a second ago, and its log tells of failed syncs', () => {
    for (const takenAt of ['2026-11-28T01:00:00Z', null])
      expect(told({ lastSync: NOW - 900, lastQueued: NOW - 1, errors: [LINE], takenAt })).toEqual([
        ['warning', expect.stringMatching(/log tells of syncs that failed/)],
      ]);
  });

  it.each([
    ['ten minutes before', '2026-11-28T00:50:00Z', 137, 1],
    ['yesterday', '2026-11-27T00:50:00Z', 137, 0],
    ['ten minutes before, as it was told to', '2026-11-28T00:50:00Z', 0, 0],
  ])('where it ended %s', (_, at, exitCode, findings) => {
    const endedBefore = { reason: 'OOMKilled', exitCode, at };
    expect(told({ container: { ...CALM, endedBefore } })).toHaveLength(findings);
  });

  it('yes where the node was started anew ten minutes before', () => {
    const endedBefore = { reason: 'Unknown', exitCode: 255, at: '2026-11-28T00:50:00Z' };
    expect(told({ container: { ...CALM, endedBefore } })).toEqual([]);
    // kube-proxy's own last word has the same status.
    expect(told({ container: { ...CALM, endedBefore: { ...endedBefore, reason: 'Error' } } })).toHaveLength(
      1,
    );
  });

  it.each([
    ['an evicted one before it', { status: { phase: 'Failed' } }],
    ['one that is being deleted before it', { metadata: { deletionTimestamp: '2026-11-28T00:59:00Z' } }],
  ])('yes where its Pod runs, with %s still in the API', async (_, of) => {
    const before = proxyPod('a', of, { terminated: { reason: 'Error', exitCode: 2 } });
    const pods = [before, proxyPod('b', {}, { running: {} })];
    const edit: Edit = [
      'pods.json',
      (text) => {
        const list: { items: object[] } = JSON.parse(text);
        return JSON.stringify({ ...list, items: [...list.items, ...pods] });
      },
    ];
    expect((await findIn([edit])).filter(({ code }) => code === 'KP132')).toEqual([]);
  });

  it.each([
    ['itself', 'kube-proxy', 1],
    ['another one of its Pod, which stands first', 'kube-rbac-proxy', 0],
  ])('is asked of its own container: %s waits', async (_, waiting, findings) => {
    const containerStatuses = ['kube-rbac-proxy', 'kube-proxy'].map((name) => ({
      ...{ name, restartCount: 3 },
      state: name === waiting ? { waiting: { reason: 'CrashLoopBackOff' } } : { running: {} },
    }));
    const edit: Edit = [
      'pods.json',
      (text) => {
        const list: { items: object[] } = JSON.parse(text);
        return JSON.stringify({
          ...list,
          items: [...list.items, proxyPod('a', { status: { containerStatuses } }, {})],
        });
      },
    ];
    expect((await findIn([edit])).filter(({ code }) => code === 'KP132')).toHaveLength(findings);
  });

  it('not where its container has ended, and how is told', () => {
    const ended = { reason: 'Error', exitCode: 1, at: null };
    expect(told({ container: { ...CALM, ended } })).toEqual([
      [
        'error',
        'kube-proxy does not run on this node: its container has ended (Error, exit code 1), after 1 restart',
      ],
    ]);
  });

  it('not while it starts', () => {
    expect(told({ container: { ...CALM, waiting: 'ContainerCreating' } })).toEqual([]);
  });

  it('is not asked where nothing is known of it', () => expect(told({})).toEqual([]));
});
