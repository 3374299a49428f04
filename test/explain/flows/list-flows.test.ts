import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ask, DEMO, line } from './ask.ts';

const captured = readFileSync(join(DEMO, 'conntrack.txt'), 'utf8').trimEnd().split('\n');

describe('the flows of a Service', () => {
  it.each([
    'shop/udp-stale',
    'shop/udp-stale:echo',
    'shop/udp-stale:5353',
    '10.96.10.40',
    '10.96.10.40:5353',
  ])('are found by %s', async (svc) => {
    const { summary, items } = await ask([captured], { svc });
    expect(summary).toMatchObject({ flows: 8, live: 8, stale: 5, listed: 8 });
    expect(items.map(({ stale }) => stale)).toEqual([true, true, true, true, true, false, false, false]);
  });

  it('are those of all its addresses, with node ports and both families', async () => {
    const { summary, items } = await ask([captured], { svc: 'dual', namespace: 'shop' });
    const all = await ask([captured]);
    const own = all.items.filter(({ service }) => service?.name === 'dual');
    expect(new Set(items.map(({ line: number }) => number))).toEqual(
      new Set(own.map(({ line: number }) => number)),
    );
    expect(new Set(items.map(({ via }) => via))).toEqual(new Set(['clusterIP', 'nodePort']));
    expect(summary.services.map(({ family }) => family)).toEqual(['ipv6']);
  });

  it('stand beside the share that the rules give each endpoint', async () => {
    const { summary } = await ask([captured], { svc: 'shop/web' });
    const [service] = summary.services;
    expect(service?.endpoints).toHaveLength(3);
    for (const { share, flows } of service?.endpoints ?? []) {
      expect(share).toBeCloseTo(1 / 3, 6);
      expect(flows).toBeGreaterThan(0);
    }
  });

  it('include an endpoint that no flow goes to', async () => {
    const { summary } = await ask([[line({ asked: '10.96.10.1:80', answers: '10.244.1.11:8080' })]], {
      svc: 'shop/web',
    });
    expect(summary.services[0]?.endpoints.map(({ address, flows }) => [address, flows])).toEqual([
      ['10.244.1.11', 1],
      ['10.244.1.12', 0],
      ['10.244.2.11', 0],
    ]);
  });

  it.each([
    ['shop/nosuch', /no Service shop\/nosuch/],
    ['shop/web:99', /no such port; it has 80\/tcp/],
    ['shop/web-headless', /headless/],
    ['what is this', /neither NAMESPACE\/SERVICE/],
    ['10.96.0.10:99999', /not a port/],
  ])('%s is refused with the way out', async (svc, message) => {
    await expect(ask([captured], { svc })).rejects.toThrow(message);
  });
});

describe('selecting flows', () => {
  it('by client, endpoint, state and problem, each exactly', async () => {
    const { items: all } = await ask([captured]);
    const lines = (list: typeof all): number[] =>
      list.map(({ line: number }) => number).sort((a, b) => a - b);
    const by = async (question: object) => lines((await ask([captured], question)).items);
    expect(await by({ client: 'shop/client-a' })).toEqual(
      lines(all.filter(({ client }) => client.pod === 'client-a')),
    );
    expect(await by({ client: '192.168.100.50' })).toEqual(
      lines(all.filter(({ client }) => client.address === '192.168.100.50')),
    );
    expect(await by({ endpoint: '10.244.1.11:5353' })).toEqual(
      lines(all.filter(({ reply: { source } }) => source.address === '10.244.1.11' && source.port === 5353)),
    );
    expect(await by({ state: 'time_wait' })).toEqual(lines(all.filter(({ state }) => state === 'TIME_WAIT')));
    expect(await by({ state: 'UNREPLIED' })).toEqual(
      lines(all.filter(({ status }) => status.includes('UNREPLIED'))),
    );
    expect(await by({ problem: 'stale' })).toEqual(lines(all.filter(({ stale }) => stale)));
    expect(await by({ problem: 'unreplied' })).toEqual(
      lines(all.filter(({ problems }) => problems.some(({ code }) => code === 'unreplied'))),
    );
    expect(await by({ problem: 'stale', client: '192.168.100.50' })).toHaveLength(4);
  });

  it('in a listing of -o save as in any other', async () => {
    const saved = (port: number, to: string) =>
      `-A -t 99 -u SEEN_REPLY -s 10.244.1.13 -d 10.96.0.10 -g ${to} -q 10.244.1.13 -p udp --sport ${port} --dport 53 --reply-port-src 53 --reply-port-dst ${port}`;
    const lines = [saved(40000, '10.244.1.15'), saved(40001, '10.244.9.9')];
    for (const question of [{}, { svc: 'kube-system/kube-dns' }]) {
      const { summary, items } = await ask([lines], question);
      expect(summary).toMatchObject({ flows: 2, stale: 1, unreadable: 0 });
      expect(items.map(({ stale, mark, endpoint }) => [stale, mark, endpoint?.address])).toEqual([
        [true, null, '10.244.9.9'],
        [false, null, '10.244.1.15'],
      ]);
    }
  });

  it('refuses what it does not know', async () => {
    await expect(ask([captured], { problem: 'bad' })).rejects.toThrow(/--problem bad is none of any, stale/);
    await expect(ask([captured], { client: 'shop/nobody' })).rejects.toThrow(/no pod shop\/nobody/);
  });

  it('lists the worst first, up to the limit, the same at every run', async () => {
    const whole = await ask([captured]);
    const few = await ask([captured], { limit: 12 });
    expect(few.items).toEqual(whole.items.slice(0, 12));
    expect(few.summary).toMatchObject({ flows: 216, listed: 12, stale: 9 });
    expect(whole.summary).toMatchObject({ flows: 216, listed: 216, entries: 216 });
  });
});

describe('several listings of one node', () => {
  it('count a flow once, as the first listing has it', async () => {
    const six = captured.filter((text) => text.includes('src=fd00'));
    const alone = await ask([captured]);
    const both = await ask([captured, six]);
    expect(both.summary.flows).toBe(alone.summary.flows);
    expect(both.items).toEqual(alone.items);
    const parted = await ask([captured.filter((text) => !six.includes(text)), six]);
    expect(parted.summary.flows).toBe(alone.summary.flows);
  });
});
