import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from '../cli/run-main.ts';
import { ask } from './paste.ts';

const rules = (chain: string, to: string): string =>
  `-A KUBE-SERVICES -d 10.96.44.12/32 -p tcp -m comment --comment "shop/cart cluster IP" -m tcp --dport 80 -j KUBE-SVC-7XQ5ZBFA5FJ2KXZD
-A KUBE-SVC-7XQ5ZBFA5FJ2KXZD -m comment --comment "shop/cart -> ${to}" -j KUBE-SEP-${chain}
-A KUBE-SEP-${chain} -p tcp -m comment --comment "shop/cart" -m tcp -j DNAT --to-destination ${to}
`;
const ONE = rules('AAAAAAAAAAAAAAAA', '10.244.1.7:8080');
const TWO = rules('BBBBBBBBBBBBBBBB', '10.244.2.9:8080');

const services = async (paste: string) => {
  const { status, out, err } = await ask(paste, 'services');
  return { status, out, err: err.replaceAll(/\s+/g, ' ') };
};

describe('Are two nodes in one paste added up?', () => {
  const heads = [
    ['worker-1 | CHANGED | rc=0 >>', 'worker-2 | CHANGED | rc=0 >>'],
    ['[1] 10:00:01 [SUCCESS] worker-1', '[2] 10:00:02 [SUCCESS] worker-2'],
    ['$ ssh worker-1 sudo iptables-save -t nat', '$ ssh worker-2 sudo iptables-save -t nat'],
    ['me@laptop:~$ ssh -p 22 root@worker-1 iptables-save', 'me@laptop:~$ ssh root@worker-2 iptables-save'],
    [
      '$ kubectl exec -n kube-system kube-proxy-4x7bz -- iptables-save -t nat',
      '$ kubectl exec -n kube-system kube-proxy-9pqwt -- iptables-save -t nat',
    ],
    [
      '$ kubectl debug node/worker-1 -it --image=x -- iptables-save',
      '$ kubectl debug node/worker-2 -it --image=x -- iptables-save',
    ],
  ] as const;
  it.each(heads)('no: %s', async (first, second) => {
    const { status, out, err } = await services(`${first}\n${ONE}${second}\n${TWO}`);
    expect({ status, out }).toEqual({ status: 2, out: '' });
    expect(err).toMatch(/lines of two .*are in this paste: \S+ \(line 2\) and \S+ \(line 6\)/);
    expect((await services(`${first}\n${ONE}${first}\n${ONE}`)).status).toBe(0);
  });

  const headings = [
    ['=== worker-1 ===', '=== worker-2 ==='],
    ['--- worker-1 ---', '--- worker-2 ---'],
    ['## node a', '## node b'],
    ['==> worker-1 <==', '==> worker-2 <=='],
    ['worker-1:', 'worker-2:'],
  ] as const;
  it.each(headings)('nor under headings, where their rules differ: %s', async (first, second) => {
    const { status, err } = await services(`${first}\n${ONE}${second}\n${TWO}`);
    expect(status).toBe(2);
    expect(err).toContain('(line 5) have different rules in one chain: they are of two nodes');
    expect((await services(`${first}\n${ONE}${second}\n${ONE}`)).status).toBe(0);
  });

  it('nor two files of lines that were picked', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kp-explain-'));
    const give = async (second: string) => {
      writeFileSync(join(folder, 'one'), ONE);
      writeFileSync(join(folder, 'two'), second);
      return await run(['services', '-f', join(folder, 'one'), '-f', join(folder, 'two')]);
    };
    const { status, err } = await give(TWO);
    expect(status).toBe(2);
    expect(err.replaceAll(/\s+/g, ' ')).toContain(
      'have different rules in one chain of table nat: they are of two nodes',
    );
    expect((await give(ONE)).status).toBe(0);
    rmSync(folder, { recursive: true });
  });

  it('nor two states of one: they are for diff', async () => {
    const { status, err } = await services(`before:\n${ONE}\nafter the restart:\n${TWO}`);
    expect(status).toBe(2);
    expect(err).toContain('two states are in this paste');
    expect(err).toContain('kp-explain diff BEFORE AFTER');
  });

  it('but parts of one are put together: tables, families, chains, and what was picked twice', async () => {
    const [entry = '', choice = '', endpoint = ''] = ONE.split('\n');
    const six = ONE.replaceAll('10.96.44.12/32', 'fd00::c/128').replaceAll('10.244.1.7:', '[fd00::7]:');
    const parts = [
      `=== nat ===\n*nat\n${ONE}COMMIT\n=== filter ===\n*filter\n-A KUBE-SERVICES -d 10.96.9.9/32 -j REJECT\nCOMMIT\n`,
      `Here it is:\n$ iptables-save\n${ONE}And the other one:\n$ ip6tables-save\n${six}`,
      `The entry:\n${entry}\nThe rest:\n${choice}\n${endpoint}\n`,
      `Entry first:\n${entry}\nAll of it:\n${ONE}`,
      `$ kubectl exec -n kube-system kube-proxy-4x7bz -- iptables-save\n${ONE}$ kubectl exec -n kube-system calico-node-9pqwt -- ip route\ndefault via 10.0.0.1 dev eth0\n`,
      `root@worker-1:~# iptables-save\n${ONE}worker-1.example.org | CHANGED | rc=0 >>\n${ONE}`,
    ];
    for (const paste of parts) expect(await services(paste)).toMatchObject({ status: 0 });
  });
});
