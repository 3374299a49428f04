import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkTruth, type TruthReport } from './check-truth.ts';

const ROOT = join(import.meta.dirname, '../..');
const SHARED = join(ROOT, '../shared');

/** What was compared, and what the capture cannot determine, by allowance: one that swallows more is noticed here. */
interface Counts {
  readonly compared: readonly [outcomes: number, backends: number, masquerade: number, paths: number];
  readonly allowed: Readonly<Record<string, number>>;
  /**
   * Answered with "unknown" as a whole, by the reason's code: modes that are not traced yet. They stand beside `compared`,
   * which grows as these shrink.
   */
  readonly unknown?: Readonly<Record<'pairs' | 'paths', Readonly<Record<string, number>>>>;
}

const NOTHING_UNKNOWN = { pairs: {}, paths: {} };

const EXPECTED: Readonly<Record<string, Counts>> = {
  '1.20-iptables-legacy': {
    compared: [611, 433, 433, 41],
    allowed: {
      'answer-takes-another-way': 13,
      'changed-before-capture': 14,
      gateway: 43,
      'hung-application': 8,
      'listening-sockets': 50,
    },
  },
  '1.25-iptables-nft': {
    compared: [611, 435, 435, 42],
    allowed: {
      'answer-takes-another-way': 13,
      'changed-before-capture': 14,
      gateway: 29,
      'hung-application': 8,
      'listening-sockets': 50,
    },
  },
  '1.36-iptables-legacy': {
    compared: [611, 437, 437, 42],
    allowed: {
      'answer-takes-another-way': 13,
      'changed-before-capture': 14,
      gateway: 33,
      'hung-application': 8,
      'listening-sockets': 50,
    },
  },
  '1.36-iptables-nft-forwarddrop': {
    compared: [611, 265, 265, 42],
    allowed: {
      'answer-takes-another-way': 1,
      'changed-before-capture': 13,
      gateway: 12,
      'hung-application': 4,
      'listening-sockets': 38,
      'never-arrives': 39,
      'other-node-drops': 180,
    },
  },
  '1.36-iptables-nft-nodeportaddr': {
    compared: [611, 385, 385, 38],
    allowed: {
      'answer-takes-another-way': 10,
      'changed-before-capture': 14,
      gateway: 33,
      'hung-application': 8,
      'listening-sockets': 94,
    },
  },
  '1.36-iptables-nft-realworld': {
    compared: [627, 453, 453, 42],
    allowed: {
      'answer-takes-another-way': 13,
      'changed-before-capture': 14,
      gateway: 33,
      'hung-application': 8,
      'listening-sockets': 50,
    },
  },
  '1.36-iptables-nft': {
    compared: [611, 437, 437, 42],
    allowed: {
      'answer-takes-another-way': 13,
      'changed-before-capture': 14,
      gateway: 33,
      'hung-application': 8,
      'listening-sockets': 50,
    },
  },
  '1.20-iptables-legacy-node2': {
    compared: [611, 447, 447, 41],
    allowed: {
      'answer-takes-another-way': 9,
      'changed-before-capture': 14,
      gateway: 42,
      'hung-application': 8,
      'listening-sockets': 50,
    },
  },
  '1.36-iptables-nft-node2': {
    compared: [611, 451, 451, 42],
    allowed: {
      'answer-takes-another-way': 9,
      'changed-before-capture': 14,
      gateway: 33,
      'hung-application': 8,
      'listening-sockets': 50,
    },
  },
  '1.32-nftables-nft': {
    compared: [611, 384, 384, 42],
    allowed: {
      'answer-takes-another-way': 10,
      'changed-before-capture': 14,
      gateway: 20,
      'hung-application': 8,
      'listening-sockets': 105,
    },
  },
  '1.36-nftables-nft': {
    compared: [611, 386, 386, 42],
    allowed: {
      'answer-takes-another-way': 10,
      'changed-before-capture': 14,
      gateway: 12,
      'hung-application': 8,
      'listening-sockets': 105,
    },
  },
  '6.1-ipvs-default': {
    compared: [639, 446, 446, 54],
    allowed: {
      'answer-takes-another-way': 13,
      'changed-before-capture': 14,
      'drained-before-capture': 4,
      gateway: 12,
      'hung-application': 8,
      'listening-sockets': 61,
      'other-node-answers-arp': 1,
      'path-drained-before-capture': 2,
    },
  },
  '6.12-ipvs-nodeportaddr-mh': {
    compared: [639, 401, 401, 54],
    allowed: {
      'answer-takes-another-way': 8,
      'changed-before-capture': 14,
      'drained-before-capture': 4,
      gateway: 12,
      'hung-application': 8,
      'listening-sockets': 111,
      'other-node-answers-arp': 1,
      'path-drained-before-capture': 2,
    },
  },
};

/** Other kinds of file in ../shared/truth: by name, what they hold. */
const OTHER_KINDS: Readonly<Record<string, string>> = {
  '6.12-ipvs-hookorder': 'what chains at each hook priority saw beside IPVS: hook-order.test.ts',
};

/** Captures that come with the project, and what was measured on their nodes. */
const FIXTURES: readonly (readonly [capture: string, folder: string])[] = [
  ['1.36-iptables-nft', 'demo'],
  ['1.20-iptables-legacy', 'kube-proxy-1.20-legacy'],
];

describe('what is traced is what was measured on the node', () => {
  it.each(FIXTURES)('%s (fixtures/%s)', async (capture, folder) => {
    const report = await checkTruth(
      join(ROOT, 'fixtures', folder),
      join(ROOT, `fixtures/truth/${capture}.json`),
    );
    expectAll(report, capture);
  });

  const measured = existsSync(join(SHARED, 'truth')) ? readdirSync(join(SHARED, 'truth')) : [];
  if (measured.length === 0)
    console.log('skipped: ../shared/truth is not here; its captures were not compared');
  const names = measured.map((file) => file.replace(/\.json$/, ''));
  const onlyFlows = names.filter((name) => !(name in OTHER_KINDS) && !hasPairs(name));
  it.skipIf(measured.length === 0)('those that hold nothing but open flows are compared elsewhere', () => {
    // cluster.test.ts, as the other node of forwarddrop; open-flows.test.ts
    expect(onlyFlows).toEqual(['1.36-iptables-nft-forwarddrop-node2', '6.1-ipvs-default-node2']);
  });
  it
    .skipIf(measured.length === 0)
    .each(names.filter((name) => !(name in OTHER_KINDS) && !onlyFlows.includes(name)))(
    '%s (../shared)',
    async (capture) => {
      const report = await checkTruth(
        join(SHARED, 'captures', capture),
        join(SHARED, 'truth', `${capture}.json`),
      );
      expectAll(report, capture);
    },
  );
});

function hasPairs(name: string): boolean {
  return 'pairs' in JSON.parse(readFileSync(join(SHARED, 'truth', `${name}.json`), 'utf8'));
}

/** All of all agree, and no more than known is left to an allowance. */
function expectAll(report: TruthReport, capture: string): void {
  expect(report.disagreements).toEqual([]);
  const tallies = [report.outcomes, report.backends, report.masquerade, report.paths];
  expect(tallies.map(({ agree }) => agree)).toEqual(tallies.map(({ of }) => of));
  const unknown = {
    pairs: Object.fromEntries(report.unknown.pairs),
    paths: Object.fromEntries(report.unknown.paths),
  };
  const known = EXPECTED[capture];
  if (known !== undefined)
    expect({
      compared: tallies.map(({ of }) => of),
      allowed: Object.fromEntries(report.allowed),
      unknown,
    }).toEqual({ unknown: NOTHING_UNKNOWN, ...known });
  else if (/-(?:iptables|ipvs)-/.test(capture)) expect(unknown).toEqual(NOTHING_UNKNOWN);
}
