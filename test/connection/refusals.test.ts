import { describe, expect, it } from 'vitest';
import type { ConnectionWay } from '../../src/explain/connection/connection-item.ts';
import { explainTrace } from '../../src/explain/explain-trace.ts';
import { plainQuestion } from '../../src/explain/question/question.ts';
import { run } from '../cli/run-main.ts';
import { folderPerTest } from '../support/folder-per-test.ts';
import { openCapture } from '../support/open-capture.ts';
import { type NodeChanges, writeNode } from './two-nodes.ts';

const here = folderPerTest();

const FAR = '192.168.0.77';

/** What the client sees of the one way to a pod of node-1, or to the node itself, and by what. */
async function refusal(one: NodeChanges, to = '10.244.1.5:8080', from = FAR): Promise<ConnectionWay> {
  const { known } = await openCapture(writeNode(here.path, 1, 2, one));
  const [first = '', second] = to.split(' ');
  const asked = second === undefined ? plainQuestion(first) : { ...plainQuestion(second), protocol: first };
  const [item] = explainTrace({ ...asked, from }, known);
  const ways = (item?.outcomes ?? []).flatMap(({ connection }) =>
    connection === null ? [] : [connection, ...connection.others],
  );
  const [way] = ways;
  if (way === undefined || ways.length > 1) throw new Error(`not one way: ${JSON.stringify(ways)}`);
  return way;
}

const RESET = '-p tcp -j REJECT --reject-with tcp-reset';
const ERROR = '-p tcp -j REJECT --reject-with icmp-port-unreachable';

// Kernel 6.18, namespaces client, router, server: each row was seen by a client's connect(), and alike with IPv6.
describe('is a client refused whose REJECT is answered with what the node’s own rules drop?', () => {
  const rows: readonly (readonly [string, string, string, string])[] = [
    [
      'a reset of FORWARD, dropped by its flags',
      `-A FORWARD ${RESET}`,
      '-A OUTPUT -p tcp -m tcp --tcp-flags RST RST -j DROP',
      'times-out',
    ],
    [
      'a reset of FORWARD, dropped as RELATED',
      `-A FORWARD ${RESET}`,
      '-A OUTPUT -m conntrack --ctstate RELATED -j DROP',
      'times-out',
    ],
    [
      'a reset of FORWARD is not INVALID',
      `-A FORWARD ${RESET}`,
      '-A OUTPUT -m conntrack --ctstate INVALID -j DROP',
      'refused',
    ],
    [
      'nor NEW, nor ESTABLISHED',
      `-A FORWARD ${RESET}`,
      '-A OUTPUT -m conntrack --ctstate NEW,ESTABLISHED -j DROP',
      'refused',
    ],
    ['an ICMP error of FORWARD', `-A FORWARD ${ERROR}`, '-A OUTPUT -p icmp -j DROP', 'times-out'],
    [
      'an ICMP error by its type',
      `-A FORWARD ${ERROR}`,
      '-A OUTPUT -p icmp -m icmp --icmp-type 3/3 -j DROP',
      'times-out',
    ],
    [
      'an ICMP error of another type',
      `-A FORWARD ${ERROR}`,
      '-A OUTPUT -p icmp -m icmp --icmp-type 3/1 -j DROP',
      'refused',
    ],
    [
      'an ICMP error, dropped as RELATED',
      `-A FORWARD ${ERROR}`,
      '-A OUTPUT -m conntrack --ctstate RELATED -j DROP',
      'times-out',
    ],
    [
      'an ICMP error is not INVALID',
      `-A FORWARD ${ERROR}`,
      '-A OUTPUT -m conntrack --ctstate INVALID -j DROP',
      'refused',
    ],
    ['an ICMP error, and all TCP dropped', `-A FORWARD ${ERROR}`, '-A OUTPUT -p tcp -j DROP', 'refused'],
    [
      'a reply of its connection',
      `-A FORWARD ${RESET}`,
      '-A OUTPUT -m conntrack --ctdir REPLY -j DROP',
      'times-out',
    ],
  ];
  it.each(rows)('%s: %s and %s: %s', async (_, reject, drop, sees) => {
    const way = await refusal({ filter: [reject, drop] });
    expect(way).toMatchObject({ sees, reason: { code: sees === 'refused' ? 'refused' : 'lost' } });
  });

  it.each([
    ['INPUT', RESET, '-A OUTPUT -p tcp -m tcp --tcp-flags RST RST -j DROP'],
    ['INPUT', ERROR, '-A OUTPUT -p icmp -j DROP'],
  ])('in %s by %s: no', async (chain, reject, drop) => {
    const way = await refusal({ filter: [`-A ${chain} ${reject}`, drop] }, '192.168.0.1:22');
    expect(way).toMatchObject({ sees: 'times-out', reason: { code: 'lost' } });
    expect(way.reason?.text).toBe('the answer is lost on node-1: filter OUTPUT rule 1');
  });

  it('a process of the node gets its reset over lo, where INPUT may drop it', async () => {
    const filter = [`-A OUTPUT -d 10.244.2.5/32 ${RESET}`];
    expect(await refusal({ filter }, '10.244.2.5:8080', 'node')).toMatchObject({ sees: 'refused' });
    const drop = '-A INPUT -p tcp -m tcp --tcp-flags RST RST -j DROP';
    expect(await refusal({ filter: [...filter, drop] }, '10.244.2.5:8080', 'node')).toMatchObject({
      sees: 'times-out',
    });
  });

  it.each([RESET, ERROR])('of a request that is not tracked it is INVALID: %s', async (reject) => {
    const one = {
      raw: ['-A PREROUTING -p tcp -m tcp --dport 8080 -j CT --notrack'],
      filter: [`-A FORWARD ${reject}`, '-A OUTPUT -m conntrack --ctstate INVALID -j DROP'],
    };
    expect(await refusal(one)).toMatchObject({ sees: 'times-out' });
    const related = '-A OUTPUT -m conntrack --ctstate RELATED -j DROP';
    expect(await refusal({ ...one, filter: [`-A FORWARD ${reject}`, related] })).toMatchObject({
      sees: 'refused',
    });
  });

  it('nobody knows, where the drop asks for a set that was not captured', async () => {
    const filter = [`-A FORWARD ${RESET}`, '-A OUTPUT -m set --match-set odd dst -j DROP'];
    expect(await refusal({ filter })).toMatchObject({ sees: 'unknown', reason: { code: 'open-question' } });
  });

  it('the screen says NO ANSWER, and by which rule', async () => {
    const filter = [`-A FORWARD ${RESET}`, '-A OUTPUT -p tcp -m tcp --tcp-flags RST RST -j DROP'];
    const folder = writeNode(here.path, 1, 2, { filter });
    const asked = ['trace', '10.244.1.5:8080', '--from', FAR, '-f', folder];
    const { out } = await run(asked, { columns: 500, env: { NO_COLOR: '1' } });
    expect(out).toMatch(/^ {2}NO ANSWER: REJECT with tcp-reset by filter FORWARD rule 1$/m);
    expect(out).toContain('  but the answer is lost on node-1: filter OUTPUT rule 1');
    expect(out).toContain('-A OUTPUT -p tcp -m tcp --tcp-flags RST RST -j DROP');
  });
});

// Kernel 6.18, a connected UDP socket of the client.
describe('does a UDP client hear that it is refused?', () => {
  const reject = (error: string): string => `-A INPUT -p udp -j REJECT --reject-with ${error}`;
  it.each([
    ['icmp-port-unreachable', 'refused', 'refused'],
    ['icmp-host-prohibited', 'refused', 'refused'],
    ['icmp-host-unreachable', 'times-out', 'refusal-unheard'],
    ['icmp-net-unreachable', 'times-out', 'refusal-unheard'],
  ])('by %s: %s (icmp_err_convert, net/ipv4/icmp.c)', async (error, sees, code) => {
    const way = await refusal({ filter: [reject(error)] }, 'udp 192.168.0.1:53');
    expect(way).toMatchObject({ sees, reason: { code } });
  });

  const closed = { sockets: 'Netid State Recv-Q Send-Q Local Address:Port Peer Address:Port\n' };
  const mark = '-A OUTPUT -p icmp -j MARK --set-xmark 0x4/0xffffffff';
  it.each([
    ['OUTPUT drops ICMP', { filter: ['-A OUTPUT -p icmp -j DROP'] }, 'times-out'],
    ['raw does', { raw: ['-A OUTPUT -p icmp -j DROP'] }, 'times-out'],
    ['it is RELATED', { filter: ['-A OUTPUT -m conntrack --ctstate RELATED -j DROP'] }, 'times-out'],
    ['it is not NEW', { filter: ['-A OUTPUT -m conntrack --ctstate NEW -j DROP'] }, 'refused'],
    ['its mark is 0', { filter: ['-A OUTPUT -p icmp -m mark --mark 0x0 -j DROP'] }, 'times-out'],
    ['nothing drops it', { mangle: [mark] }, 'refused'],
  ])('of a closed port, where %s: %s', async (_, rules, sees) => {
    const way = await refusal({ ...closed, ...rules }, 'udp 192.168.0.1:777');
    expect(way).toMatchObject({ sees });
  });

  it('a process of the node hears of it over lo, where OUTPUT lets it', async () => {
    const drop = { ...closed, filter: ['-A OUTPUT -p icmp -j DROP'] };
    expect(await refusal(closed, 'udp 192.168.0.1:777', 'node')).toMatchObject({ sees: 'refused' });
    expect(await refusal(drop, 'udp 192.168.0.1:777', 'node')).toMatchObject({ sees: 'times-out' });
  });
});

it('what ran out of hops is told by an ICMP error, which OUTPUT may drop', async () => {
  const mangle = ['-A PREROUTING -d 10.244.1.5/32 -j TTL --ttl-set 1'];
  expect(await refusal({ mangle })).toMatchObject({ sees: 'refused' });
  const filter = ['-A OUTPUT -p icmp -j DROP'];
  expect(await refusal({ mangle, filter })).toMatchObject({ sees: 'times-out' });
});

describe('is a list that keeps clients out told as session affinity?', () => {
  it('no: who is in it gets no answer, and what the connection does is open', async () => {
    const limit = '-m recent --rcheck --seconds 60 --hitcount 4 --name ssh --mask 255.255.255.255 --rsource';
    const folder = writeNode(here.path, 1, 2, { filter: [`-A INPUT -p tcp ${limit} -j DROP`] });
    const asked = ['trace', '192.168.0.1:22', '--from', FAR, '-f', folder];
    const { out } = await run(asked, { columns: 500, env: { NO_COLOR: '1' } });
    expect(out).not.toContain('session affinity');
    expect(out).toMatch(/if the client was entered in list ssh at least 4 times/);
    expect(out).toContain('NO ANSWER: DROP by filter INPUT rule 1');
  });
});
