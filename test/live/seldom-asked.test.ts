import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { OUTPUTS, PLAIN, type Scenario } from './cluster.ts';
import { clustersLike } from './clusters.ts';

const LABELS = '[{"address":"::1","prefixlen":128,"label":0}]\n';
const EXPECTED = '299 l3proto = 2 proto=6 src=10.9.9.1 dst=10.9.9.1 sport=0 dport=51210 ftp\n';

const cluster = clustersLike({
  ...PLAIN,
  podPrograms: [...PLAIN.podPrograms, 'sh', 'cat', 'ip', 'ipvsadm', 'ss'],
});

const CAPTURE = ['capture', '-w', 'cap', '--node', 'node-1', '--via', 'exec', '--no-api'];

/** Captures a node that prints this. @returns what the capture's file of that name holds, or null. */
function captured(outputs: Scenario['outputs'], file: string): string | null {
  const node = cluster({ outputs: { ...OUTPUTS, ...outputs } });
  const { status, err } = node.run(...CAPTURE);
  expect(status, err).toBe(0);
  const path = join(node.work, 'cap', file);
  return existsSync(path) ? readFileSync(path, 'utf8') : null;
}

describe('what is captured where a node has it?', () => {
  it.each([
    ['ip -j addrlabel', 'ip-addrlabel.json', LABELS],
    ['ip xfrm policy', 'ip-xfrm-policy.txt', 'src 10.0.0.0/8 dst 10.1.0.0/16 \n\tdir fwd action block\n'],
    ['cat /proc/net/nf_conntrack_expect', 'conntrack-expect.txt', EXPECTED],
    ['ss -ltnu', 'sockets.txt', 'tcp LISTEN 0 128 0.0.0.0:22 0.0.0.0:*\n'],
  ])('%s', (command, file, out) => {
    expect(captured({ [command]: { out } }, file)).toBe(out);
  });

  it('ipvsadm -Lnc, where the kernel has IPVS', () => {
    const connections = 'IPVS connection entries\npro expire state       source\n';
    const outputs = {
      'cat /proc/net/ip_vs': { out: 'IP Virtual Server version 1.2.1 (size=4096)\n' },
      'ipvsadm -Lnc': { out: connections },
    };
    expect(captured(outputs, 'ipvsadm-connections.txt')).toBe(connections);
  });
});

describe('is a list without entries told from one that could not be read?', () => {
  it.each([
    ['ip xfrm policy', 'ip-xfrm-policy.txt'],
    ['cat /proc/net/nf_conntrack_expect', 'conntrack-expect.txt'],
  ])('%s that prints nothing is an empty file', (command, file) => {
    expect(captured({ [command]: { out: '' } }, file)).toBe('');
  });

  it.each([
    ['ip xfrm policy', 'ip-xfrm-policy.txt', 'Cannot open netlink socket: Protocol not supported\n'],
    ['ip -j addrlabel', 'ip-addrlabel.json', "ip: invalid argument 'addrlabel' to 'ip'\n"],
    [
      'cat /proc/net/nf_conntrack_expect',
      'conntrack-expect.txt',
      "cat: can't open: No such file or directory\n",
    ],
  ])('%s that fails makes no file, and no problem', (command, file, err) => {
    const node = cluster({ outputs: { ...OUTPUTS, [command]: { status: 1, err } } });
    const run = node.run(...CAPTURE);
    expect(run.status, run.err).toBe(0);
    expect(existsSync(join(node.work, 'cap', file))).toBe(false);
    expect(run.err).not.toContain(command);
  });
});

it('--no-conntrack asks for no flows that are expected either', () => {
  const node = cluster();
  node.run('trace', 'shop/web', '--node', 'node-1', '--via', 'exec', '--no-api', '--no-conntrack');
  expect(node.inShell().map((words) => words.join(' '))).not.toContain('cat /proc/net/nf_conntrack_expect');
  node.run('trace', 'shop/web', '--node', 'node-1', '--via', 'exec', '--no-api');
  expect(node.inShell().map((words) => words.join(' '))).toContain('cat /proc/net/nf_conntrack_expect');
});
