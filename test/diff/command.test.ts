import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { BUDGET, BUDGET_OF_NODES } from '../../src/cli/diff-budget.ts';
import type { Diff } from '../../src/diff/document.ts';
import { run } from '../cli/run-main.ts';

const changes = join(import.meta.dirname, '../../fixtures/changes');
const before = join(changes, 'endpoint-removed/before');
const after = join(changes, 'endpoint-removed/after');
const restarted = join(changes, 'proxy-restart/after');

const folder = mkdtempSync(join(tmpdir(), 'kp-explain-diff-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function edited(name: string, edit: (text: string) => string): string {
  const path = join(folder, name);
  writeFileSync(path, edit(readFileSync(join(before, 'iptables-save.txt'), 'utf8')));
  return [
    path,
    ...['ip-addr.json', 'ip-route.json', 'ip-rule.json', 'sysctl.txt', 'nft.json.gz'].map((file) =>
      join(before, file),
    ),
  ].join();
}

async function diff(
  one: string,
  other: string,
  ...more: readonly string[]
): Promise<{ status: number; document: Diff }> {
  const { status, out } = await run(['diff', one, other, '-o', 'json', ...more]);
  return { status, document: JSON.parse(out) };
}

describe('What does diff answer?', () => {
  it('rules written in another order by a restart: no behaviour change, status 0', async () => {
    const { status, out } = await run(['diff', before, restarted]);
    expect(status).toBe(0);
    expect(out.split('\n')[0]).toMatch(/^no behaviour change for IPv4 packets {2}/);
  });

  it('one endpoint removed: that, and one witness', async () => {
    const { status, document } = await diff(before, after);
    expect(status).toBe(1);
    expect(document).toMatchObject({
      kind: 'Diff',
      identical: false,
      rules: [],
      proof: { complete: true, unexplored: [] },
    });
    expect(document.services.map(({ name, change, details }) => ({ name, change, details }))).toEqual([
      {
        ...{ name: 'web', change: 'changed' },
        details: [{ code: 'endpoint-removed', severity: 'lost', before: '10.244.1.12:8080', after: null }],
      },
    ]);
    const [witness, ...more] = document.witnesses;
    expect(more).toEqual([]);
    expect(witness).toMatchObject({
      ...{
        change: 'endpoints',
        severity: 'lost',
        service: { namespace: 'shop', name: 'web', via: 'clusterIP' },
      },
      packet: {
        protocol: 'tcp',
        destination: { address: '10.96.10.1', port: 80 },
        state: 'NEW',
        mark: '0x0',
      },
    });
    expect(witness?.before.path.at(-1)?.chain).toBe('KUBE-SVC-E3PXEPMWAWIUT6ZV');
    expect(witness?.before.path.slice(0, witness.common).map(({ text }) => text)).toEqual(
      witness?.after.path.slice(0, witness.common).map(({ text }) => text),
    );
  });

  it('the other way round: the endpoint is gained', async () => {
    const { document } = await diff(after, before);
    expect(document.services[0]?.details.map(({ code }) => code)).toEqual(['endpoint-added']);
    expect(document.witnesses.map(({ severity }) => severity)).toEqual(['gained']);
  });

  it('a state compared with itself: nothing traced, nothing told', async () => {
    const { status, document } = await diff(before, before);
    expect(status).toBe(0);
    expect(document).toMatchObject({ identical: true, services: [], rules: [], witnesses: [], state: [] });
  });

  it('a DROP inserted above KUBE-FORWARD: the rule, and whom it drops', async () => {
    const dropping = edited('dropping.txt', (text) =>
      text.replace('-A FORWARD', '-A FORWARD -s 10.244.1.13/32 -j DROP\n-A FORWARD'),
    );
    const { status, document } = await diff(
      edited('plain.txt', (text) => text),
      dropping,
    );
    expect(status).toBe(1);
    expect(document.services).toEqual([]);
    expect(document.rules).toMatchObject([
      {
        change: 'added',
        table: 'filter',
        chain: 'FORWARD',
        rule: 1,
        text: '-A FORWARD -s 10.244.1.13/32 -j DROP',
        decides: true,
      },
    ]);
    for (const { packet, change, after: side } of document.witnesses) {
      expect([packet.source.address, change, side.decidedBy?.chain, side.decidedBy?.rule]).toEqual([
        '10.244.1.13',
        'dropped',
        'FORWARD',
        1,
      ]);
    }
  }, 60_000);

  it('a LOG rule: told, and that it decides nothing', async () => {
    const logging = edited('logging.txt', (text) =>
      text.replace('-A FORWARD', '-A FORWARD -p tcp -j LOG\n-A FORWARD'),
    );
    const { status, document } = await diff(
      edited('plain.txt', (text) => text),
      logging,
    );
    expect(status).toBe(0);
    expect(document.rules).toMatchObject([
      { change: 'added', text: '-A FORWARD -p tcp -j LOG', decides: false },
    ]);
  });

  it('says the same in the same order every time', async () => {
    const runs = await Promise.all([run(['diff', before, after]), run(['diff', before, after])]);
    expect(runs[0]?.out).toBe(runs[1]?.out);
  });
});

describe('What of a narrower question?', () => {
  it('--svc keeps one Service', async () => {
    const { status, document } = await diff(before, after, '--svc', 'shop/hostnet');
    expect(status).toBe(0);
    expect(document.services).toEqual([]);
  });

  it('the first line says of which Service and of which senders it speaks', async () => {
    const { status, out } = await run(['diff', before, after, '--svc', 'shop/hostnet', '--from', 'node']);
    expect([status, out.split('  ')[0]]).toEqual([
      0,
      'no behaviour change for shop/hostnet for IPv4 packets from node',
    ]);
  });

  it('a rule that drops for many Services is told of each, with its shares added up', async () => {
    const dropping = edited('dropping-all.txt', (text) =>
      text.replace('-A FORWARD', '-A FORWARD -s 10.244.1.13/32 -p tcp -j DROP\n-A FORWARD'),
    );
    const plain = edited('plain.txt', (text) => text);
    for (const name of ['shop/web', 'shop/lb']) {
      const { status, out } = await run(['diff', plain, dropping, '--svc', name, '--from', '10.244.1.13']);
      expect([name, status, out.split(' in ')[0]]).toEqual([
        ...[name, 1],
        `BEHAVIOUR CHANGED for ${name} for packets from 10.244.1.13`,
      ]);
      expect(out).toMatch(/, after DROP by filter FORWARD rule 1$/m);
    }
  }, 120_000);

  it('the same in whatever order the files of a state are given', async () => {
    const files = [
      ...['iptables-save.txt', 'ip-addr.json', 'ip-route.json', 'ip-rule.json', 'sysctl.txt'],
      'nft.json.gz',
    ];
    const side = (folder: string, list: readonly string[]): string =>
      list.map((file) => join(folder, file)).join();
    const [one, other] = [files, [...files].reverse()].map((list) =>
      diff(side(before, list), side(after, list)),
    );
    const parts = [await one, await other].map((each) => {
      if (each === undefined) throw new Error('two runs');
      const { services, rules, witnesses, state, proof } = each.document;
      return JSON.stringify([services, rules, witnesses, state, proof]);
    });
    expect(parts[0]).toBe(parts[1]);
  }, 60_000);

  it('--from keeps one sender', async () => {
    const { document } = await diff(before, after, '--from', 'node');
    expect(document.witnesses.map(({ packet, doors }) => [packet.entersAt, doors])).toEqual([
      ['OUTPUT', ['node']],
    ]);
  });

  it('a budget that is too small is no proof', async () => {
    const { status, document } = await diff(before, after, '--budget', '1');
    expect(status).toBe(1);
    expect(document.proof).toMatchObject({ complete: false, classes: 1, budget: 1 });
    expect(document.proof.unexplored[0]).toMatch(/^packets to 10\.96\.10\.1 port 80/);
  });
});

describe('What does its help tell?', () => {
  it('the two states, grouped options, and examples', async () => {
    const { status, out } = await run(['diff', '--help']);
    expect(status).toBe(0);
    for (const part of [/before +the first state/, /^The question:$/m, /^Output:$/m, /^Examples:$/m])
      expect(out).toMatch(part);
  });
});

describe('What of a question that cannot be asked?', () => {
  it.each([
    [['diff', before], /missing required argument 'after'/],
    [['diff', 'node:', after], /node: names no node/],
    [['diff', before, after, '--via', 'exec'], /name the node with node:NAME/],
    [['diff', '-', '-'], /standard input can be one of the two states/],
    [['diff', before, after, '--from', 'nobody'], /--from nobody is none of/],
    [['diff', before, after, '--svc', 'web'], /A Service is NAMESPACE\/NAME/],
    [['diff', before, after, '--svc', 'shop/nosuch'], /neither state has a Service of this name/],
    [['diff', before, after, '--budget', '0'], /A budget is a number of classes/],
    [['diff', before, join(folder, 'nosuch')], /nosuch/],
  ])('%s', async (argv, message) => {
    const { status, err, out } = await run(argv);
    expect([status, out]).toEqual([2, '']);
    expect(err).toMatch(message);
  });

  it('rules that were cut off are compared as far as they go, and that is said', async () => {
    const cut = edited('cut.txt', (text) => text.slice(0, Math.floor(text.length * 0.9)));
    const { status, err, out } = await run([
      'diff',
      edited('plain.txt', (text) => text),
      cut,
      '--budget',
      '200',
    ]);
    expect(status).toBe(1);
    expect(out).toMatch(/^BEHAVIOUR CHANGED/);
    expect(err).toMatch(/cut\.txt:\d+: .*rules are missing/);
  });

  it('what a capture wrote cannot steer the terminal', async () => {
    const hostile = edited('hostile.txt', (text) =>
      text.replace(
        '-A FORWARD',
        '-A FORWARD -s 1.2.3.4/32 -m comment --comment "\u001b[2J" -j DROP\n-A FORWARD',
      ),
    );
    const { out } = await run(['diff', edited('plain.txt', (text) => text), hostile, '--budget', '50']);
    expect(out).toContain('\\x1b[2J');
    expect(out).not.toContain('\u001b');
  });
});

describe('What of two nodes?', () => {
  /** The state with the cluster IPs of every Service blocked, as a node of this name. */
  const blockedOn = (node: string): string => {
    const path = join(folder, `blocked-${node}`);
    cpSync(before, path, { recursive: true });
    const rules = join(path, 'iptables-save.txt');
    const drop = '-A FORWARD -m conntrack --ctstate NEW -j DROP\n';
    const text = readFileSync(rules, 'utf8');
    writeFileSync(
      rules,
      text.replace(/^.*-A FORWARD /m, (first) => `${drop}${first}`),
    );
    const manifest = join(path, 'capture.json');
    writeFileSync(manifest, JSON.stringify({ ...JSON.parse(readFileSync(manifest, 'utf8')), node }));
    return path;
  };

  it('they differ by nature: a small budget is spent on some packets of each kind, and that is said', async () => {
    const { document } = await diff(before, blockedOn('another'));
    expect(document.twoNodes).toBe(true);
    expect(document.proof).toMatchObject({
      budget: BUDGET_OF_NODES,
      classes: BUDGET_OF_NODES,
      complete: false,
    });
    expect(document.proof.unexplored.length).toBeGreaterThan(0);
    expect(document.witnesses).not.toEqual([]);
  });

  it('of one node the budget is for all of them', async () => {
    const { document } = await diff(before, after);
    expect(document.twoNodes).toBe(false);
    expect(document.proof).toMatchObject({ budget: BUDGET, complete: true });
  });

  it('whoever wants more of it says so', async () => {
    const { document } = await diff(before, blockedOn('another'), '--budget', '700');
    expect(document.proof).toMatchObject({ budget: 700, classes: 700, complete: false });
  });
});
