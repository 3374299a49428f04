import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openCapture } from '../support/open-capture.ts';
import { compareHookOrder } from './hook-order.ts';

const ROOT = join(import.meta.dirname, '../..');
const FILE = join(ROOT, '../shared/truth/6.12-ipvs-hookorder.json');

const there = existsSync(FILE);
if (!there) console.log('skipped: ../shared/truth is not here; what chains beside IPVS see was not compared');

it.skipIf(!there)('what do chains at 40 places see of packets that IPVS takes?', async () => {
  const folder = join(ROOT, 'fixtures/ipvs');
  const { known } = await openCapture(folder);
  // web-a1 was still an endpoint of shop/web: the capture was taken when it was not any more.
  const ipvs = readFileSync(join(folder, 'ipvsadm.txt'), 'utf8').replaceAll('-w 0', '-w 1');
  const { disagreements, ...counts } = compareHookOrder(FILE, known, ipvs);
  expect(disagreements).toEqual([]);
  expect(counts).toEqual({
    first: 22,
    answers: 20,
    later: 51,
    places: 2601,
    left: { 'of another connection': 6, 'seen in part': 2 },
  });
});
