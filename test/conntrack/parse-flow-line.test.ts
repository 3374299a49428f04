import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isConntrack, parseFlowLine } from '../../src/conntrack/parse-conntrack.ts';
import { formatAddress } from '../../src/net/address.ts';

const TCP =
  'tcp      6 431997 ESTABLISHED src=10.244.1.13 dst=10.96.10.21 sport=33764 dport=80 src=10.244.2.110 dst=10.244.1.13 sport=8080 dport=33764 [ASSURED] mark=0 use=1';

function read(line: string) {
  return parseFlowLine(line, 'conntrack.txt', 7);
}

describe('one line of conntrack -L', () => {
  it('gives both directions, the state and the place', () => {
    const flow = read(TCP);
    expect(flow).toMatchObject({
      protocol: 6,
      state: 'ESTABLISHED',
      timeoutSeconds: 431997,
      status: ['ASSURED'],
      original: { sourcePort: 33764, destinationPort: 80, icmp: null, packets: null, bytes: null },
      reply: { sourcePort: 8080, destinationPort: 33764 },
      mark: 0,
      zone: null,
      helper: null,
      secctx: null,
      id: null,
      labels: null,
      file: 'conntrack.txt',
      line: 7,
    });
    expect(flow && formatAddress(flow.original.destination)).toBe('10.96.10.21');
    expect(flow && formatAddress(flow.reply.source)).toBe('10.244.2.110');
  });

  it.each([
    ['-o extended', `ipv4     2 ${TCP}`],
    ['/proc', `ipv4     2 ${TCP.replace('mark=0 use=1', 'mark=0 zone=0 use=2')}`],
    ['-o id', `${TCP} id=1066697891`],
    ['Windows line ends', `${TCP}\r`],
    ['tabs', TCP.replaceAll(' ', '\t')],
    [
      '-o ktimestamp',
      TCP.replace('use=1', '[start=Sat Nov 21 11:00:30 2026] [stop=Sat Nov 21 11:00:31 2026] use=1'),
    ],
  ])('reads the same flow from %s', (_form, line) => {
    const expected = read(TCP);
    const flow = read(line);
    expect(flow?.original).toEqual(expected?.original);
    expect(flow?.reply).toEqual(expected?.reply);
    expect(flow?.status).toEqual(['ASSURED']);
    expect(flow?.timeoutSeconds).toBe(431997);
  });

  it.each([
    ['-o timestamp', TCP.replace('use=1', 'delta-time=86 use=1'), 86],
    [
      'xml',
      '<flow><meta direction="original"><layer3 protonum="2" protoname="ipv4"><src>10.0.0.1</src><dst>10.0.0.2</dst></layer3><layer4 protonum="17" protoname="udp"><sport>1</sport><dport>2</dport></layer4></meta><meta direction="reply"><layer3 protonum="2" protoname="ipv4"><src>10.0.0.2</src><dst>10.0.0.1</dst></layer3><layer4 protonum="17" protoname="udp"><sport>2</sport><dport>1</dport></layer4></meta><meta direction="independent"><timeout>27</timeout><mark>0</mark><use>1</use><id>1475402951</id><unreplied/><timestamp><start>1795279897710031519</start></timestamp><deltatime>2</deltatime></meta></flow>',
      2,
    ],
    ['without timestamps', TCP, null],
  ])('how old it is: %s', (_form, line, seconds) => {
    expect(read(line)?.ageSeconds).toBe(seconds);
  });

  it('keeps counters, zones, marks above 2^31, the helper, labels and the security context', () => {
    const flow = read(
      'tcp      6 299 SYN_SENT src=10.0.0.1 dst=10.0.0.2 sport=1000 dport=21 packets=12 bytes=3400 [UNREPLIED] src=10.1.0.2 dst=10.0.0.1 sport=21 dport=1000 packets=0 bytes=0 [ASSURED] mark=2147483649 zone=5 delta-time=0 secctx=system_u:object_r:unlabeled_t:s0 use=1 helper=ftp labels=a,b id=2328986800',
    );
    expect(flow).toMatchObject({
      status: ['UNREPLIED', 'ASSURED'],
      original: { packets: 12, bytes: 3400 },
      reply: { packets: 0, bytes: 0 },
      mark: 2147483649,
      zone: 5,
      secctx: 'system_u:object_r:unlabeled_t:s0',
      helper: 'ftp',
      labels: 'a,b',
      id: 2328986800,
    });
  });

  it('keeps a zone of one direction apart from a zone of both', () => {
    const there = read(
      'udp      17 299 src=10.0.0.1 dst=10.0.0.2 sport=1000 dport=53 zone-orig=7 packets=0 bytes=0 [UNREPLIED] src=10.0.0.2 dst=10.0.0.1 sport=53 dport=1000 packets=0 bytes=0 mark=0 use=1',
    );
    expect([there?.original.zone, there?.reply.zone, there?.zone]).toEqual([7, undefined, null]);
    const back = read(
      'udp      17 299 src=10.0.0.1 dst=10.0.0.2 sport=1000 dport=53 [UNREPLIED] src=10.0.0.2 dst=10.0.0.1 sport=53 dport=1000 zone-reply=8 mark=0 use=1',
    );
    expect([back?.original.zone, back?.reply.zone]).toEqual([undefined, 8]);
  });

  it('tells the id of an ICMP echo from the id of the entry', () => {
    const flow = read(
      'ipv4     2 icmp     1 27 src=10.244.1.13 dst=10.244.2.12 type=8 code=0 id=32197 src=10.244.2.12 dst=10.244.1.13 type=0 code=0 id=32197 mark=0 use=1 id=1314783284',
    );
    expect(flow?.original).toMatchObject({ icmp: { type: 8, code: 0, id: 32197 }, sourcePort: null });
    expect(flow?.reply.icmp).toEqual({ type: 0, code: 0, id: 32197 });
    expect(flow?.id).toBe(1314783284);
  });

  it('is none where the answer of an ICMP echo has lost its numbers, whose own id is then the entry’s', () => {
    const whole =
      'icmp     1 27 src=10.244.1.13 dst=10.244.2.12 type=8 code=0 id=7 src=10.244.2.12 dst=10.244.1.13 type=0 code=0 id=7 mark=0 use=1';
    expect(read(whole)).not.toBeNull();
    for (const lost of [' type=0 code=0 id=7', ' code=0 id=7', ' id=7'])
      expect(read(whole.replace(`${lost} mark`, ' mark')), lost).toBeNull();
    for (const lost of [' type=8 code=0 id=7', ' id=7'])
      expect(read(whole.replace(`${lost} src`, ' src')), lost).toBeNull();
  });

  it.each([
    [
      'GRE in /proc',
      47,
      'ipv4     2 gre      47 299 timeout=0, stream_timeout=0 src=10.0.0.1 dst=10.0.0.2 srckey=0x1 dstkey=0x2 [UNREPLIED] src=10.0.0.2 dst=10.0.0.1 srckey=0x2 dstkey=0x1 mark=0 zone=0 use=2',
    ],
    [
      'a protocol without a name',
      112,
      'unknown  112 299 src=10.0.0.1 dst=10.0.0.2 [UNREPLIED] src=10.0.0.2 dst=10.0.0.1 mark=0 use=1',
    ],
    [
      'a protocol /proc has no name for',
      33,
      'ipv4     2 unknown  33 299 src=10.0.0.1 dst=10.0.0.2 [UNREPLIED] src=10.0.0.2 dst=10.0.0.1 mark=0 zone=0 use=2',
    ],
    [
      'IGMP of an old kernel',
      2,
      'unknown  2 563 src=10.0.0.1 dst=224.0.0.1 [UNREPLIED] src=224.0.0.1 dst=10.0.0.1 use=1',
    ],
  ])('reads %s, which has no ports', (_name, protocol, line) => {
    const flow = read(line);
    expect(flow).toMatchObject({
      protocol,
      state: null,
      original: { sourcePort: null, destinationPort: null },
    });
    expect(flow?.timeoutSeconds).toBe(protocol === 2 ? 563 : 299);
  });

  it.each([
    [
      'sctp     132 299 ESTABLISHED src=10.0.0.1 dst=10.0.0.2 sport=1 dport=2 src=10.0.0.2 dst=10.0.0.1 sport=2 dport=1 mark=0 use=1',
      132,
      'ESTABLISHED',
    ],
    [
      'dccp     33 299 RESPOND src=10.0.0.1 dst=10.0.0.2 sport=1 dport=2 src=10.0.0.2 dst=10.0.0.1 sport=2 dport=1 mark=0 use=1',
      33,
      'RESPOND',
    ],
    [
      'udplite  136 299 src=10.0.0.1 dst=10.0.0.2 sport=1 dport=2 src=10.0.0.2 dst=10.0.0.1 sport=2 dport=1 mark=0 use=1',
      136,
      null,
    ],
  ])('reads the ports and state of %s', (line, protocol, state) => {
    expect(read(line)).toMatchObject({ protocol, state, original: { sourcePort: 1, destinationPort: 2 } });
  });

  it('reads an offloaded flow, for which the kernel prints no timeout', () => {
    const flow = read(
      'ipv4     2 tcp      6 src=10.0.0.1 dst=10.0.0.2 sport=1 dport=2 src=10.0.0.2 dst=10.0.0.1 sport=2 dport=1 [HW_OFFLOAD] mark=0 zone=0 use=3',
    );
    expect(flow).toMatchObject({ timeoutSeconds: null, state: null, status: ['HW_OFFLOAD'] });
  });

  it('reads IPv6 in short form and in the full form of /proc as the same addresses', () => {
    const short = read(
      'tcp      6 431997 ESTABLISHED src=fd00:192:168:100::50 dst=fd00:192:168:100::11 sport=42710 dport=30101 src=fd00:10:244:1::12 dst=fd00:10:244:1::1 sport=8080 dport=10159 [ASSURED] mark=0 use=1',
    );
    const full = read(
      'ipv6     10 tcp      6 431997 ESTABLISHED src=fd00:0192:0168:0100:0000:0000:0000:0050 dst=fd00:0192:0168:0100:0000:0000:0000:0011 sport=42710 dport=30101 src=fd00:0010:0244:0001:0000:0000:0000:0012 dst=fd00:0010:0244:0001:0000:0000:0000:0001 sport=8080 dport=10159 [ASSURED] mark=0 zone=0 use=2',
    );
    expect(full?.original).toEqual(short?.original);
    expect(full?.reply).toEqual(short?.reply);
    expect(full?.original.source.family).toBe('ipv6');
  });

  it('reads an element of -o xml', () => {
    const flow = read(
      '<flow><meta direction="original"><layer3 protonum="2" protoname="ipv4"><src>10.0.0.1</src><dst>10.0.0.2</dst></layer3><layer4 protonum="6" protoname="tcp"><sport>1000</sport><dport>80</dport></layer4><counters><packets>3</packets><bytes>180</bytes></counters></meta><meta direction="reply"><layer3 protonum="2" protoname="ipv4"><src>10.1.0.2</src><dst>10.0.0.1</dst></layer3><layer4 protonum="6" protoname="tcp"><sport>8080</sport><dport>1000</dport></layer4></meta><meta direction="independent"><state>ESTABLISHED</state><timeout>299</timeout><mark>2147483649</mark><zone>5</zone><use>1</use><id>2328986800</id><assured/><unreplied/></meta></flow>',
    );
    expect(flow).toMatchObject({
      protocol: 6,
      state: 'ESTABLISHED',
      timeoutSeconds: 299,
      status: ['ASSURED', 'UNREPLIED'],
      original: { sourcePort: 1000, destinationPort: 80, packets: 3, bytes: 180 },
      reply: { sourcePort: 8080, destinationPort: 1000, packets: null },
      mark: 2147483649,
      zone: 5,
      id: 2328986800,
    });
  });

  it('does not believe the state that -o xml prints for SCTP: it has the names of TCP', () => {
    const flow = read(
      '<flow><meta direction="original"><layer3 protonum="2" protoname="ipv4"><src>10.0.0.1</src><dst>10.0.0.2</dst></layer3><layer4 protonum="132" protoname="sctp"><sport>1</sport><dport>2</dport></layer4></meta><meta direction="reply"><layer3 protonum="2" protoname="ipv4"><src>10.0.0.2</src><dst>10.0.0.1</dst></layer3><layer4 protonum="132" protoname="sctp"><sport>2</sport><dport>1</dport></layer4></meta><meta direction="independent"><state>FIN_WAIT</state><timeout>299</timeout></meta></flow>',
    );
    expect(flow).toMatchObject({ protocol: 132, state: null });
  });

  it.each([
    ['the summary', 'conntrack v1.4.7 (conntrack-tools): 10 flow entries have been shown.'],
    ['an empty line', ''],
    ['a line without its reply', TCP.slice(0, TCP.indexOf(' src=10.244.2.110'))],
    ['a line without the ports of its reply', TCP.slice(0, TCP.indexOf(' sport=8080'))],
    ['a bad address', TCP.replace('10.96.10.21', '10.96.10.321')],
    ['a port that is too large', TCP.replace('dport=80 ', 'dport=65536 ')],
    ['two families', TCP.replace('src=10.244.2.110', 'src=fd00::1')],
    ['an event of conntrack -E', `    [NEW] ${TCP}`],
    ['half an element', '<flow><meta direction="original"><layer3 protonum="2" protoname="ipv4"><src>10.0'],
  ])('gives null for %s', (_name, line) => {
    expect(read(line)).toBeNull();
  });

  it('never throws, whatever the line', () => {
    const word = fc.constantFrom(
      'src=',
      'dst=1.2.3.4',
      'tcp',
      '6',
      '[',
      ']',
      'sport=1',
      '<flow>',
      '</flow>',
      'id=',
      ' ',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(word).map((words) => words.join(' ')),
        ),
        (line) => {
          read(line);
        },
      ),
    );
  });
});

describe('an entry of -o save', () => {
  const saved =
    '-A -t 99 -u SEEN_REPLY,ASSURED -s 10.0.0.1 -d 10.96.0.10 -g 10.0.0.5 -n 10.0.0.9 -p udp --sport 4000 --dport 53 --reply-port-src 5353 --reply-port-dst 1024';

  it('gives both directions, with what nat wrote, and no mark, which it does not have', () => {
    const flow = read(saved);
    const plain = read(
      'udp      17 99 src=10.0.0.1 dst=10.96.0.10 sport=4000 dport=53 src=10.0.0.5 dst=10.0.0.9 sport=5353 dport=1024 [ASSURED] mark=0 use=1',
    );
    expect(flow).toEqual({ ...plain, mark: null });
  });

  it.each<[string, string, object]>([
    ['nat wrote nothing', saved.replace('-g', '-r').replace('-n', '-q'), { status: ['ASSURED'] }],
    ['no answer was seen', saved.replace('SEEN_REPLY,ASSURED', 'UNSET'), { status: ['UNREPLIED'] }],
    [
      'it is offloaded',
      saved.replace('-t 99 ', ''),
      { status: ['ASSURED', 'OFFLOAD'], timeoutSeconds: null },
    ],
    ['it has a zone', saved.replace(' -s', ' -w 7 -s'), { zone: 7 }],
    [
      'it has a zone of one direction',
      saved.replace(' -s', ' --orig-zone 3 -s'),
      { zone: null, original: { zone: 3 } },
    ],
    [
      'it is an echo',
      '-A -t 29 -u UNSET -s 10.0.0.1 -d 10.0.0.2 -r 10.0.0.2 -q 10.0.0.1 -p icmp --icmp-type 8 --icmp-code 0 --icmp-id 77',
      { original: { icmp: { type: 8, code: 0, id: 77 } }, reply: { icmp: { type: 0, code: 0, id: 77 } } },
    ],
    [
      'it has a state',
      `${saved.replace('udp', 'tcp')} --state TIME_WAIT`,
      { protocol: 6, state: 'TIME_WAIT' },
    ],
    [
      'its protocol has no name',
      '-A -t 29 -u UNSET -s fd00::1 -d fd00::2 -r fd00::2 -q fd00::1 -p 112',
      { protocol: 112, original: { sourcePort: null } },
    ],
  ])('is read where %s', (_, line, expected) => {
    expect(read(line)).toMatchObject(expected);
  });

  it.each<[string, string]>([
    ['lacks its answer', saved.replace('-g 10.0.0.5 ', '')],
    ['lacks a port', saved.replace(' --reply-port-src 5353', '')],
    ['lacks its status', saved.replace('-u SEEN_REPLY,ASSURED ', '')],
    ['ends in an option', `${saved} --state`],
    ['says a thing twice', `${saved} -t 5`],
    ['is told as ended', saved.replace('-A', '-D')],
    ['is a rule', '-A KUBE-SVC-X -s 10.0.0.1 -d 10.0.0.2 -p udp -j ACCEPT'],
  ])('is none where it %s', (_, line) => {
    expect(read(line)).toBeNull();
  });
});

describe('what is recognised as a listing of flows', () => {
  it.each([
    ['conntrack -L', `${TCP}\n`],
    [
      'a listing that begins with the summary',
      `conntrack v1.4.6 (conntrack-tools): 0 flow entries have been shown.\n`,
    ],
    ['/proc', 'ipv4     2 gre      47 299 timeout=0, stream_timeout=0 src=10.0.0.1 dst=10.0.0.2 srckey=0x1'],
    ['an offloaded flow', 'ipv4     2 tcp      6 src=10.0.0.1 dst=10.0.0.2 sport=1 dport=2'],
    ['-o save', '-A -t 29 -u UNSET -s 10.0.0.1 -d 10.0.0.2 -r 10.0.0.2 -q 10.0.0.1 -p 112\n'],
    ['xml', '<?xml version="1.0" encoding="utf-8"?>\n<conntrack>\n</conntrack>\n'],
  ])('%s is one', (_name, text) => {
    expect(isConntrack(text)).toBe(true);
  });

  it.each([
    [
      'conntrack -S',
      'cpu=0   \tfound=17 invalid=15 insert=0 insert_failed=0 drop=0 early_drop=0 error=0 search_restart=0 \n',
    ],
    ['iptables-save', '*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -j KUBE-SERVICES\nCOMMIT\n'],
    ['nothing', ''],
    ['xt_recent', 'src=10.244.1.13 ttl: 64 last_seen: 4295012345 oldest_pkt: 1 4295012345\n'],
  ])('%s is not', (_name, text) => {
    expect(isConntrack(text)).toBe(false);
  });
});
