import { describe, expect, it } from 'vitest';
import { answerTo, ask } from './paste.ts';

const TO = ['10.244.1.5:80', '--from', '10.9.0.1', '--in-interface', 'eth0'] as const;

/** A part of a dump, from the middle of its declarations. */
const part = (policy: string): string => `\`\`\`sudo iptables-save
...
:FORWARD ${policy} [0:0]
:OUTPUT ACCEPT [254:32115]
:DOCKER - [0:0]
:KUBE-FIREWALL - [0:0]
-A INPUT -j KUBE-FIREWALL
-A FORWARD -i docker0 -j ACCEPT
-A OUTPUT -j KUBE-FIREWALL
-A KUBE-FIREWALL -m mark --mark 0x8000/0x8000 -j DROP
...
\`\`\`
`;

describe('chains that are declared without the line of their table', () => {
  it('have the policy that is said', async () => {
    expect(await answerTo(part('DROP'), ...TO)).toContain('DROP by the policy of filter FORWARD');
    expect(await answerTo(part('ACCEPT'), ...TO)).not.toContain('DROP');
  });

  it('are not empty where lines were picked: what leads to them is unknown', async () => {
    const picked = part('ACCEPT').replace('-A FORWARD -i docker0 -j ACCEPT', '-A FORWARD -j DOCKER');
    expect(await answerTo(picked, ...TO)).toContain('leads to chain DOCKER, which is not in the capture');
  });

  it('of tables one behind the other have each its own policy', async () => {
    const mangle = ':PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n';
    const filter = ':INPUT ACCEPT [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n';
    const rules = '-A INPUT -j KUBE-FIREWALL\n-A KUBE-FIREWALL -m mark --mark 0x8000/0x8000 -j DROP\n';
    expect(await answerTo(mangle + filter + rules, ...TO)).toContain('DROP by the policy of filter FORWARD');
  });

  it('are said by no note to be lines that cannot be read', async () => {
    expect((await ask(part('DROP'), 'trace', ...TO)).err).not.toContain('is no chain of a table');
  });
});
