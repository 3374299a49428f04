import { describe, expect, it } from 'vitest';
import { collectHost } from '../../src/capture/live/collect-host.ts';
import { Collector } from '../../src/capture/live/collector.ts';
import { type CommandResult, notThere } from '../../src/capture/live/command-result.ts';
import type { Place } from '../../src/capture/live/place.ts';
import { ProblemList } from '../../src/problems/problem.ts';

const HEADER = 'IP Virtual Server version 1.2.1 (size=4096)\nProt LocalAddress:Port Scheduler Flags\n';
const PROC = `${HEADER}TCP  0A60000A:0035 rr\n  -> 0AF4020F:0035      Masq    1      0          18\n`;
const SAVED = '-A -t 10.96.0.10:53 -s rr\n';

/** A pod whose commands are all missing, but for those told. */
function place(proc: string | null, outputs: Readonly<Record<string, string>>): Place {
  const run = async (argv: readonly string[]): Promise<CommandResult> => {
    const text = outputs[argv[0] ?? ''];
    return text === undefined
      ? notThere(argv)
      : { ...notThere(argv), stdout: Buffer.from(text), exitStatus: 0, failure: null };
  };
  const read: Place['read'] = async (path) =>
    path === '/proc/net/ip_vs' && proc !== null ? { kind: 'text', text: proc } : { kind: 'absent' };
  return {
    ...{ node: 'node-1', prefix: 'node-1: ', via: 'exec', run, read },
    lacksAsUsual: new Set<string>(),
    follow: run,
    readMany: async () => new Map(),
    askKubeProxy: async () => null,
    advice: { missing: (program) => `install ${program}`, notPermitted: '' },
  };
}

async function captured(proc: string | null, outputs: Readonly<Record<string, string>>) {
  const problems = new ProblemList();
  const collector = new Collector(place(proc, outputs), problems, () => {});
  await collectHost(collector, { packets: true, all: false }, ':KUBE-MARK-MASQ');
  return collector.files().find(({ path }) => path === 'ipvsadm.txt');
}

describe('What does a live node in IPVS mode tell of its virtual servers?', () => {
  it('what ipvsadm-save prints', async () => {
    const file = await captured(PROC, { 'ipvsadm-save': SAVED });
    expect(String(file?.bytes)).toBe(SAVED);
  });

  it('where ipvsadm is missing, as in kube-proxy’s image, what the kernel lists by itself', async () => {
    const file = await captured(PROC, {});
    expect(String(file?.bytes)).toBe(PROC);
    expect(file?.origin).toBe('node-1: /proc/net/ip_vs');
  });

  it('nothing, where the module is loaded and balances nothing, or is not there', async () => {
    expect(await captured(HEADER, {})).toBeUndefined();
    expect(await captured(null, { 'ipvsadm-save': SAVED })).toBeUndefined();
  });
});
