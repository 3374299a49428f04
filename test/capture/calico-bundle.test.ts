import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { explainTrace } from '../../src/explain/explain-trace.ts';
import { plainQuestion } from '../../src/explain/question/question.ts';
import { openCapture } from '../support/open-capture.ts';

const DEMO = join(import.meta.dirname, '../../fixtures/demo');
const root = mkdtempSync(join(tmpdir(), 'kp-explain-bundle-'));
const BUNDLE = join(root, 'calico-diagnostics-20261121_100000');
const NODE = join(BUNDLE, 'nodes/node-1');
const DIAGS = join(root, 'diagnostics');
const demo = (name: string): string => readFileSync(join(DEMO, name), 'utf8');

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

const ADDR = `1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000
    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
    inet 127.0.0.1/8 scope host lo
       valid_lft forever preferred_lft forever
2: eth0@if7: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP group default qlen 1000
    link/ether 8a:36:54:57:c8:2c brd ff:ff:ff:ff:ff:ff link-netns lan
    inet 192.168.100.11/24 scope global eth0
       valid_lft forever preferred_lft forever
4: cni0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP group default qlen 1000
    link/ether 02:c7:2d:74:72:30 brd ff:ff:ff:ff:ff:ff
    inet 10.244.1.1/24 scope global cni0
       valid_lft forever preferred_lft forever
`;
const ADDR6 = `2: eth0@if7: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 state UP qlen 1000
    inet6 fd00:192:168:100::11/64 scope global nodad
       valid_lft forever preferred_lft forever
`;
const ROUTE = `default via 192.168.100.254 dev eth0
10.244.1.0/24 dev cni0 proto kernel scope link src 10.244.1.1
10.244.2.0/24 via 192.168.100.12 dev eth0
192.168.100.0/24 dev eth0 proto kernel scope link src 192.168.100.11
`;
const LOCAL = `local 10.244.1.1 dev cni0 table local proto kernel scope host src 10.244.1.1
local 127.0.0.0/8 dev lo table local proto kernel scope host src 127.0.0.1
local 192.168.100.11 dev eth0 table local proto kernel scope host src 192.168.100.11
`;

beforeAll(() => {
  // `kubectl exec -t` gives every line a carriage return.
  write(join(NODE, 'iptables-nft-save.txt'), demo('iptables-save.txt').replaceAll('\n', '\r\n'));
  write(join(NODE, 'iptables-legacy-save.txt'), '');
  write(join(NODE, 'ip-addr.txt'), ADDR);
  write(join(NODE, 'ip-route.txt'), ROUTE + LOCAL);
  write(
    join(NODE, 'ip-rule.txt'),
    '0:\tfrom all lookup local\n32766:\tfrom all lookup main\n32767:\tfrom all lookup default\n',
  );
  write(join(NODE, 'ipset-list.txt'), '');
  for (const noise of ['ip-link.txt', 'ip-neigh.txt', 'bpf-nat.txt', 'tc-qdisc.txt', 'cni.log']) {
    write(join(NODE, noise), 'Error: nothing of use\n');
  }
  for (const name of ['services', 'endpointslices', 'pods', 'nodes']) {
    write(join(BUNDLE, `cluster/kubernetes/${name}.yaml`), demo(`${name}.json`));
  }
  write(join(DIAGS, 'ipv4_tables'), demo('iptables-save.txt'));
  write(join(DIAGS, 'ipv6_tables'), demo('ip6tables-save.txt'));
  write(join(DIAGS, 'ipv4_route'), ROUTE);
  write(join(DIAGS, 'ipv4_addr'), ADDR);
  write(join(DIAGS, 'ipv6_addr'), ADDR6);
  write(join(DIAGS, 'date'), 'Sat Nov 21 10:00:00 UTC 2026\n');
  write(join(DIAGS, 'hostname'), 'node-1\n');
  write(join(DIAGS, 'netstat'), 'Active Internet connections\n');
});
afterAll(() => rmSync(root, { recursive: true }));

async function ask(path: string) {
  const { capture, known } = await openCapture(path);
  const [item] = explainTrace({ ...plainQuestion('10.96.10.1:80'), from: 'node' }, known);
  const outcomes = item?.outcomes.map(({ probability, verdict, destination, exit, endpoint }) => {
    return [
      probability.toFixed(3),
      verdict,
      destination.address,
      exit?.kind === 'interface' ? exit.name : null,
      endpoint?.pod,
    ];
  });
  return { service: item?.service, outcomes, problems: capture.problems.list(), known };
}

const ENDPOINTS = [
  ['0.333', 'accept', '10.244.1.11', 'cni0', 'web-a1'],
  ['0.333', 'accept', '10.244.1.12', 'cni0', 'web-a2'],
  ['0.333', 'accept', '10.244.2.11', 'eth0', 'web-b1'],
];

describe('a bundle of calicoctl cluster diags', () => {
  it.each([
    ['a node of it', NODE],
    ['the whole, where it has one node', BUNDLE],
  ])('is read: %s', async (_, path) => {
    const answer = await ask(path);
    expect(answer.problems).toEqual([]);
    expect(answer.service).toMatchObject({ namespace: 'shop', name: 'web', via: 'clusterIP' });
    expect(answer.outcomes).toEqual(ENDPOINTS);
  });

  it('is read as an archive', async () => {
    const archive = join(root, 'bundle.tar.gz');
    execFileSync('tar', ['czf', archive, '-C', root, 'calico-diagnostics-20261121_100000']);
    const answer = await ask(archive);
    expect(answer.problems).toEqual([]);
    expect(answer.outcomes).toEqual(ENDPOINTS);
  });

  it('of several nodes says how to name one', async () => {
    const several = join(root, 'several');
    cpSync(BUNDLE, several, { recursive: true });
    cpSync(NODE, join(several, 'nodes/node-2'), { recursive: true });
    await expect(ask(several)).rejects.toThrow(
      `${several} is not a capture, but holds some: say -f ${several}/nodes/node-1 or -f ${several}/nodes/node-2`,
    );
  });
});

describe('a bundle of calicoctl node diags', () => {
  it('is read, and what is of no use in it is passed over', async () => {
    const answer = await ask(DIAGS);
    expect(answer.problems).toEqual([]);
    expect(answer.outcomes?.map((outcome) => outcome.slice(0, 4))).toEqual(
      ENDPOINTS.map((outcome) => outcome.slice(0, 4)),
    );
    expect(answer.known.host.links?.find(({ name }) => name === 'eth0')?.addresses).toHaveLength(2);
  });
});
