import { describe, expect, it } from 'vitest';
import { readSift } from '../../src/iptables/sift.ts';
import { ask } from './paste.ts';

const FLOW = `$ sudo conntrack -L -p udp --orig-dst 10.96.0.10
udp      17 160 src=10.244.1.5 dst=10.96.0.10 sport=40112 dport=53 src=10.244.0.3 dst=10.244.1.5 sport=53 dport=40112 [ASSURED] mark=0 use=1
`;

const SERVICE = `-A KUBE-SERVICES -d 10.96.0.10/32 -p udp -m comment --comment "kube-system/kube-dns:dns cluster IP" -m udp --dport 53 -j KUBE-SVC-TCOU7JCQXEZGVUNU
`;
const CHOICE = `-A KUBE-SVC-TCOU7JCQXEZGVUNU -m comment --comment "kube-system/kube-dns:dns -> 10.244.0.4:53" -j KUBE-SEP-AAAAAAAAAAAAAAAA
`;
const ENDPOINT = `-A KUBE-SEP-AAAAAAAAAAAAAAAA -p udp -m comment --comment "kube-system/kube-dns:dns" -m udp -j DNAT --to-destination 10.244.0.4:53
`;
const RULES = ENDPOINT + SERVICE + CHOICE;

const shown = (command: string): string => `$ sudo iptables-save -t nat${command}\n${RULES}`;
const ENDPOINTS = `$ kubectl get endpoints kube-dns -n kube-system
NAME       ENDPOINTS                                               AGE
kube-dns   10.244.0.3:53,10.244.0.4:53,10.244.0.3:53 + 3 more...   400d
`;

const flows = async (paste: string): Promise<string> =>
  (await ask(paste, 'conntrack')).out.replaceAll(/\s+/g, ' ');

describe('Is a flow stuck to whose endpoint no rule leads that was pasted?', () => {
  const picks = [
    [' | grep -E "10\\.96\\.0\\.10/32|10\\.244\\.0\\.4"', 'by addresses'],
    [' | grep -v 10.244.0.3', 'without some'],
    [' | awk /10.244.0.4/', 'by another program'],
    ['', 'by a command of which nothing is known: the lines are no whole dump'],
  ] as const;
  it.each(picks)('rules that were picked%s do not tell: %s', async (command) => {
    const out = await flows(FLOW + shown(command));
    expect(out).toContain('1 flow, none known to be stuck');
    expect(out).toContain(
      'only some rules of their Services are in the capture, so that it is not known whether they are stuck',
    );
    expect(out).not.toContain('conntrack -D');
    const { out: checked } = await ask(FLOW + shown(command), 'check', '--only', 'KP101');
    expect(checked).not.toContain('KP101');
  });

  it('also where a whole table of filter stands beside them', async () => {
    const filter =
      '# iptables-save -t filter\n*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n';
    expect(await flows(FLOW + filter + shown(picks[0][0]))).toContain('could not be compared with the rules');
    expect(await flows(FLOW + filter + shown(picks[0][0]))).toContain('none known to be stuck');
  });

  it('also where the lines that were picked keep the frame of a dump', async () => {
    const frame = (rules: string) =>
      `*nat\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:KUBE-SERVICES - [0:0]\n:KUBE-SEP-AAAAAAAAAAAAAAAA - [0:0]\n:KUBE-SVC-TCOU7JCQXEZGVUNU - [0:0]\n-A PREROUTING -j KUBE-SERVICES\n${rules}COMMIT\n`;
    const picked = "$ iptables-save -t nat | grep -E '^[*:]|COMMIT|PREROUTING|10[.]244[.]0[.]4'\n";
    expect(await flows(FLOW + picked + frame(RULES))).toContain('none known to be stuck');
    expect(await flows(`${FLOW}$ iptables-save -t nat\n${frame(RULES)}`)).toContain('1 flow, 1 stuck');
    expect(await flows(`${FLOW}$ iptables-save -t nat | grep -v '^#'\n${frame(RULES)}`)).toContain('1 stuck');
  });

  it('those that all hold what each rule of the chain spells do: the Service, or the chain', async () => {
    for (const text of ['kube-dns', 'kube-system/kube-dns:dns', 'KUBE-SVC-TCOU7JCQXEZGVUNU'])
      expect(await flows(FLOW + shown(` | grep ${text}`))).toContain('1 flow, 1 stuck');
    expect(await flows(FLOW + shown(" | grep -e KUBE -e '10.244'"))).toContain('1 flow, 1 stuck');
  });

  it('its chain as `iptables -S` lists it does, before or behind rules that were picked', async () => {
    const chain = `$ iptables -t nat -S KUBE-SVC-TCOU7JCQXEZGVUNU\n-N KUBE-SVC-TCOU7JCQXEZGVUNU\n${CHOICE}`;
    const picked = `$ iptables-save -t nat | grep 10.244.0.4\n${ENDPOINT}${CHOICE}$ iptables-save -t nat | grep 10.96.0.10\n${SERVICE}`;
    expect(await flows(FLOW + picked + chain)).toContain('1 flow, 1 stuck');
    expect(await flows(FLOW + chain + picked)).toContain('1 flow, 1 stuck');
    const more = chain.replace(
      CHOICE,
      `${CHOICE.replace('-j', '-m statistic --mode random --probability 0.5 -j')}${CHOICE.replaceAll('10.244.0.4', '10.244.0.3').replace('AAAAAAAAAAAAAAAA', 'BBBBBBBBBBBBBBBB')}`,
    );
    expect(await flows(FLOW + more + picked)).not.toContain('1 stuck');
  });

  it('an endpoint that kubectl shows is not gone, though no rule leads there', async () => {
    const out = await flows(FLOW + ENDPOINTS + shown(' | grep kube-dns'));
    expect(out).toContain('1 flow, none stuck');
    expect(out).not.toContain('conntrack -D');
    const { out: json } = await ask(FLOW + ENDPOINTS + shown(' | grep kube-dns'), 'conntrack', '-o', 'json');
    expect(json).toContain('kubectl shows 10.244.0.3:53 as an endpoint of kube-system/kube-dns:dns, but');
  });
});

describe('What does a pipe behind iptables-save let through?', () => {
  const cases = [
    ['$ iptables-save', null],
    ['$ iptables-save | less', null],
    ["# iptables-save | grep -v '^#'", null],
    ['$ sudo iptables-save -t nat | sudo grep shop/cart', [['shop/cart']]],
    ["$ iptables-save | grep -nE 'shop/cart|10\\.96\\.44\\.12'", [['shop/cart']]],
    ['$ iptables-save | grep -A 3 -e a -e b', [['a', 'b']]],
    ["$ iptables-save | grep 'KUBE-(SVC|SEP)-7'", [[]]],
    ['$ iptables-save | grep -m 3 shop', [[]]],
    ['$ iptables-save | grep shop | head', [['shop'], []]],
    ['$ iptables-save > rules; grep shop rules', [[]]],
    ['$ cd /tmp && iptables-save | grep shop', [['shop']]],
  ] as const;
  it.each(cases)('%s', (command, sift) => {
    expect(readSift(command)).toEqual(sift);
  });
});
