import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { VirtualServer } from '../../src/ipvs/model.ts';
import { parseIpvs } from '../../src/ipvs/parse-ipvs.ts';
import { printIpvs, takenText } from '../../src/ipvs/print-ipvs.ts';
import { joinListings } from '../../src/ipvs/table.ts';
import { formatSocket } from '../../src/net/listed-socket.ts';
import { ProblemList } from '../../src/problems/problem.ts';

const SAVE = `-A -t 10.96.0.10:53 -s rr
-a -t 10.96.0.10:53 -r 10.244.1.15:53 -m -w 1
-a -t 10.96.0.10:53 -r 10.244.2.15:53 -m -w 0
-A -u 10.96.0.10:53 -s mh -p 10800 -b mh-port
-A --sctp-service 10.96.10.38:9999 -s wrr
-a --sctp-service 10.96.10.38:9999 -r 10.244.1.11:9999 -m -w 3
-A -t [fd00:10:96::17]:80 -s sh -p 300 -M 64
-a -t [fd00:10:96::17]:80 -r [fd00:10:244:1::11]:8080 -m -w 1
-A -f 7 -s wlc -p 60 -M 255.255.255.0
-a -f 7 -r 10.244.1.11:0 -g -w 1
-A -u 10.96.0.11:53 -s rr -o
`;

/** A virtual server in short. */
const short = ({ takes, scheduler, flags, persistence, servers }: VirtualServer) =>
  `${takenText(takes)} ${scheduler} ${flags.join()} ${persistence?.seconds ?? '-'} ${servers.map((server) => `${formatSocket(server)}=${server.weight}`).join(' ')}`;

describe('Can a listing of IPVS be read?', () => {
  it('one that a text holds twice has each real server once, with what either tells', () => {
    const plain = 'TCP  10.96.0.10:53 rr\n  -> 10.244.1.15:53               Masq    1      2          3\n';
    const { servers } = parseIpvs(`${SAVE}${SAVE}${plain}`);
    expect(servers?.map(({ servers: reals }) => reals.length)).toEqual([2, 0, 1, 1, 1, 0]);
    expect(servers?.[0]?.servers[0]).toMatchObject({ weight: 1, active: 2, inactive: 3 });
  });

  it('ipvsadm-save -n, each kind of virtual server, with file and line', () => {
    const problems = new ProblemList();
    const { servers, connections } = parseIpvs(SAVE, 'ipvsadm.txt', problems);
    expect(problems.list()).toEqual([]);
    expect(connections).toBeNull();
    expect(servers?.map(short)).toEqual([
      '10.96.0.10:53 rr  - 10.244.1.15:53=1 10.244.2.15:53=0',
      '10.96.0.10:53 mh mh-port 10800 ',
      '10.96.10.38:9999 wrr  - 10.244.1.11:9999=3',
      '[fd00:10:96::17]:80 sh  300 [fd00:10:244:1::11]:8080=1',
      'FWM 7 wlc  60 10.244.1.11:0=1',
      '10.96.0.11:53 rr  - ',
    ]);
    expect(servers?.[0]?.servers[1]).toMatchObject({ file: 'ipvsadm.txt', line: 3, method: 'masq' });
    expect(servers?.[3]?.persistence?.prefixLength).toBe(64);
    expect(servers?.[4]).toMatchObject({ persistence: { prefixLength: 24 }, servers: [{ method: 'route' }] });
    expect(servers?.[5]?.onePacket).toBe(true);
  });

  it('printing is the inverse of reading', () => {
    expect(printIpvs(parseIpvs(SAVE).servers ?? [])).toBe(SAVE);
  });

  it('ipvsadm -Ln, with counts of connections', () => {
    const text = `IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn
TCP  10.96.10.2:80 rr persistent 10800 mask 255.255.0.0
  -> 10.244.1.11:8080             Masq    1      5          14
UDP  10.96.10.3:53 sh (sh-port,sh-fallback) ops
FWM  9 wlc
  -> 10.244.1.12:0                Tunnel  2      0          0
`;
    const problems = new ProblemList();
    const { servers } = parseIpvs(text, '', problems);
    expect(problems.list()).toEqual([]);
    expect(servers?.map(short)).toEqual([
      '10.96.10.2:80 rr  10800 10.244.1.11:8080=1',
      '10.96.10.3:53 sh sh-port,sh-fallback - ',
      'FWM 9 wlc  - 10.244.1.12:0=2',
    ]);
    expect(servers?.[0]).toMatchObject({
      persistence: { prefixLength: 16 },
      servers: [{ active: 5, inactive: 14, method: 'masq' }],
    });
    expect(servers?.[1]?.onePacket).toBe(true);
  });

  it('--stats tells no scheduler and no weight: not known, and joined with a listing that has them', () => {
    const stats = `IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port               Conns   InPkts  OutPkts  InBytes OutBytes
  -> RemoteAddress:Port
TCP  10.96.0.10:53                       91     427K      307    22932    23614
  -> 10.244.1.15:53                      38      176      125     9456     9643
`;
    const read = parseIpvs(stats);
    expect(read.servers?.map(short)).toEqual(['10.96.0.10:53 null  - 10.244.1.15:53=null']);
    const [joined] = joinListings([read, parseIpvs(SAVE)]).servers ?? [];
    expect(joined === undefined ? '' : short(joined)).toBe(
      '10.96.0.10:53 rr  - 10.244.1.15:53=1 10.244.2.15:53=0',
    );
  });

  it('/proc/net/ip_vs, in hexadecimal', () => {
    const text = `IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port Forward Weight ActiveConn InActConn
TCP  0A60000A:0035 rr persistent 10800 FFFFFFFF
  -> 0AF4020F:0035      Masq    1      0          18
TCP  [fd00:0010:0096:0000:0000:0000:0000:0017]:0050 rr
  -> [fd00:0010:0244:0001:0000:0000:0000:0011]:1F90      Masq    1      1          12
`;
    expect(parseIpvs(text).servers?.map(short)).toEqual([
      '10.96.0.10:53 rr  10800 10.244.2.15:53=1',
      '[fd00:10:96::17]:80 rr  - [fd00:10:244:1::11]:8080=1',
    ]);
  });

  it('connections and templates, of ipvsadm -Lnc and of /proc/net/ip_vs_conn', () => {
    const listed = `IPVS connection entries
pro expire state       source             virtual            destination
TCP 14:42  ESTABLISHED 10.244.1.13:35816  192.168.100.11:30080 10.244.1.12:8080
TCP 179:58 NONE        10.244.1.13:0      10.96.10.2:80      10.244.1.11:8080
`;
    const raw = `Pro FromIP   FPrt ToIP     TPrt DestIP   DPrt State       Expires PEName PEData
TCP 0AF4010D 8BE8 C0A8640B 7580 0AF4010C 1F90 ESTABLISHED     882
TCP 0AF4010D 0000 0A600A02 0050 0AF4010B 1F90 NONE          10798
`;
    for (const text of [listed, raw]) {
      const { servers, connections } = parseIpvs(text);
      expect(servers).toBeNull();
      expect(
        connections?.map(
          ({ client, virtual, destination, template, expires }) =>
            `${[client, virtual, destination].map(formatSocket).join(' ')} ${template} ${expires}`,
        ),
      ).toEqual([
        '10.244.1.13:35816 192.168.100.11:30080 10.244.1.12:8080 false 882',
        '10.244.1.13:0 10.96.10.2:80 10.244.1.11:8080 true 10798',
      ]);
    }
  });

  it('/proc/net/ip_vs leaves some out, and a listing may break off: what is not there may exist', () => {
    const proc = `IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port Forward Weight ActiveConn InActConn
`;
    const problems = new ProblemList();
    expect(parseIpvs(proc, 'p', problems)).toMatchObject({ servers: [], incomplete: true });
    expect(problems.list()).toMatchObject([{ code: 'partial-listing', file: 'p' }]);
    expect(parseIpvs(SAVE).incomplete).toBeUndefined();
    expect(parseIpvs(SAVE.slice(0, -9)).incomplete).toBe(true);
    expect(joinListings([parseIpvs(proc), parseIpvs(SAVE)]).incomplete).toBeUndefined();
  });

  it('a cut harms the last virtual server, an unreadable line the one it stands at', () => {
    const harmed = (text: string) =>
      (parseIpvs(text).servers ?? []).flatMap((each) => (each.incomplete ? [takenText(each.takes)] : []));
    expect(harmed(SAVE)).toEqual([]);
    expect(harmed(SAVE.split('\n').slice(0, 2).join('\n'))).toEqual(['10.96.0.10:53']);
    expect(harmed(SAVE.replace('10.244.2.15:53', 'pod:53'))).toEqual(['10.96.0.10:53']);
  });

  it('a real server without its virtual server, or before it, proves that one is missing', () => {
    const [head = '', ...rest] = SAVE.split('\n');
    expect(parseIpvs(rest.join('\n')).incomplete).toBe(true);
    const [first] = parseIpvs(`${rest[0]}\n${head}\n${rest[1]}\n`).servers ?? [];
    expect(first).toMatchObject({ incomplete: true });
  });

  it('of two listings joined, real servers of both are told, in the order of the whole one', () => {
    const head = '-A -t 10.0.0.1:80 -s rr\n';
    const real = (last: number) => `-a -t 10.0.0.1:80 -r 10.0.1.${last}:80 -m -w 1\n`;
    const join = (...texts: string[]) => {
      const { servers, incomplete } = joinListings(texts.map((text) => parseIpvs(text)));
      return [servers?.map(short), servers?.[0]?.incomplete ?? incomplete ?? 'whole'];
    };
    const whole = ['10.0.0.1:80 rr  - 10.0.1.2:80=1 10.0.1.1:80=1'];
    expect(join(`${head}${real(1)}-a -t`, head + real(2) + real(1))).toEqual([whole, 'whole']);
    expect(join(`${head}${real(2)}-a -t`, `${head}${real(1)}-a -t`)).toEqual([whole, true]);
  });

  it('nothing balanced is an answer, and so is no connection', () => {
    expect(parseIpvs('')).toEqual({ servers: [], connections: null });
    expect(parseIpvs('IPVS connection entries\n')).toEqual({ servers: null, connections: [] });
    expect(parseIpvs('', '', undefined, 'connections')).toEqual({ servers: null, connections: [] });
  });

  it.each([
    '-a -t 10.0.0.1:80 -r 10.0.0.2:80 -m\n',
    '-A -t host:http -s rr\n',
    'TCP 10.0.0.1:99999 rr\n',
    '  -> 1.2.3.4:80 Masq 1 0 0\n',
    '\u0000\u0001\n',
  ])('what cannot be read is said, and nothing is thrown: %j', (line) => {
    const problems = new ProblemList();
    expect(parseIpvs(line, 'x', problems).servers ?? []).toEqual([]);
    expect(problems.list()[0]).toMatchObject({ file: 'x', line: 1 });
  });

  const shared = join(import.meta.dirname, '../../../shared/captures/6.12-ipvs-nodeportaddr-mh');
  it.skipIf(!existsSync(shared))('all listings of one real node tell the same', () => {
    const read = (name: string) => parseIpvs(readFileSync(join(shared, name), 'utf8'));
    const save = read('ipvsadm.txt').servers ?? [];
    const sorted = (servers: readonly VirtualServer[]) =>
      servers
        .map(({ takes, servers: reals }) =>
          [
            takes.by === 'socket' ? takes.protocol : '',
            takenText(takes),
            ...reals.map(formatSocket).sort(),
          ].join(' '),
        )
        .sort();
    const text = readFileSync(join(shared, 'ipvsadm.txt'), 'utf8');
    expect(save).toHaveLength(text.match(/^-A /gm)?.length ?? 0);
    for (const name of ['extra/ipvsadm-Ln.txt', 'extra/ipvsadm-Ln-stats.txt'])
      expect(sorted(read(name).servers ?? []), name).toEqual(sorted(save));
    expect(read('extra/ipvsadm-Lnc.txt').connections?.length).toBeGreaterThan(100);
    expect(printIpvs(save)).toBe(text);
  });
});
