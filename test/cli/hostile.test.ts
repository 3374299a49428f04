import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { tar } from '../capture/tar-builder.ts';
import { run } from './run-main.ts';

const BASE = '*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n';
const ASK = ['trace', '10.0.0.9:80', '--from', '10.0.0.5', '-f', '-'];
const DEMO = join(import.meta.dirname, '../../fixtures/demo/iptables-save.txt');

/** Traces through rules given on standard input. */
async function ask(rules: string, ...more: readonly string[]) {
  return await run([...ASK, ...more], { stdin: rules });
}

describe('rules that no kernel would take', () => {
  it('a chain that jumps to itself is named, and the answer is unknown', async () => {
    const { status, out } = await ask(`${BASE}:A - [0:0]\n-A FORWARD -j A\n-A A -j A\nCOMMIT\n`);
    expect(status).toBe(0);
    expect(out).toContain('UNKNOWN: the chains lead back into each other at A rule 1');
  });

  it('so are two chains that go to each other', async () => {
    const { out } = await ask(
      `${BASE}:A - [0:0]\n:B - [0:0]\n-A FORWARD -j A\n-A A -g B\n-A B -g A\nCOMMIT\n`,
    );
    expect(out).toContain('UNKNOWN: the chains lead back into each other at B rule 1');
  });

  it('a jump to a chain that is not there leaves the packet unknown, by name', async () => {
    const { out } = await ask(`${BASE}-A FORWARD -j NOWHERE\nCOMMIT\n`);
    expect(out).toContain('UNKNOWN: FORWARD rule 1 leads to chain NOWHERE, which is not in the capture');
  });

  it('chains that double the way 60 times are given up, and said so', async () => {
    const chains = Array.from({ length: 60 }, (_, i) => `:C${i} - [0:0]\n`).join('');
    const jumps = Array.from({ length: 59 }, (_, i) => `-A C${i} -j C${i + 1}\n`.repeat(2)).join('');
    const { out } = await ask(`${BASE}${chains}-A FORWARD -j C0\n${jumps}COMMIT\n`, '--detail', 'answer');
    expect(out).toContain('UNKNOWN: the packet passes more than 20000 jumps in one table');
  });

  it('60 unknowns in a row, 2^60 ways, end in bounded time with the open ones named', async () => {
    const rules = Array.from(
      { length: 60 },
      (_, i) => `-A FORWARD -m length --length ${i + 100} -j MARK --set-xmark 0x${i + 1}/0xffffffff\n`,
    );
    const { status, out } = await ask(`${BASE}${rules.join('')}COMMIT\n`, '--detail', 'answer');
    expect(status).toBe(0);
    expect(out).toContain('there are more open ways than are followed; this one was not followed further');
  });
});

describe('text from rules', () => {
  it('cannot drive the terminal', async () => {
    const { out } = await ask(
      `${BASE}-A FORWARD -p tcp -m comment --comment "\x1b[2J\u202eevil" -j DROP\nCOMMIT\n`,
    );
    expect(out).toContain('DROP by filter FORWARD rule 1 ("\\x1b[2J\\u202eevil")');
    expect(out).not.toContain('\x1b');
    expect(out).not.toContain('\u202e');
  });
});

describe('a dump that was cut off', () => {
  it('inside its gzip stream is not certain of what stood behind', async () => {
    const packed = gzipSync(readFileSync(DEMO));
    const { status, out, err } = await run([...ASK, '--detail', 'answer'], {
      stdin: packed.subarray(0, packed.length / 2),
    });
    expect(status).toBe(0);
    expect(err).toContain('the gzip stream is cut off');
    expect(out).toMatch(/UNKNOWN: the dump breaks off at stdin:\d+, before the rules of nat KUBE-SERVICES/);
    expect(out).toContain('take the dump again on the node with `iptables-save -c`');
  });

  it('between two tables, inside an archive, lacks the table that should follow', async () => {
    const text = readFileSync(DEMO, 'utf8');
    const filter = text.slice(0, text.indexOf('# Generated', text.indexOf('*filter')));
    const archive = tar([{ name: 'capture/iptables-save.txt', body: text }]);
    const cut = archive.subarray(0, 512 + Buffer.byteLength(filter));
    const { out } = await run([...ASK, '--detail', 'answer'], { stdin: cut });
    expect(out).toMatch(
      /UNKNOWN: the dump breaks off at .*, before table nat: what its chain PREROUTING does/,
    );
  });

  it('is answered from what is whole, and called cut, wherever in its last kilobyte it ends', async () => {
    const whole = readFileSync(DEMO, 'utf8');
    const commit = whole.lastIndexOf('COMMIT\n');
    for (let end = whole.length - 1024; end < commit; end += 7) {
      const { status, err } = await run(
        ['trace', '10.96.10.1:80', '--from', '10.244.1.13', '-f', '-', '--detail', 'answer'],
        {
          stdin: whole.slice(0, end),
        },
      );
      expect(status, `cut at ${end}`).toBe(0);
      expect(err, `cut at ${end}`).toMatch(/cut off|ends without COMMIT/);
    }
  });
});
