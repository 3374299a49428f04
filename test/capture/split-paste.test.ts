import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { splitPaste } from '../../src/capture/paste/split-paste.ts';
import { recognise } from '../../src/capture/recognise.ts';
import { type SourceText, sourceOfBytes } from '../../src/capture/source.ts';
import { ProblemList } from '../../src/problems/problem.ts';

const ROOT = join(import.meta.dirname, '../..');
/** Real outputs of real tools; the shared ones where they are there. */
const FOLDERS = [
  'fixtures/demo',
  'fixtures/kube-proxy-1.20-legacy',
  'fixtures/k3s-echo',
  'fixtures/k3s-ngx',
  'fixtures/listings',
  'fixtures/iptables',
  '../shared/captures',
  '../shared/real',
]
  .map((folder) => join(ROOT, folder))
  .filter((folder) => existsSync(folder));

function split(source: SourceText): readonly SourceText[] {
  return splitPaste(source, recognise(source.head).kind, new ProblemList());
}

function sourceOf(text: string): SourceText {
  return sourceOfBytes('stdin', Buffer.from(text), null);
}

const IPSET_LIST = `Name: KUBE-LOOP-BACK
Type: hash:ip,port,ip
Revision: 6
Header: family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x1
Size in memory: 464
References: 1
Number of entries: 1
Members:
10.244.1.11,tcp:8080,10.244.1.11

Name: KUBE-CLUSTER-IP
Type: hash:ip,port
Revision: 6
Header: family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x2
Size in memory: 208
References: 2
Number of entries: 0
Members:
`;

describe('the clean output of a tool is no paste', () => {
  it.each(FOLDERS)('%s', (folder) => {
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((name) => join(folder, name))
      .filter(
        (path) => !/\.(?:md|json|ts|sh)$/.test(path) && statSync(path).isFile() && statSync(path).size < 2e6,
      );
    const taken = files.filter((path) => {
      const source = sourceOfBytes(path, readFileSync(path), null);
      // A transcript with its prompts is none.
      if (source.head.toString('utf8', 0, 2) === '$ ') return false;
      return recognise(source.head).kind !== 'unknown' && split(source)[0] !== source;
    });
    expect(files.length).toBeGreaterThan(0);
    expect(taken).toEqual([]);
  });

  it('ipset list, whose sets have their names on lines of their own', () => {
    const source = sourceOf(IPSET_LIST);
    expect(split(source)).toEqual([source]);
  });

  it('a text beyond what anybody pastes', () => {
    const source = { ...sourceOf('[root@node1 ~]# iptables-save\n*nat\nCOMMIT\n'), size: 17 * 1024 * 1024 };
    expect(split(source)).toEqual([source]);
  });
});

describe('a transcript', () => {
  it('gives one source of each tool, and lines keep their numbers', () => {
    const paste = `[root@node1 ~]# ipset list\n${IPSET_LIST}\n[root@node1 ~]# iptables-save -t nat\n*nat\n:PREROUTING ACCEPT [0:0]\nCOMMIT\n[root@node1 ~]# ip route\ndefault via 192.0.2.1 dev eth0\n`;
    const found = split(sourceOf(paste));
    expect(found.map(({ head }) => recognise(head).kind)).toEqual(['ipset', 'iptables-save', 'ip-route']);
    const [sets, rules, routes] = found.map(({ bytes }) => bytes.toString().split('\n'));
    const lines = paste.split('\n');
    expect(sets?.[1]).toBe('Name: KUBE-LOOP-BACK');
    expect(sets?.filter((line) => line.startsWith('Name: '))).toHaveLength(2);
    expect(rules?.indexOf('*nat')).toBe(lines.indexOf('*nat'));
    expect(routes?.indexOf('default via 192.0.2.1 dev eth0')).toBe(
      lines.indexOf('default via 192.0.2.1 dev eth0'),
    );
  });
});
