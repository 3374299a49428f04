import { describe, expect, it } from 'vitest';
import { deleteRules, findIn } from './altered-capture.ts';

describe('Whom does it hit that nothing is masqueraded?', () => {
  it('clients outside, and not processes of the node: their packets leave with its own address, and it is answered', async () => {
    const found = await findIn([deleteRules('nat', /-A KUBE-MARK-MASQ .*set-xmark/)]);
    const { hits, message } = found.find(({ code }) => code === 'KP212') ?? {};
    expect(message).toMatch(/answers go past this node/);
    expect(hits).toMatch(/clients outside the cluster/);
    expect(hits).toMatch(/node port/);
    expect(hits).not.toMatch(/processes of this node/);
  });

  it('the jump to what masquerades: the effect names who is hit', async () => {
    const found = await findIn([deleteRules('nat', /-A POSTROUTING .*-j KUBE-POSTROUTING/)]);
    const { message } = found.find(({ code }) => code === 'KP202') ?? {};
    expect(message).toMatch(/answers to clients outside, and to pods that reach themselves, go past/);
  });
});
