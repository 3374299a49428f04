import { execFileSync, spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { printCommand } from '../../../src/command/quote.ts';
import { parseFlowLine } from '../../../src/conntrack/parse-flow-line.ts';
import { clearCommand, clearPlaceCommand } from '../../../src/explain/flows/clear-command.ts';
import { parseAddress } from '../../../src/net/address.ts';

const NAME = `kpxf${process.pid}`;
const canAsk =
  process.getuid?.() === 0 &&
  spawnSync('conntrack', ['-V']).status === 0 &&
  spawnSync('ip', ['netns', 'add', NAME]).status === 0;

/** Entries that differ from each other in one thing each, so that a loose filter takes a neighbour along. */
const ENTRIES = [
  '-p udp -s 10.0.0.1 -d 10.96.0.10 --sport 4000 --dport 53 --dst-nat 10.0.0.5',
  '-p udp -s 10.0.0.1 -d 10.96.0.10 --sport 4001 --dport 53 --dst-nat 10.0.0.5',
  '-p udp -s 10.0.0.1 -d 10.96.0.10 --sport 4001 --dport 54 --dst-nat 10.0.0.5',
  '-p udp -s 10.0.0.1 -d 10.96.0.11 --sport 4001 --dport 53 --dst-nat 10.0.0.7',
  '-p udp -s 10.0.0.2 -d 10.96.0.10 --sport 4001 --dport 53 --dst-nat 10.0.0.6',
  '-p udp -s 10.0.0.1 -d 10.96.0.10 --sport 4001 --dport 53 -w 5',
  '-p udp -s 10.0.0.1 -d 10.96.0.10 --sport 4009 --dport 53 --orig-zone 7',
  '-p udp -s 10.0.0.1 -d 10.96.0.10 --sport 4011 --dport 53 --dst-nat 10.0.0.5 -w 5',
  '-p udp -s 10.0.0.1 -d 10.96.0.10 --sport 4012 --dport 53 --dst-nat 10.0.0.5 --orig-zone 7',
  '-p udp -s 10.0.0.1 -d 10.96.0.10 --sport 4013 --dport 53 --dst-nat 10.0.0.5 --reply-zone 7',
  '-p tcp -s 10.0.0.1 -d 10.96.0.10 --sport 4001 --dport 53 --state ESTABLISHED',
  '-p sctp -s 10.0.0.1 -d 10.96.0.10 --sport 4001 --dport 53 --state ESTABLISHED --orig-vtag 1 --reply-vtag 2',
  '-p udplite -s 10.0.0.1 -d 10.96.0.10 --sport 4001 --dport 53',
  '-p icmp -s 10.0.0.1 -d 10.96.0.10 --icmp-type 8 --icmp-code 0 --icmp-id 77',
  '-p icmp -s 10.0.0.1 -d 10.96.0.10 --icmp-type 8 --icmp-code 0 --icmp-id 78',
  '-p udp -s fd00::1 -d fd00::10 --sport 4001 --dport 53',
  '-p udp -s fd00::1 -d fd00::10 --sport 4002 --dport 53',
  '-p icmpv6 -s fd00::1 -d fd00::10 --icmpv6-type 128 --icmpv6-code 0 --icmpv6-id 77',
];

function run(command: string): string {
  const [program = '', ...words] = command.split(' ');
  return execFileSync('ip', ['netns', 'exec', NAME, program, ...words], { encoding: 'utf8', stdio: 'pipe' });
}

/** Every entry's line, without the seconds that it has left. */
function entries(): string[] {
  return run('conntrack -L')
    .split('\n')
    .filter((line) => line.includes('src='))
    .map((line) => line.replace(/^(\S+ +\d+) \d+ /, '$1 9 '))
    .sort();
}

function fill(): void {
  spawnSync('ip', ['netns', 'exec', NAME, 'conntrack', '-F']);
  for (const entry of ENTRIES) run(`conntrack -I -t 300 ${entry}`);
}

describe.skipIf(!canAsk)('the printed conntrack -D', () => {
  beforeAll(() => run('ip link set lo up'));
  afterAll(() => {
    spawnSync('ip', ['netns', 'del', NAME]);
  });

  it('of a flow without a zone leaves one that differs in the zone of its original direction alone', () => {
    spawnSync('ip', ['netns', 'exec', NAME, 'conntrack', '-F']);
    const entry = '-p udp -s 10.0.0.1 -d 10.96.0.10 --sport 4001 --dport 53';
    run(`conntrack -I -t 300 ${entry} --dst-nat 10.0.0.5`);
    run(`conntrack -I -t 300 ${entry} --dst-nat 10.0.0.6 --orig-zone 7`);
    const all = entries();
    const flow = parseFlowLine(all.find((line) => !line.includes('zone')) ?? '', 'x', 1);
    const command = flow === null ? null : clearCommand(flow, true);
    expect(all).toHaveLength(2);
    run(command === null ? 'false' : printCommand(command));
    expect(entries()).toEqual(all.filter((line) => line.includes('zone-orig=7')));
  });

  it('of each flow deletes that flow and no other', () => {
    fill();
    const all = entries();
    expect(all).toHaveLength(ENTRIES.length);
    for (const line of all) {
      const flow = parseFlowLine(line, 'x', 1);
      if (flow === null) throw new Error(`not read: ${line}`);
      const command = clearCommand(flow);
      if (command === null) throw new Error(`no command: ${line}`);
      const text = printCommand(command);
      fill();
      run(text);
      expect(entries(), text).toEqual(all.filter((other) => other !== line));
    }
  });

  /** Whether a line is of an entry from 10.96.0.10:53 to 10.0.0.5. */
  const isOfPlace = (line: string): boolean =>
    /^udp .*dst=10\.96\.0\.10 sport=\d+ dport=53 .*\[UNREPLIED\] src=10\.0\.0\.5/.test(line);

  it('of a destination and an endpoint without a zone leaves what has one in one direction', () => {
    fill();
    const all = entries();
    const [destination, to] = [parseAddress('10.96.0.10'), parseAddress('10.0.0.5')];
    if (destination === null || to === null) throw new Error('not addresses');
    const command = clearPlaceCommand(17, destination, 53, to, 53, undefined, true);
    run(command === null ? 'false' : printCommand(command));
    const left = all.filter((line) => !(isOfPlace(line) && !line.includes('zone')));
    expect(entries()).toEqual(left);
    expect(left.length).toBeLessThan(all.length);
  });

  it.each([
    // What has a zone in one direction alone is of zone 0, too, as conntrack asks.
    [['zone=0'], /^(?!.*zone=)/, ' -w 0'],
    [['zone=5'], /zone=5/, ' -w 5'],
    [['zone-orig=7'], /zone-orig=7/, ' --orig-zone 7'],
    [['zone-reply=7'], /zone-reply=7/, ' --reply-zone 7'],
    [['zone=0', 'zone=5', 'zone=5'], /^/, ' -w 0; … -w 5'],
    [['zone=0', 'zone=5', 'zone=6', 'zone=7', 'zone=8'], /^/, ''],
  ])('of a destination and an endpoint in %s deletes all of these and no other', (zones, isInZone, tail) => {
    fill();
    const all = entries();
    const [destination, to] = [parseAddress('10.96.0.10'), parseAddress('10.0.0.5')];
    if (destination === null || to === null) throw new Error('not addresses');
    const flows = zones.map((zone) => {
      const [orig, reply] = [
        zone.startsWith('zone-orig') ? zone : '',
        zone.startsWith('zone-reply') ? zone : '',
      ];
      const both = orig === '' && reply === '' ? zone : '';
      const flow = parseFlowLine(
        `udp 17 9 src=10.0.0.1 dst=10.96.0.10 sport=4000 dport=53 ${orig} src=10.0.0.5 dst=10.0.0.1 sport=53 dport=4000 ${reply} mark=0 ${both} use=1`,
        'x',
        1,
      );
      if (flow === null) throw new Error('not read');
      return flow;
    });
    const command = clearPlaceCommand(17, destination, 53, to, 53, flows);
    const text = command === null ? '' : printCommand(command);
    const each = 'conntrack -D -p udp -d 10.96.0.10 --dport 53 -r 10.0.0.5 --reply-port-src 53';
    expect(text).toBe(`${each}${tail.replace('…', each)}`);
    for (const one of text.split('; ')) run(one);
    expect(entries()).toEqual(all.filter((line) => !(isOfPlace(line) && isInZone.test(line))));
    expect(entries().length).toBeLessThan(all.length);
  });
});
