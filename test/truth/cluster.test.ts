import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkCluster } from './check-cluster.ts';

const SHARED = join(import.meta.dirname, '../../../shared');

/** Both nodes of one cluster at one moment: how many pairs were measured, and what no capture determines. */
const CLUSTERS: Readonly<Record<string, { pairs: number; allowed: Readonly<Record<string, number>> }>> = {
  '1.20-iptables-legacy': {
    pairs: 1222,
    allowed: {
      'changed-before-capture': 28,
      'hung-application': 16,
      'leaves-cluster': 93,
      listening: 100,
    },
  },
  '1.36-iptables-nft': {
    pairs: 1222,
    allowed: {
      'changed-before-capture': 28,
      'hung-application': 16,
      'leaves-cluster': 74,
      listening: 100,
    },
  },
  '1.36-iptables-nft-forwarddrop': {
    // The second file tells of the flows alone that were open on both nodes.
    pairs: 686,
    allowed: { 'changed-before-capture': 17, 'hung-application': 4, 'leaves-cluster': 15, listening: 38 },
  },
  '6.1-ipvs-default': {
    pairs: 690,
    allowed: { 'changed-before-capture': 16, 'hung-application': 8, 'leaves-cluster': 16, listening: 61 },
  },
};

describe('what clients see over the nodes of a cluster is what they saw', () => {
  const isHere = existsSync(join(SHARED, 'truth'));
  if (!isHere) console.log('skipped: ../shared/truth is not here; its clusters were not compared');
  it.skipIf(!isHere).each(Object.entries(CLUSTERS))(
    '%s and its second node',
    async (name, expected) => {
      const both = [name, `${name}-node2`];
      const report = await checkCluster(
        both.map((each) => join(SHARED, 'captures', each)),
        both.map((each) => join(SHARED, 'truth', `${each}.json`)),
      );
      expect(report.disagreements).toEqual([]);
      expect(report.pairs).toBe(expected.pairs);
      expect(Object.fromEntries(report.allowed)).toEqual(expected.allowed);
    },
    300_000,
  );
});
