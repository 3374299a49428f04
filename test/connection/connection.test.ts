import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { seesOf } from '../../src/diagnose/shares.ts';
import type { ConnectionWay } from '../../src/explain/connection/connection-item.ts';
import { explainTrace } from '../../src/explain/explain-trace.ts';
import { plainQuestion } from '../../src/explain/question/question.ts';
import type { TraceItem } from '../../src/explain/trace-list.ts';
import { run } from '../cli/run-main.ts';
import { folderPerTest } from '../support/folder-per-test.ts';
import { openCapture } from '../support/open-capture.ts';
import { type NodeChanges, traceOver, writeNode } from './two-nodes.ts';

const here = folderPerTest();

/** From pod client-1 on node-1 to the Service, whose pods are one on each node. */
async function over(one: NodeChanges, two: NodeChanges, to = 'shop/web', from = 'pod:shop/client-1') {
  const folders = [writeNode(here.path, 1, 2, one), writeNode(here.path, 2, 2, two)];
  return (await traceOver(folders, to, from)).item;
}

function ways({ outcomes }: TraceItem): ConnectionWay[] {
  return outcomes.flatMap(({ connection }) =>
    connection === null ? [] : [connection, ...connection.others],
  );
}

/** Why connections to the pod on node-2 fail. */
function failing(item: TraceItem): ConnectionWay {
  const [way, ...others] = ways(item).filter(({ sees }) => sees !== 'works');
  if (way === undefined || others.length > 0) throw new Error(`not one way fails: ${JSON.stringify(item)}`);
  return way;
}

const legs = ({ legs: all }: ConnectionWay) =>
  all.map(({ node, direction, enters, leaves }) => `${direction} ${node} ${enters}>${leaves}`);

describe('does a connection over two nodes work?', () => {
  it('to pods of both nodes, and back through the nodes that the request passed', async () => {
    const item = await over({}, {});
    expect(item.connection).toEqual({ works: 1, refused: 0, timesOut: 0, wrongSource: 0, unknown: 0 });
    expect(ways(item).map(legs)).toEqual([
      ['request node-1 cni0>cni0', 'answer node-1 cni0>cni0'],
      [
        'request node-1 cni0>eth0',
        'request node-2 eth0>cni0',
        'answer node-2 cni0>eth0',
        'answer node-1 eth0>cni0',
      ],
    ]);
  });

  it('is not known where it goes to somebody in a further network of the node, who is no pod', async () => {
    const routes = [{ dst: '172.16.0.0/24', dev: 'eth1', scope: 'link', protocol: 'kernel' }];
    const item = await over({ routes }, {}, '172.16.0.9:80');
    expect(ways(item).map(({ sees, reason }) => [sees, reason?.code])).toEqual([
      ['unknown', 'leaves-cluster'],
    ]);
  });

  it('not where FORWARD of the other node drops: node and policy are named', async () => {
    const item = await over({}, { forward: 'DROP' });
    expect(item.connection).toMatchObject({ works: 0.5, timesOut: 0.5 });
    expect(failing(item).reason).toMatchObject({
      code: 'lost',
      text: 'the request is lost on node-2: the policy of filter FORWARD',
    });
    const last = item.steps[failing(item).legs.at(-1)?.path.at(-1) ?? -1];
    expect(last).toMatchObject({ node: 'node-2', chain: 'FORWARD', rule: null, action: 'drop' });
  });

  it('not where only the answer is dropped on its way back', async () => {
    const filter = ['-A FORWARD -d 10.244.0.0/16 -p tcp -m tcp --dport 8080 -j ACCEPT'];
    const item = await over({ filter, forward: 'DROP' }, {});
    expect(item.connection).toMatchObject({ timesOut: 1 });
    expect(ways(item).map(({ reason }) => reason?.text)).toEqual([
      'the answer is lost on node-1: the policy of filter FORWARD',
      'the answer is lost on node-1: the policy of filter FORWARD',
    ]);
  });

  it('where the answer passes as ESTABLISHED and nothing else may', async () => {
    const filter = [
      '-A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT',
      '-A FORWARD -d 10.244.0.0/16 -p tcp -m tcp --dport 8080 -j ACCEPT',
    ];
    expect((await over({ filter, forward: 'DROP' }, {})).connection).toMatchObject({ works: 1 });
  });

  it('not where rp_filter of the other node finds another way back to the client', async () => {
    const strict = { 'net.ipv4.conf.eth0.rp_filter': '1' };
    const routes = [{ dst: '10.244.1.0/25', dev: 'cni0', scope: 'link' }];
    expect(failing(await over({}, { sysctls: strict, routes })).reason?.text).toMatch(
      /^the request is lost on node-2: rp_filter drops it/,
    );
  });

  it('not where the other node has no route back', async () => {
    const routes = [{ type: 'unreachable', dst: '10.244.1.0/25' }];
    expect(failing(await over({}, { routes })).reason?.text).toBe(
      'the answer is lost on node-2: the route to 10.244.1.9 says unreachable',
    );
  });

  it('not where a foreign rule of the other node refuses: refused, by node and rule', async () => {
    const filter = ['-A FORWARD -s 10.244.1.0/24 -j REJECT --reject-with icmp-port-unreachable'];
    const item = await over({}, { filter });
    expect(item.connection).toMatchObject({ works: 0.5, refused: 0.5 });
    expect(failing(item).reason?.text).toBe(
      'node-2 refuses it: filter FORWARD rule 1 (icmp-port-unreachable)',
    );
  });

  it('not where the client’s node does not track answers, and so does not undo the DNAT', async () => {
    const raw = ['-A PREROUTING -i eth0 -s 10.244.2.0/24 -j CT --notrack'];
    const way = failing(await over({ raw }, {}));
    expect(way.sees).toBe('wrong-source');
    expect(way.reason?.text).toBe(
      'the answer comes from 10.244.2.5:8080, and the client, who asked 10.96.0.5:80, takes no answer from there',
    );
  });

  it('not where a rule of the client’s node gives it a stranger’s source: that rule is named, not where the answer ends', async () => {
    const nat = ['-A POSTROUTING -o eth0 -j SNAT --to-source 192.168.0.77'];
    const item = await over({ nat }, {});
    const way = failing(item);
    expect(way.reason).toMatchObject({
      code: 'answer-astray',
      text: 'the answer goes to 192.168.0.77, which asked nothing (nat POSTROUTING rule 2 of node-1 gives the request that source): nobody on its way undoes what the request went through',
    });
    expect(item.steps[way.writtenBy ?? -1]).toMatchObject({ chain: 'POSTROUTING', rule: 2, action: 'snat' });
  });

  it('not where a rule of the other node gives the answer another source: that rule is named', async () => {
    // Where nothing is tracked, nothing keeps the rule of nat from the answer's first packet.
    const two = {
      raw: ['-A PREROUTING -d 10.244.2.5/32 -j CT --notrack'],
      nat: ['-A POSTROUTING -s 10.244.2.5/32 -o eth0 -j SNAT --to-source 192.168.0.77'],
    };
    const from = [writeNode(here.path, 1, 2), writeNode(here.path, 2, 2, two)].flatMap((folder) => [
      '-f',
      folder,
    ]);
    const asked = [
      'trace',
      '10.244.2.5:53',
      '--protocol',
      'udp',
      '--from',
      'pod:shop/client-1',
      '-o',
      'json',
    ];
    const [item]: TraceItem[] = JSON.parse((await run([...asked, ...from])).out).items;
    if (item === undefined) throw new Error('nothing was traced');
    const [way] = ways(item);
    expect(way).toMatchObject({ sees: 'wrong-source', reason: { code: 'wrong-source' } });
    expect(way?.reason?.text).toContain('(nat POSTROUTING rule 2 of node-2 gives the answer that source)');
    expect(item.steps[way?.writtenBy ?? -1]).toMatchObject({ node: 'node-2', action: 'snat' });
  });

  it('from a tunnel the packet comes in by the tunnel’s device', async () => {
    const filter = ['-A FORWARD -i flannel.1 -j DROP'];
    const way = failing(await over({ overlay: true }, { overlay: true, filter }));
    expect(legs(way)).toEqual(['request node-1 cni0>flannel.1', 'request node-2 flannel.1>null']);
    expect(way.reason?.text).toBe('the request is lost on node-2: filter FORWARD rule 1');
  });

  it('of a pod that asks another node’s port with policy Local, the pod of its own node answers past that node', async () => {
    const item = await over({}, {}, '192.168.0.2:30080');
    const way = failing(item);
    expect(item.connection).toMatchObject({ works: 0.5, wrongSource: 0.5 });
    expect(legs(way)).toEqual([
      'request node-1 cni0>eth0',
      'request node-2 eth0>eth0',
      'request node-1 eth0>cni0',
      'answer node-1 cni0>cni0',
    ]);
  });

  it.each([
    ['a client far away', '203.0.113.77', '0', 'times-out'],
    ['a client of the LAN', '192.168.0.77', '0', 'times-out'],
    // Which the kernel showed: the redirect that the node sends makes the client go the short way.
    ['a client of the LAN that is redirected', '192.168.0.77', '1', 'works'],
  ])(
    '%s whose answer goes past the node that drops INVALID: %s, send_redirects %s: %s',
    async (_, from, sent, sees) => {
      const filter = ['-A FORWARD -m conntrack --ctstate INVALID -j DROP'];
      const sysctls = { 'net.ipv4.conf.eth0.send_redirects': sent };
      const [way] = ways(await over({ filter, sysctls }, {}, '10.244.2.5:8080', from));
      expect(way?.sees).toBe(sees);
      if (sees !== 'works') expect(way?.reason?.code).toBe('answer-skips');
    },
  );
  it('the same is unknown where the drop asks for a set that was not captured', async () => {
    const filter = ['-A FORWARD -m conntrack --ctstate INVALID -m set --match-set odd src -j DROP'];
    const [way] = ways(await over({ filter }, {}, '10.244.2.5:8080', '203.0.113.77'));
    expect(way).toMatchObject({ sees: 'unknown', reason: { code: 'open-question' } });
  });
});

describe('is what a remark guesses of the answer settled by the other node?', () => {
  const effects = (item: TraceItem) =>
    item.outcomes.flatMap(({ remarks }) =>
      remarks.filter(({ code }) => code === 'answer-not-through-node').map(({ effect }) => effect),
    );
  it('it breaks where the answer was seen to go another way', async () => {
    expect(effects(await over({}, {}, '10.96.0.5:80', '192.168.0.77'))).toEqual(['breaks']);
  });
  it('it is gone where the answer comes back all the same', async () => {
    const routes = [{ dst: '192.168.0.77', gateway: '192.168.0.1', dev: 'eth0' }];
    const item = await over({}, { routes }, '10.96.0.5:80', '192.168.0.77');
    expect(item.connection).toMatchObject({ works: 1 });
    expect(effects(item)).toEqual([]);
  });
});

describe('which captures are read, and do they fit?', () => {
  it('of thirty nodes the two that the packets pass', async () => {
    for (let number = 1; number <= 30; number++) writeNode(here.path, number, 30);
    const { item, read } = await traceOver([here.path], 'shop/web', 'pod:shop/client-2');
    expect(item.connection).toMatchObject({ works: 1 });
    expect(read.map((folder) => basename(folder)).sort()).toEqual(['node-1', 'node-2']);
  });

  it('a node that is missing is named where the way comes to it', async () => {
    const folders = [writeNode(here.path, 1, 3), writeNode(here.path, 3, 3)];
    const { item } = await traceOver(folders, 'shop/web', 'pod:shop/client-1');
    expect(item.connection).toMatchObject({ works: 0.5, unknown: 0.5 });
    expect(failing(item).reason).toMatchObject({
      code: 'node-not-captured',
      settle: 'capture node-2 too, and give both with -f',
    });
  });

  it('a node of another cluster is refused', async () => {
    const folders = [writeNode(here.path, 1, 2), writeNode(here.path, 7, 7)];
    await expect(traceOver(folders, 'shop/web', 'pod')).rejects.toThrow(
      /node-7, which the cluster of node-1 .* does not have/,
    );
  });

  it('a node of another cluster that has the same name is refused by its addresses', async () => {
    const folders = [writeNode(here.path, 1, 2), writeNode(here.path, 2, 2)];
    const addresses = join(folders[1] ?? '', 'ip-addr.json');
    writeFileSync(addresses, readFileSync(addresses, 'utf8').replaceAll('192.168.0.', '172.18.0.'));
    await expect(traceOver(folders, 'shop/web', 'pod')).rejects.toThrow(
      /node-2, which has none of the addresses there that the cluster of node-1 .* knows of it/,
    );
  });

  it('the screen tells causes of the node that the packets begin on, and asks why of it alone', async () => {
    const drop = ['-A FORWARD -d 10.244.2.5/32 -j DROP'];
    const folders = [
      writeNode(here.path, 1, 2),
      writeNode(here.path, 2, 2, { filter: drop, forward: 'ACCEPT' }),
    ];
    const files = folders.flatMap((folder) => ['-f', folder]);
    const { out } = await run(['trace', 'shop/web', '--from', 'pod:shop/client-2', ...files], {
      columns: 500,
    });
    expect(out).toContain('-A FORWARD -d 10.244.2.5/32 -j DROP');
    expect(out).toContain(`why shop/web -f ${folders[1]}\``);
  });

  it('the page is headed by the node that the packets begin on, as the screen is', async () => {
    const files = [1, 2].flatMap((number) => ['-f', writeNode(here.path, number, 2)]);
    const argv = ['trace', 'shop/web', '--from', 'pod:shop/client-2', ...files];
    expect((await run(argv)).out).toMatch(/^\S+ on node-2 is shop\/web/);
    expect((await run([...argv, '-o', 'html'])).out).toMatch(/<h1>Where packets to .* go on node-2<\/h1>/);
  });

  it('captures that were taken an hour apart are said to be', async () => {
    const folders = [
      writeNode(here.path, 1, 2),
      writeNode(here.path, 2, 2, { takenAt: '2026-11-21T11:00:00Z' }),
    ];
    const { item } = await traceOver(folders, 'shop/web', 'pod:shop/client-1');
    expect(item.assumptions.map(({ code }) => code)).toContain('captures-apart');
  });
});

describe('does a process of the node listen?', () => {
  const heading = 'Netid State Recv-Q Send-Q Local Address:Port Peer Address:Port\n';
  const lines = 'tcp LISTEN 0 128 192.168.0.1:22 0.0.0.0:*\nudp UNCONN 0 0 0.0.0.0:22 0.0.0.0:*\n';
  const sockets = heading + lines;
  const mapped = `${heading}tcp LISTEN 0 100 [::ffff:192.168.0.1]:8443 *:*\n`;
  const old = `${heading}tcp LISTEN 0 128 *:111 *:*\ntcp LISTEN 0 128 :::22 :::*\n`;
  it.each([
    ['192.168.0.1:22', { sockets }, 'works', null],
    ['192.168.0.1:23', { sockets }, 'refused', 'not-listening'],
    ['10.244.1.1:22', { sockets }, 'refused', 'not-listening'],
    ['192.168.0.1:22', {}, 'unknown', 'listening-unknown'],
    // Kernel 6.18: a socket of IPv6 bound to ::ffff:192.168.0.1 takes IPv4.
    ['192.168.0.1:8443', { sockets: mapped }, 'works', null],
    ['192.168.0.1:111', { sockets: old }, 'works', null],
    ['192.168.0.1:22', { sockets: old }, 'unknown', 'listening-unknown'],
    ['192.168.0.1:23', { sockets: old }, 'refused', 'not-listening'],
    // What grep left, an error's empty file, a line cut short: what is not listed is not known.
    ['192.168.0.1:22', { sockets: lines }, 'works', null],
    ['192.168.0.1:23', { sockets: lines }, 'unknown', 'listening-unknown'],
    ['192.168.0.1:23', { sockets: `${sockets}tcp LIST` }, 'unknown', 'listening-unknown'],
  ] as const)('%s, where the listing of sockets is %j: %s', async (to, one, sees, code) => {
    const [way] = ways(await over(one, {}, to, '192.168.0.77'));
    expect(way).toMatchObject({ sees, reason: code === null ? null : { code } });
  });
});

describe('does the screen say WORKS only where the nodes on the way let it through?', () => {
  it('UNKNOWN where the further node’s rules ask for a set that was not captured', async () => {
    const filter = ['-A FORWARD -m set --match-set blocked src -j DROP'];
    const item = await over({}, { filter, forward: 'ACCEPT' }, '10.244.2.5:8080');
    expect(ways(item)).toMatchObject([{ sees: 'unknown', reason: { code: 'open-question' } }]);
    expect(item.outcomes.map(seesOf)).toEqual(['unknown']);
    const argv = ['trace', '10.244.2.5:8080', '--from', 'pod:shop/client-1', '-f', here.path];
    const { out } = await run(argv, { columns: 500, env: { NO_COLOR: '1' } });
    expect(out).toMatch(/^ {2}UNKNOWN: /m);
    expect(out).toContain(
      'but what node-2 does with it depends on what its capture does not tell: 10.244.1.9 is in set blocked',
    );
  });
});

describe('does the screen say of who listens what the JSON says?', () => {
  const sockets = `Netid State Recv-Q Send-Q Local Address:Port Peer Address:Port
tcp LISTEN 0 128 192.168.0.1:22 0.0.0.0:*
`;
  it.each([
    ['192.168.0.1:22', {}, 'unknown', 'UNKNOWN: it comes to this node itself, destination unchanged'],
    ['192.168.0.1:22', { sockets }, 'works', 'WORKS: it comes to this node itself, destination unchanged'],
    ['10.244.1.5:9999', {}, 'unknown', 'UNKNOWN: no rule rewrites it, destination unchanged'],
    ['10.244.1.5:8080', {}, 'works', 'WORKS: no rule rewrites it, destination unchanged'],
  ] as const)('%s, with %j: %s', async (to, changes, share, line) => {
    const asked = [to, '--from', '192.168.0.77', '-f', writeNode(here.path, 1, 2, changes)];
    const { out } = await run(['trace', ...asked], { columns: 500, env: { NO_COLOR: '1' } });
    expect(out).toContain(`\n  ${line}`);
    const [item]: TraceItem[] = JSON.parse((await run(['trace', ...asked, '-o', 'json'])).out).items;
    expect(item?.connection?.[share]).toBe(1);
    const why = JSON.parse((await run(['why', ...asked, '-o', 'json'])).out);
    expect(why.ways[0].shares).toEqual(item?.connection);
  });

  it('over two nodes, too: a port of the other node', async () => {
    const files = [1, 2].flatMap((number) => ['-f', writeNode(here.path, number, 2)]);
    const { out } = await run(['trace', '192.168.0.2:22', '--from', 'pod:shop/client-1', ...files], {
      columns: 500,
      env: { NO_COLOR: '1' },
    });
    expect(out).toMatch(/^ {2}UNKNOWN: /m);
    expect(out).toContain('whether anything listens at 192.168.0.2:22 (on node-2) is not in the capture');
    expect(out).toContain('save `ss -ltnu` of node-2 as sockets.txt');
  });

  it('an endpoint that the rules name is taken to listen where the API’s were not captured, and JSON says so', async () => {
    const folder = writeNode(here.path, 1, 2);
    for (const name of ['endpointslices.json', 'endpoints.json']) rmSync(join(folder, name), { force: true });
    const rules = join(folder, 'iptables-save.txt');
    // The endpoint of this node is a process of it, as of a pod with hostNetwork.
    writeFileSync(rules, readFileSync(rules, 'utf8').replaceAll('10.244.1.5', '192.168.0.1'));
    const asked = ['10.96.0.5:80', '--from', 'pod:shop/client-1', '-f', folder];
    const [item]: TraceItem[] = JSON.parse((await run(['trace', ...asked, '-o', 'json'])).out).items;
    expect(item?.connection).toMatchObject({ works: 0.5, unknown: 0.5 });
  });

  it('of who is outside the nodes, and taken to answer, by which way the packet leaves', async () => {
    const asked = [
      'trace',
      '198.51.100.9:80',
      '--from',
      'pod:shop/client-1',
      '-f',
      writeNode(here.path, 1, 2),
    ];
    const { out } = await run(asked, { columns: 500, env: { NO_COLOR: '1' } });
    expect(out).toMatch(/^ {2}WORKS: .*leaves through eth0 via 192\.168\.0\.254$/m);
  });
});

describe('does an answer come back from a node that was not captured?', () => {
  /** What becomes of connections to the pod on node-2, where node-1 alone was captured. */
  async function toUnseen(one: NodeChanges, from = 'pod:shop/client-1', to = '10.96.0.5:80') {
    const { known } = await openCapture(writeNode(here.path, 1, 2, one));
    const [item] = explainTrace({ ...plainQuestion(to), from }, known);
    const far = item?.outcomes.find(({ destination }) => destination.address === '10.244.2.5');
    if (far === undefined || far.connection === null)
      throw new Error(`nothing goes to node-2: ${JSON.stringify(item)}`);
    return { ...far.connection, why: seesOf(far) };
  }

  it('it is taken to, where no rule of the captured node stops it', async () => {
    expect(await toUnseen({})).toMatchObject({
      ...{ sees: 'unknown', why: 'works', reason: { code: 'node-not-captured' } },
      legs: [{ direction: 'request' }],
    });
  });

  it.each([
    ['in FORWARD by its state', { filter: ['-A FORWARD -m conntrack --ctstate ESTABLISHED -j DROP'] }],
    [
      'in FORWARD by interface and port',
      { filter: ['-A FORWARD -i eth0 -p tcp -m tcp --sport 8080 -j DROP'] },
    ],
    [
      'in FORWARD by its flags, with REJECT',
      { filter: ['-A FORWARD -p tcp -m tcp --tcp-flags SYN,ACK SYN,ACK -j REJECT'] },
    ],
    ['in raw by its source', { raw: ['-A PREROUTING -i eth0 -s 10.244.2.0/24 -j DROP'] }],
    [
      'by a policy that lets requests pass alone',
      { forward: 'DROP', filter: ['-A FORWARD -d 10.244.0.0/16 -p tcp -m tcp --dport 8080 -j ACCEPT'] },
    ],
  ] satisfies [string, NodeChanges][])('no, where the captured node drops it %s', async (_, one) => {
    const way = await toUnseen(one);
    expect(way).toMatchObject({ sees: 'times-out', why: 'timesOut', reason: { code: 'lost' } });
    expect(legs(way)).toEqual(['request node-1 cni0>eth0', 'answer node-1 eth0>null']);
  });

  it('no, where it drops what comes to the node itself, which masqueraded the client', async () => {
    const filter = ['-A INPUT -i eth0 -m conntrack --ctstate ESTABLISHED -j DROP'];
    expect(await toUnseen({ filter }, 'node')).toMatchObject({ sees: 'times-out', why: 'timesOut' });
    expect(await toUnseen({ filter })).toMatchObject({ why: 'works' });
  });

  it('from a wrong source, where the node does not track it and so undoes nothing', async () => {
    const raw = ['-A PREROUTING -i eth0 -p tcp -j CT --notrack'];
    expect(await toUnseen({ raw })).toMatchObject({ sees: 'wrong-source', why: 'wrongSource' });
  });

  it('nobody knows, where the capture does not tell whether the rule drops it', async () => {
    const filter = ['-A FORWARD -i eth0 -m set --match-set odd src -j DROP'];
    expect(await toUnseen({ filter })).toMatchObject({
      ...{ sees: 'unknown', why: 'unknown', reason: { code: 'open-question' } },
    });
  });

  it('nobody knows, where a rule gives the request a source that the node does not have', async () => {
    const nat = ['-A POSTROUTING -o eth0 -j SNAT --to-source 192.168.0.77'];
    expect(await toUnseen({ nat })).toMatchObject({
      ...{ sees: 'unknown', why: 'unknown', reason: { code: 'source-not-own' } },
    });
    const own = ['-A POSTROUTING -o eth0 -j SNAT --to-source 192.168.0.1'];
    expect(await toUnseen({ nat: own })).toMatchObject({ why: 'works' });
  });

  it('through the tunnel that the request left by, and not where that is dropped', async () => {
    const filter = ['-A FORWARD -i flannel.1 -p tcp -m tcp --sport 8080 -j DROP'];
    expect(await toUnseen({ overlay: true, filter })).toMatchObject({ sees: 'times-out' });
    const plain = ['-A FORWARD -i eth0 -p tcp -m tcp --sport 8080 -j DROP'];
    expect(await toUnseen({ overlay: true, filter: plain })).toMatchObject({ why: 'works' });
  });

  it('past the node, where that only forwarded what somebody outside asked', async () => {
    const filter = ['-A FORWARD -m conntrack --ctstate ESTABLISHED -j DROP'];
    expect(await toUnseen({ filter }, '203.0.113.77', '10.244.2.5:8080')).toMatchObject({ why: 'works' });
  });
});

it('is the answer of somebody outside the cluster to a pod followed back, too?', async () => {
  const filter = ['-A FORWARD -i eth0 -m conntrack --ctstate ESTABLISHED -j DROP'];
  const item = await over({ filter }, {}, '198.51.100.9:80');
  expect(ways(item).map(({ sees, reason }) => [sees, reason?.code])).toEqual([['times-out', 'lost']]);
});
