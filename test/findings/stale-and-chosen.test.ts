import { describe, expect, it } from 'vitest';
import { printCommand } from '../../src/command/quote.ts';
import { type Edit, findIn, insertRules } from './altered-capture.ts';

interface Slice {
  readonly metadata: { readonly labels?: { readonly 'kubernetes.io/service-name'?: string } };
  readonly endpoints: readonly object[];
}

/** The API has one endpoint of shop/udp-echo less than the rules. */
const WITHOUT_ONE: Edit = [
  'endpointslices.json',
  (text) => {
    const list: { items: Slice[] } = JSON.parse(text);
    const items = list.items.map((slice) =>
      slice.metadata.labels?.['kubernetes.io/service-name'] === 'udp-echo'
        ? { ...slice, endpoints: slice.endpoints.slice(1) }
        : slice,
    );
    return JSON.stringify({ ...list, items });
  },
];

async function advice(edits: readonly Edit[], service: string): Promise<string[]> {
  const found = await findIn(edits);
  return found
    .filter(({ code, message }) => code === 'KP101' && message.includes(`of ${service}:`))
    .map((finding) => finding.advice ?? '');
}

describe('what to do with flows to an endpoint that is gone', () => {
  it('is no clearing first where the rules still send new ones there', async () => {
    const [told, ...more] = await advice([WITHOUT_ONE], 'shop/udp-echo');
    expect(more).toEqual([]);
    expect(told).toMatch(/^first see why kube-proxy does not write its rules: .*may be sent there again/);
  });

  it('is clearing them where the rules do not', async () => {
    const [told] = await advice([], 'shop/udp-stale');
    expect(told).toMatch(/^delete these entries: the next packet .* endpoint of today/);
  });
});

describe('which entries does the command delete', () => {
  const STUCK = (port: number, zone: string): string =>
    `udp 17 28 src=10.244.1.13 dst=10.96.10.31 sport=${port} dport=5353 src=10.244.1.99 dst=10.244.1.13 sport=5353 dport=${port} [ASSURED] mark=0 ${zone}use=1\n`;

  async function commands(...lines: readonly string[]): Promise<string[]> {
    const found = await findIn([['conntrack.txt', (text) => `${text}${lines.join('')}`]]);
    return found
      .filter(({ code, message }) => code === 'KP101' && message.includes('10.244.1.99'))
      .map(({ command }) => (command === null ? '' : printCommand(command)));
  }

  const EACH = 'conntrack -D -p udp -d 10.96.10.31 --dport 5353 -r 10.244.1.99 --reply-port-src 5353';

  it('those of the zone that the flows are of', async () => {
    expect(await commands(STUCK(40001, 'zone=5 '))).toEqual([`${EACH} -w 5`]);
    expect(await commands(STUCK(40001, ''))).toEqual([`${EACH} -w 0`]);
  });

  it('those of each of their zones', async () => {
    expect(await commands(STUCK(40001, ''), STUCK(40002, 'zone=5 '))).toEqual([`${EACH} -w 0; ${EACH} -w 5`]);
  });

  const AT = (address: string): string =>
    STUCK(40001, '').replace('10.96.10.31', address).replace('dport=5353', 'dport=30099');
  const EACH_AT = (address: string): string =>
    `conntrack -D -p udp -d ${address} --dport 30099 -r 10.244.1.99 --reply-port-src 5353 -w 0`;

  it('those of each address that was asked for', async () => {
    expect(await commands(STUCK(40001, ''), AT('192.168.100.11'))).toEqual([
      `${EACH} -w 0; ${EACH_AT('192.168.100.11')}`,
    ]);
  });

  it('those of no zone alone, where entries of the table have one in one direction', async () => {
    const [told] = await commands(STUCK(40001, ''), STUCK(40001, '').replace('[', 'zone-orig=7 ['));
    expect(told).toContain(`${EACH} -w 0 --orig-zone 0 --reply-zone 0`);
  });
});

describe('the command for flows that are stuck', () => {
  const flow = (client: string, port: number): string =>
    `udp      17 119 src=${client} dst=10.96.10.31 sport=${port} dport=5353 src=10.96.10.31 dst=${client} sport=5353 dport=${port} [ASSURED] mark=0 use=1\n`;
  const exempts = insertRules('nat', 'PREROUTING', '-s 192.168.100.60/32 -j ACCEPT');

  async function told(...flows: readonly string[]): Promise<{ command: string | null; advice: string }> {
    const found = await findIn([exempts, ['conntrack.txt', (text) => `${text}${flows.join('')}`]]);
    const [one, ...more] = found.filter(
      ({ code, message }) => code === 'KP101' && message.includes('of shop/udp-echo:'),
    );
    if (one === undefined || more.length > 0) throw new Error('not one finding');
    return { command: one.command === null ? null : printCommand(one.command), advice: one.advice };
  }

  it('deletes all that go one way, where all of these are stuck', async () => {
    const { command } = await told(flow('192.168.100.50', 41000), flow('192.168.100.51', 41000));
    expect(command).toBe(
      'conntrack -D -p udp -d 10.96.10.31 --dport 5353 -r 10.96.10.31 --reply-port-src 5353 -w 0',
    );
  });

  it('deletes the one flow alone, where others that go the same way are not stuck', async () => {
    const { command } = await told(flow('192.168.100.60', 40000), flow('192.168.100.50', 41000));
    expect(command).toBe(
      'conntrack -D -p udp -s 192.168.100.50 -d 10.96.10.31 --sport 41000 --dport 5353 -w 0',
    );
  });

  it('is none for several among others that are not stuck: each has its own', async () => {
    const { command, advice: text } = await told(
      ...[41000, 41001].map((port) => flow('192.168.100.50', port)),
      flow('192.168.100.60', 40000),
    );
    expect(command).toBeNull();
    expect(text).toMatch(/one by one \(`kp-explain conntrack --problem stale` has the command of each\)/);
  });
});
