import { describe, expect, it } from 'vitest';
import { editObjects, findIn } from './altered-capture.ts';

describe.each(['demo', 'demo-nftables', 'ipvs'])(
  'Who notices in %s that session affinity differs?',
  (fixture) => {
    it.each([
      [60, 'clients that come again: they stay at their endpoint longer than asked'],
      [20_000, 'clients that come again: they stay at their endpoint shorter than asked'],
    ])('the API asks for %i s, and it lasts 10800', async (timeoutSeconds, hits) => {
      const edit = editObjects('services.json', ({ metadata, spec }) => {
        if (metadata.name === 'web-sticky') spec.sessionAffinityConfig = { clientIP: { timeoutSeconds } };
      });
      const found = (await findIn([edit], fixture)).find(({ code }) => code === 'KP214');
      expect(found?.hits).toBe(hits);
    });
  },
);
