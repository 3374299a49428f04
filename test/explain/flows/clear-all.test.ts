import { describe, expect, it } from 'vitest';
import type { EndpointFlows } from '../../../src/explain/flow-list.ts';
import type { FlowQuestion } from '../../../src/explain/flows/flow-question.ts';
import type { Known } from '../../../src/explain/question/question.ts';
import { insertRules, withAltered } from '../../findings/altered-capture.ts';
import { openCapture } from '../../support/open-capture.ts';
import { ask, type Line, line } from './ask.ts';

const DNS = '10.96.0.10:53';
const ALL = 'conntrack -D -p udp -d 10.96.0.10 --dport 53 -r 10.96.0.10 --reply-port-src 53 -w 0';

/** Untranslated, each: the rules translate new ones of .50 and .51, and leave .60 alone. */
const stuck: Line = { protocol: 'udp', from: '192.168.100.50:41000', asked: DNS, status: 'UNREPLIED' };
const answered: Line = { protocol: 'udp', from: '192.168.100.51:41000', asked: DNS };
const exempt: Line = { protocol: 'udp', from: '192.168.100.60:40000', asked: DNS };

/** A node on which a rule of somebody lets one client’s packets pass before kube-proxy’s. */
async function onNode<T>(use: (known: Known) => Promise<T>): Promise<T> {
  const rule = insertRules('nat', 'PREROUTING', '-s 192.168.100.60/32 -j ACCEPT');
  return await withAltered([rule], async (folder) => use((await openCapture(folder)).known));
}

async function endpointOf(
  flows: readonly Line[],
  question: Partial<FlowQuestion> = {},
): Promise<Pick<EndpointFlows, 'live' | 'stale' | 'clear' | 'problem'>> {
  const { summary } = await onNode((known) => ask([flows.map(line)], question, known));
  const [first, ...more] = summary.services.flatMap(({ endpoints }) =>
    endpoints.filter((one) => one.live > 0),
  );
  if (first === undefined || more.length > 0) throw new Error('not one endpoint');
  return first;
}

describe('One command for all flows from a destination to an endpoint', () => {
  it.each<[string, Partial<FlowQuestion>]>([
    ['without a filter', {}],
    ['of those that are stuck', { problem: 'stale' }],
    ['of those with one problem', { problem: 'never-translated' }],
    ['of one client', { client: '192.168.100.50' }],
    ['of one state', { state: 'UNREPLIED' }],
  ])('is not given where it deletes a flow that is not stuck: %s', async (_, question) => {
    for (const flows of [
      [exempt, stuck],
      [stuck, exempt],
    ])
      expect(await endpointOf(flows, question)).toMatchObject({ stale: 1, clear: [] });
  });

  it('is not given where it deletes stuck flows that were not asked for', async () => {
    const flows = [answered, stuck];
    expect(await endpointOf(flows, { state: 'UNREPLIED' })).toMatchObject({ stale: 1, clear: [] });
    expect(await endpointOf(flows, { client: '192.168.100.51' })).toMatchObject({ stale: 1, clear: [] });
  });

  it('is given where all of them are stuck and were asked for', async () => {
    const over: Line = { ...stuck, protocol: 'tcp', state: 'TIME_WAIT', status: '' };
    const elsewhere: Line = { ...exempt, asked: '10.96.10.1:80', protocol: 'tcp' };
    const flows = [answered, stuck, over, elsewhere];
    for (const question of [{}, { problem: 'stale' }])
      expect(await endpointOf(flows.slice(0, 2), question)).toMatchObject({ stale: 2, clear: [ALL] });
    expect(await endpointOf(flows, { problem: 'stale' })).toMatchObject({ stale: 2, clear: [ALL] });
    expect(await endpointOf([stuck], { client: '192.168.100.50' })).toMatchObject({ stale: 1, clear: [ALL] });
  });
});

describe('What is wrong with the flows of an endpoint', () => {
  it('is said of those that are stuck, whichever of them is listed first', async () => {
    for (const flows of [
      [exempt, stuck],
      [stuck, exempt],
    ]) {
      const { problem } = await endpointOf(flows);
      expect(problem).toMatchObject({ code: 'never-translated', severity: 'error' });
      expect(problem?.message).toMatch(/began before this node's rules translated the address/);
    }
  });

  it('is nothing that only flows have that are over', async () => {
    const tcp: Line = { protocol: 'tcp', asked: '10.96.10.1:80' };
    const ended: Line = { ...tcp, from: '192.168.100.50:41000', state: 'TIME_WAIT' };
    const { problem } = await endpointOf([ended, { ...tcp, from: '192.168.100.60:41000' }]);
    expect(problem?.code).toBe('not-programmed');
  });
});
