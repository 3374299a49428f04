import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { run } from '../cli/run-main.ts';

const POLICY_LINE = 3;
const RULES = `*filter
:INPUT ACCEPT [0:0]
:FORWARD DROP [13:780]
:OUTPUT ACCEPT [0:0]
:X - [0:0]
[13:780] -A FORWARD -j X
COMMIT
`;

const folder = mkdtempSync(join(tmpdir(), 'kp-explain-samples-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** @returns what KP107 says of a node whose policy dropped 13 packets, with this second sample. */
async function said(sample: object | string | null): Promise<string> {
  writeFileSync(join(folder, 'iptables-save.txt'), RULES);
  const document = { apiVersion: 'kp-explain/v1', kind: 'CounterSample', conntrack: null };
  const text = typeof sample === 'object' ? JSON.stringify({ ...document, rules: [sample ?? {}] }) : sample;
  writeFileSync(join(folder, 'counters.json'), text);
  const { out } = await run(['check', folder, '--only', 'KP107', '-o', 'json']);
  return JSON.parse(out).findings[0].message;
}

const SAMPLE = { family: 'ipv4', backend: null, seconds: 10, grown: [], unknown: [] };

describe('does the policy of FORWARD drop packets now?', () => {
  it.each([
    ['four a second', { ...SAMPLE, grown: [[POLICY_LINE, 40]] }, '13 packets (4/s now): all'],
    ['one and a half', { ...SAMPLE, grown: [[POLICY_LINE, 15]] }, '13 packets (1.5/s now): all'],
    ['a few', { ...SAMPLE, grown: [[POLICY_LINE, 3]] }, '13 packets (3 in the last 10 s): all'],
    ['none', SAMPLE, '13 packets (none in the last 10 s): all'],
  ])('%s', async (_, sample, words) => {
    expect(await said(sample)).toContain(words);
  });

  it.each([
    ['its chain was written anew', { ...SAMPLE, unknown: [POLICY_LINE] }],
    ['another family was sampled', { ...SAMPLE, family: 'ipv6' }],
    ['another backend was', { ...SAMPLE, backend: 'iptables-legacy' }],
    ['there was no time between', { ...SAMPLE, seconds: 0 }],
    ['its lines are no numbers', { ...SAMPLE, unknown: ['x'] }],
    ['its pairs are none', { ...SAMPLE, grown: [POLICY_LINE] }],
    ['nothing was sampled', null],
    ['the file is damaged', '{"kind": "CounterSample", "rules": ['],
  ])('is not told where %s', async (_, sample) => {
    expect(await said(sample)).toContain('13 packets: all');
  });
});
