import { describe, expect, it } from 'vitest';
import { ask } from './paste.ts';

const PASTE = `Since yesterday nothing answers:
root@node1:~# iptables -t nat -S KUBE-SERVICES
-N KUBE-SERVICES
-A KUBE-SERVICES -d 10.96.0.1/32 -p tcp -m tcp --dport 443 -j KUBE-SVC-NPX46M4PTMTKRN6Y
root@node1:~# sysctl net.ipv4.ip_forward
net.ipv4.ip_forward = 1
`;

describe('what was recognised as what, with --explain-input', () => {
  it('is told line by line of a paste, and nothing is answered', async () => {
    const { out, err, status } = await ask(PASTE, 'trace', '10.96.0.1:443', '--explain-input');
    expect({ err, status }).toEqual({ err: '', status: 0 });
    expect(out.split('\n').map((line) => line.replace(/ {2,}/g, '  '))).toEqual([
      'stdin: a paste, read line by line',
      '  1  passed over  Since yesterday nothing answers:',
      '  2  command  root@node1:~# iptables -t nat -S KUBE-SERVICES',
      '  3-4  iptables-save  -N KUBE-SERVICES',
      '  5  command  root@node1:~# sysctl net.ipv4.ip_forward',
      '  6  sysctl  net.ipv4.ip_forward = 1',
      '',
    ]);
  });

  it('is the kind of a clean output', async () => {
    const { out } = await ask('*nat\n:PREROUTING ACCEPT [0:0]\nCOMMIT\n', 'services', '--explain-input');
    expect(out).toBe('stdin: iptables-save\n');
  });

  it('is what an unknown text looks like, which is no error', async () => {
    const { out, status } = await ask('\u001b[31mhello\n', 'check', '--explain-input');
    expect(status).toBe(0);
    expect(out).not.toContain('\u001b');
    expect(out).toMatch(/^stdin: a paste, read line by line\n {2}1 {2}passed over {2}\S*hello\n$/);
  });

  it('is JSON where that is asked for', async () => {
    const { out } = await ask(PASTE, 'services', '--explain-input', '-o', 'json');
    const { kind, items } = JSON.parse(out);
    expect(kind).toBe('InputList');
    expect(items[0].lines[2]).toEqual({ from: 3, to: 4, as: 'iptables-save', text: '-N KUBE-SERVICES' });
  });
});
