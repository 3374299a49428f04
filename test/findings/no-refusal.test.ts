import { describe, expect, it } from 'vitest';
import { deleteRules, findIn } from './altered-capture.ts';

describe('What is said where the rule that refuses a Service without endpoints is gone?', () => {
  it('that no rule refuses it: none sends it anywhere', async () => {
    const found = await findIn([deleteRules('filter', /-A KUBE-SERVICES.*"shop\/empty:http/)]);
    const told = found.find(({ code }) => code === 'KP102');
    expect(told?.message).toContain(
      'shop/empty:http: no rule refuses cluster IP 10.96.10.4:80, and the API has no endpoint for it',
    );
    expect(told?.message).not.toContain('send');
  });
});
