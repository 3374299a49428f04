import { describe, expect, it } from 'vitest';
import type { FlowTable } from '../../src/conntrack/flow-table.ts';
import { NO_FLOWS } from '../../src/conntrack/flow-table.ts';
import { joinFlows } from '../../src/conntrack/join-flows.ts';
import { parseFlows } from '../../src/conntrack/parse-conntrack.ts';
import { type Address, parseAddress } from '../../src/net/address.ts';
import { ProblemList } from '../../src/problems/problem.ts';

const LISTING = `udp      17 119 src=192.168.100.11 dst=10.96.0.10 sport=54766 dport=53 src=10.244.1.15 dst=10.244.1.1 sport=53 dport=10478 [ASSURED] mark=0 use=1
tcp      6 431997 ESTABLISHED src=10.244.1.13 dst=10.96.0.1 sport=33764 dport=80 src=10.244.2.110 dst=10.244.1.13 sport=8080 dport=33764 [ASSURED] mark=0 use=1
tcp      6 431997 ESTABLISHED src=10.244.1.13 dst=10.96.0.10 sport=33764 dport=53 src=10.244.1.15 dst=10.244.1.13 sport=53 dport=33764 [ASSURED] mark=0 use=1
ipv6     10 tcp      6 9 CLOSE src=fd00:0192:0168:0100:0000:0000:0000:0050 dst=fd00:0192:0168:0100:0000:0000:0000:0011 sport=42710 dport=30101 src=fd00:0010:0244:0001:0000:0000:0000:0012 dst=fd00:0010:0244:0001:0000:0000:0000:0001 sport=8080 dport=10159 [ASSURED] mark=0 zone=0 use=2
icmp     1 27 src=10.244.1.13 dst=10.244.2.12 type=8 code=0 id=321 src=10.244.2.12 dst=10.244.1.13 type=0 code=0 id=321 mark=0 use=1
udp      17 9 src=10.0.0.1 dst=10.96.0.10 sport=1000 dport=53 zone-orig=7 [UNREPLIED] src=10.0.0.2 dst=10.0.0.1 sport=53 dport=1000 mark=0 use=1
unknown  112 299 src=10.0.0.1 dst=10.0.0.2 [UNREPLIED] src=10.0.0.2 dst=10.0.0.1 mark=0 use=1
`;

function ip(text: string): Address {
  const address = parseAddress(text);
  if (address === null) throw new Error(text);
  return address;
}

function tableOf(text: string, name = 'conntrack.txt'): { table: FlowTable; problems: ProblemList } {
  const problems = new ProblemList();
  return { table: parseFlows({ name, bytes: Buffer.from(text) }, problems), problems };
}

function find(table: FlowTable, protocol: number, from: string, to: string, zone?: number) {
  const [source = '', sourcePort] = from.split(' ');
  const [destination = '', destinationPort] = to.split(' ');
  const found = table.findFlow({
    protocol,
    source: ip(source),
    sourcePort: sourcePort === undefined ? null : Number(sourcePort),
    destination: ip(destination),
    destinationPort: destinationPort === undefined ? null : Number(destinationPort),
    ...(zone === undefined ? {} : { zone }),
  });
  return found === null ? null : `${found.direction} line ${found.flow.line}`;
}

describe('which flows have an end at an address and port', () => {
  it.each([
    ['as the end of answers', 17, '10.244.1.1', 10478, [1]],
    ['as the end of questions', 6, '10.96.0.1', 80, [2]],
    ['in the full form of /proc', 6, 'fd00:10:244:1::1', 10159, [4]],
    ['not the address with another port', 6, '10.96.0.1', 8080, []],
    ['nor the port with another address', 17, '10.244.1.2', 10478, []],
    ['nor with another protocol', 6, '10.244.1.1', 10478, []],
  ])('%s', (_, protocol, destination, destinationPort, lines) => {
    const { table } = tableOf(LISTING);
    const query = { protocol, destination: ip(destination), destinationPort };
    expect(table.flowsAt(query).map(({ line }) => line)).toEqual(lines);
    expect(joinFlows([table, tableOf('').table]).flowsAt(query)).toHaveLength(lines.length);
    const realigned = tableOf(LISTING.replaceAll(' dst=', '   dst=')).table;
    expect(realigned.flowsAt(query).map(({ line }) => line)).toEqual(lines);
  });
});

describe('which flow does a packet belong to', () => {
  const { table } = tableOf(LISTING);

  it('finds the original direction and the reply', () => {
    expect(find(table, 6, '10.244.1.13 33764', '10.96.0.1 80')).toBe('original line 2');
    expect(find(table, 6, '10.244.2.110 8080', '10.244.1.13 33764')).toBe('reply line 2');
    expect(find(table, 17, '10.244.1.15 53', '10.244.1.1 10478')).toBe('reply line 1');
  });

  it('does not take a longer port, another protocol or swapped addresses for the flow', () => {
    expect(find(table, 6, '10.244.1.13 33764', '10.96.0.1 8')).toBeNull();
    expect(find(table, 17, '10.244.1.13 33764', '10.96.0.1 80')).toBeNull();
    expect(find(table, 6, '10.96.0.1 80', '10.244.1.13 33764')).toBeNull();
  });

  it('finds IPv6 in the full form of /proc', () => {
    expect(find(table, 6, 'fd00:192:168:100::50 42710', 'fd00:192:168:100::11 30101')).toBe(
      'original line 4',
    );
    expect(find(table, 6, 'fd00:10:244:1::12 8080', 'fd00:10:244:1::1 10159')).toBe('reply line 4');
  });

  it('looks in the zone that counts in that direction', () => {
    expect(find(table, 17, '10.0.0.1 1000', '10.96.0.10 53')).toBeNull();
    expect(find(table, 17, '10.0.0.1 1000', '10.96.0.10 53', 7)).toBe('original line 6');
    expect(find(table, 17, '10.0.0.2 53', '10.0.0.1 1000')).toBe('reply line 6');
    expect(find(table, 17, '10.0.0.2 53', '10.0.0.1 1000', 7)).toBeNull();
  });

  it('needs type, code and id for ICMP, and addresses alone for protocols without ports', () => {
    const query = {
      protocol: 1,
      source: ip('10.244.1.13'),
      sourcePort: null,
      destination: ip('10.244.2.12'),
      destinationPort: null,
    };
    expect(table.findFlow(query)).toBeNull();
    expect(table.findFlow({ ...query, icmp: { type: 8, code: 0, id: 321 } })?.flow.line).toBe(5);
    expect(table.findFlow({ ...query, icmp: { type: 8, code: 0, id: 322 } })).toBeNull();
    expect(find(table, 112, '10.0.0.2', '10.0.0.1')).toBe('reply line 7');
  });

  it('finds no flow for a connection whose source port is not known', () => {
    expect(find(table, 6, '10.244.1.13', '10.96.0.1 80')).toBeNull();
  });

  it('reads every line where blanks were realigned by hand', () => {
    const { table: realigned } = tableOf(LISTING.replaceAll(/ +dst=/g, '    dst='));
    expect(find(realigned, 6, '10.244.1.13 33764', '10.96.0.1 80')).toBe('original line 2');
    expect(
      realigned.flowsTo({ protocol: 6, destination: ip('10.96.0.10'), destinationPort: 53 }),
    ).toHaveLength(1);
  });
});

describe('which flows go to a destination', () => {
  const { table } = tableOf(LISTING);

  it('lists those whose client asked for it, in any zone, in the order of the file', () => {
    const flows = table.flowsTo({ protocol: 17, destination: ip('10.96.0.10'), destinationPort: 53 });
    expect(flows.map((flow) => flow.line)).toEqual([1, 6]);
  });

  it('tells 10.96.0.1 from 10.96.0.10, and does not list replies', () => {
    const to = (address: string) =>
      table
        .flowsTo({ protocol: 6, destination: ip(address), destinationPort: null })
        .map((flow) => flow.line);
    expect(to('10.96.0.1')).toEqual([2]);
    expect(to('10.244.1.13')).toEqual([]);
    expect(to('fd00:192:168:100::11')).toEqual([4]);
  });

  it('keeps to one client where asked', () => {
    const query = { protocol: 17, destination: ip('10.96.0.10'), destinationPort: 53 };
    expect(table.flowsTo({ ...query, source: ip('10.0.0.1') })).toHaveLength(1);
    expect(table.flowsTo({ ...query, source: ip('10.0.0.9') })).toEqual([]);
    expect(table.flowsTo({ ...query, source: null })).toHaveLength(2);
  });
});

describe('reading all flows', () => {
  it('counts entries and numbers lines', () => {
    const { table, problems } = tableOf(LISTING);
    expect(table.count).toBe(7);
    expect([...table.all()].map((flow) => flow.line)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(problems.list()).toEqual([]);
  });

  it('passes over summaries and blank lines in silence', () => {
    const summary = 'conntrack v1.4.6 (conntrack-tools): 7 flow entries have been shown.\n';
    const { table, problems } = tableOf(`${summary}\n\n${LISTING}\n${summary}`);
    expect(table.count).toBe(7);
    expect([...table.all()].at(0)?.line).toBe(4);
    expect(problems.list()).toEqual([]);
  });

  it('reads xml', () => {
    const { table, problems } = tableOf(
      '<?xml version="1.0" encoding="utf-8"?>\n<conntrack>\n<flow><meta direction="original"><layer3 protonum="10" protoname="ipv6"><src>fd00::1</src><dst>fd00::2</dst></layer3><layer4 protonum="17" protoname="udp"><sport>1000</sport><dport>53</dport></layer4></meta><meta direction="reply"><layer3 protonum="10" protoname="ipv6"><src>fd00::3</src><dst>fd00::1</dst></layer3><layer4 protonum="17" protoname="udp"><sport>53</sport><dport>1000</dport></layer4></meta><meta direction="independent"><timeout>29</timeout><unreplied/></meta></flow>\n</conntrack>\n',
    );
    expect(table.count).toBe(1);
    expect(find(table, 17, 'fd00::1 1000', 'fd00::2 53')).toBe('original line 3');
    expect(table.flowsTo({ protocol: 17, destination: ip('fd00::2'), destinationPort: 53 })).toHaveLength(1);
    expect(problems.list()).toEqual([]);
  });

  it('reads -o save, and searches it for what nat wrote, too', () => {
    const lines = [
      '-A -t 99 -u SEEN_REPLY -s 10.0.0.1 -d 10.96.0.10 -g 10.0.0.5 -q 10.0.0.1 -p udp --sport 4000 --dport 53 --reply-port-src 5353 --reply-port-dst 4000',
      '-A -t 99 -u SEEN_REPLY -s 10.0.0.1 -d 10.96.0.1 -g 10.0.0.5 -n 10.0.0.9 -p udp --sport 4001 --dport 53 --reply-port-src 5353 --reply-port-dst 1024',
      '-A -t 99 -u SEEN_REPLY -s 10.0.0.1 -d 10.0.0.7 -r 10.0.0.7 -n 10.0.0.9 -p tcp --sport 4001 --dport 531 --reply-port-src 531 --reply-port-dst 10240 --state ESTABLISHED',
      '-A -t 29 -u UNSET -s fd00::1 -d fd00::2 -r fd00::2 -q fd00::1 -p udp --sport 1 --dport 53 --reply-port-src 53 --reply-port-dst 1',
    ];
    for (const listing of [lines, lines.map((text) => text.replaceAll(' -', '  -'))]) {
      const { table, problems } = tableOf(`${listing.join('\n')}\n`);
      expect(table.count).toBe(4);
      expect(find(table, 17, '10.0.0.1 4000', '10.96.0.10 53')).toBe('original line 1');
      expect(find(table, 17, '10.0.0.5 5353', '10.0.0.1 4000')).toBe('reply line 1');
      expect(find(table, 17, '10.0.0.5 5353', '10.0.0.9 1024')).toBe('reply line 2');
      expect(find(table, 6, '10.0.0.7 531', '10.0.0.9 10240')).toBe('reply line 3');
      expect(find(table, 17, 'fd00::2 53', 'fd00::1 1')).toBe('reply line 4');
      expect(find(table, 17, '10.0.0.1 400', '10.96.0.10 53')).toBeNull();
      const to = (destination: string, destinationPort: number) => ({
        protocol: 17,
        destination: ip(destination),
        destinationPort,
      });
      expect(table.flowsTo(to('10.96.0.1', 53)).map(({ line }) => line)).toEqual([2]);
      expect(table.flowsAt(to('10.0.0.9', 1024)).map(({ line }) => line)).toEqual([2]);
      expect(table.flowsAt(to('10.0.0.1', 4000)).map(({ line }) => line)).toEqual([1]);
      expect(problems.list()).toEqual([]);
    }
  });

  it('takes no flow from what -E -o save tells: it may be over by the end', () => {
    const rest =
      '-t 30 -u UNSET -s 10.0.0.1 -d 10.0.0.2 -r 10.0.0.2 -q 10.0.0.1 -p udp --sport 40000 --dport 53 --reply-port-src 53 --reply-port-dst 40000';
    const { table, problems } = tableOf(`-A ${rest}\n-D ${rest}\n`);
    expect([...table.all()]).toEqual([]);
    expect(problems.list()).toMatchObject([
      { code: 'unreadable-line', line: 1 },
      { code: 'unreadable-line', line: 2 },
    ]);
  });

  it('does not take the last line of a cut listing of -o save for a flow', () => {
    const whole =
      '-A -t 99 -u SEEN_REPLY -s 10.0.0.1 -d 10.0.0.2 -r 10.0.0.2 -q 10.0.0.1 -p udp --sport 40001 --dport 53 --reply-port-src 53 --reply-port-dst 40001';
    // A port has five digits at most; of fewer nothing tells that no other followed.
    expect([...tableOf(whole).table.all()]).toHaveLength(1);
    const { table, problems } = tableOf(whole.slice(0, -1));
    expect([...table.all()]).toEqual([]);
    expect(problems.list()).toMatchObject([{ code: 'truncated', line: 1 }]);
  });

  it('reports an unreadable line once, when it is met, and goes on', () => {
    const { table, problems } = tableOf(`tcp 6 nonsense src=10.9.9.9 dst=banana\n${LISTING}`);
    expect(find(table, 6, '10.244.1.13 33764', '10.96.0.1 80')).toBe('original line 3');
    expect(problems.list()).toEqual([]);
    expect([...table.all()]).toHaveLength(7);
    expect([...table.all()]).toHaveLength(7);
    expect(problems.list()).toMatchObject([{ code: 'unreadable-line', file: 'conntrack.txt', line: 1 }]);
  });

  it('does not take the last line of a cut listing for a flow', () => {
    const { table, problems } = tableOf(LISTING.slice(0, LISTING.indexOf('dport=33764 [ASSURED]') + 9));
    expect([...table.all()].map((flow) => flow.line)).toEqual([1]);
    expect(problems.list()).toMatchObject([{ code: 'truncated', line: 2 }]);
  });

  it('reads a last line without its newline', () => {
    const { table, problems } = tableOf(LISTING.trimEnd());
    expect([...table.all()]).toHaveLength(7);
    expect(problems.list()).toEqual([]);
  });

  it('survives an empty file, binary data and a line of megabytes', () => {
    expect([...tableOf('').table.all()]).toEqual([]);
    expect(tableOf('').table.count).toBe(0);
    const binary = tableOf('\0\x01\xff\n\0\0');
    expect([...binary.table.all()]).toEqual([]);
    expect(binary.problems.list().length).toBeGreaterThan(0);
    const long = tableOf(`tcp 6 1 X src=1.1.1.1 ${'dst=2.2.2.2 '.repeat(300_000)}\n${LISTING}`);
    expect([...long.table.all()]).toHaveLength(7);
    expect(long.problems.list()).toMatchObject([{ code: 'unreadable-line', line: 1 }]);
  });

  it('numbers lines far into a large listing, in any order of asking', () => {
    const line = LISTING.split('\n')[1] ?? '';
    const other = `${line.replaceAll('33764', '33765')}\n`;
    const { table } = tableOf(
      `${`${line}\n`.repeat(15_000)}${other}${`${line}\n`.repeat(15_000)}${other.replaceAll('33765', '33766')}`,
    );
    expect(find(table, 6, '10.244.1.13 33766', '10.96.0.1 80')).toBe('original line 30002');
    expect(find(table, 6, '10.244.1.13 33765', '10.96.0.1 80')).toBe('original line 15001');
    expect(find(table, 6, '10.244.1.13 33764', '10.96.0.1 80')).toBe('original line 1');
    expect(table.count).toBe(30_002);
  });
});

describe('several listings of one node', () => {
  it('are asked in turn, and an entry of both counts once', () => {
    const first = tableOf(LISTING).table;
    const both = tableOf(
      `${LISTING.split('\n')[1]}\n${(LISTING.split('\n')[1] ?? '').replaceAll('33764', '5')}\n`,
      'conntrack6.txt',
    ).table;
    const joined = joinFlows([first, both]);
    expect([...joined.all()]).toHaveLength(8);
    expect(joined.flowsTo({ protocol: 6, destination: ip('10.96.0.1'), destinationPort: 80 })).toHaveLength(
      2,
    );
    expect(find(joined, 6, '10.244.1.13 5', '10.96.0.1 80')).toBe('original line 2');
    expect(find(joined, 6, '10.244.1.13 6', '10.96.0.1 80')).toBeNull();
    expect(joined.count).toBe(9);
  });

  it('none at all is an empty table', () => {
    expect(joinFlows([])).toBe(NO_FLOWS);
    expect([...NO_FLOWS.all()]).toEqual([]);
  });
});
