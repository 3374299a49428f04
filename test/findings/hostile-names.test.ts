import { afterAll, describe, expect, it } from 'vitest';
import { endpointChainName } from '../../src/proxy/hash.ts';
import { PasteBox, pasteCommand, SHELLS } from '../support/paste.ts';
import { type Edit, editObjects, findIn, insertRules, RULES, replace } from './altered-capture.ts';

/** Chain names that the kernel takes: anything but blanks. */
const CHAINS = [
  `x;touch\${IFS}P;#`,
  `$(touch\${IFS}P)'\`touch\${IFS}P\`&reboot`,
  `\\';touch\${IFS}P;'\\`,
  `x\u007f\u202e';touch\${IFS}P;'`,
  '!!>P|touch',
];

/** Names of API objects in a file that nobody checked. */
const NAMES = ['x; touch P;', '$(touch P)\n`touch P`', "--all';touch P;'", '\u2066 "$(touch P)"', '\\'];

const box = new PasteBox();
afterAll(() => box.remove());

/** Declares a chain with these rules, and jumps to it first of all. */
function hung(table: string, hook: string, chain: string, ...rules: readonly string[]): Edit[] {
  const lines = [`:${chain} - [0:0]`, ...rules.map((rule) => `-A ${chain} ${rule}`)];
  const declared: Edit = [RULES, (text) => text.replace(`*${table}\n`, () => `*${table}\n${lines[0]}\n`)];
  const filled: Edit = [
    RULES,
    (text) =>
      text.replace(new RegExp(`^(\\*${table}\\n[\\s\\S]*?)^COMMIT`, 'm'), (_, block) =>
        [block, ...lines.slice(1).map((line) => `${line}\n`), 'COMMIT'].join(''),
      ),
  ];
  return [declared, filled, insertRules(table, hook, `-j ${chain}`)];
}

/** Pastes the commands of one code into each shell, and compares what ran with what was meant. */
async function expectHarmless(code: string, edits: readonly Edit[], word: string): Promise<void> {
  const commands = (await findIn(edits)).flatMap((finding) =>
    finding.code === code && finding.command !== null ? [finding.command] : [],
  );
  const all = commands.flatMap(({ runs }) => runs.flatMap(({ argv }) => argv));
  expect(all).toContain(word);
  for (const command of commands) {
    const { line, did, meant } = pasteCommand(box, '/bin/bash', command);
    expect(did, line).toEqual(meant);
    expect(line).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
    for (const shell of SHELLS) {
      const { ran, files } = box.paste(shell, line, []);
      // A shell without $'…' has another name at its place, and still nothing else runs.
      expect(
        ran.map((argv) => argv.length),
        line,
      ).toEqual(command.runs.map(({ argv }) => argv.length));
      expect(ran.map(([program]) => program)).toEqual(command.runs.map(({ argv }) => argv[0]));
      expect([...files]).toEqual([]);
    }
  }
}

const CHAIN_CASES: readonly (readonly [string, (chain: string) => readonly Edit[]])[] = [
  ['KP106', (chain) => hung('filter', 'FORWARD', chain, '-s 10.244.0.0/16 -j ACCEPT')],
  ['KP119', (chain) => hung('mangle', 'FORWARD', chain, '-j MARK --set-xmark 0x0/0xffffffff')],
  ['KP129', (chain) => hung('raw', 'PREROUTING', chain, '-d 10.244.1.11/32 ! -i cni0 -j DROP')],
  [
    'KP203',
    (chain) =>
      hung(
        'nat',
        'PREROUTING',
        chain,
        '-d 10.96.10.1/32 -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.244.1.13:8080',
      ),
  ],
  [
    'KP208',
    (chain) => hung('filter', 'INPUT', chain, ...Array.from({ length: 5 }, () => '-s 10.9.0.0/16 -j ACCEPT')),
  ],
  ['KP210', (chain) => hung('filter', 'INPUT', chain, '-j ACCEPT', '-s 10.9.0.0/16 -j DROP')],
  [
    'KP211',
    (chain) => hung('filter', 'FORWARD', chain, '-d 10.244.1.11/32 -p tcp -m tcp --dport 8080 -j DROP'),
  ],
];

describe('does a chain with a hostile name run anything when the command of a finding is pasted?', () => {
  it.each(CHAIN_CASES.flatMap(([code, edits]) => CHAINS.map((chain) => [code, chain, edits] as const)))(
    '%s: %j',
    async (code, chain, edits) => expectHarmless(code, edits(chain), chain),
  );
});

describe('does a pod with a hostile name, or namespace?', () => {
  const hostPort = (name: string, namespace: string): Edit =>
    editObjects('pods.json', (pod) => {
      if (pod.metadata.name !== 'client-a') return;
      for (const container of pod.spec.containers)
        container.ports = [{ containerPort: 8080, hostPort: 8888, protocol: 'TCP' }];
      Object.assign(pod.metadata, { name, namespace });
    });

  it.each(NAMES)('KP108: pod %j', (name) => expectHarmless('KP108', [hostPort(name, 'shop')], `pod/${name}`));

  it.each(NAMES)('KP108: namespace %j', (name) =>
    expectHarmless('KP108', [hostPort('x', name)], `--namespace=${name}`),
  );
});

describe('does an interface with a hostile name?', () => {
  const vxlan = (ifname: string): readonly Edit[] => [
    replace(RULES, /^.*-A KUBE-POSTROUTING -j MARK.*\n/m, ''),
    [
      'ip-addr.json',
      (text) =>
        JSON.stringify([
          ...JSON.parse(text),
          { ifindex: 90, ifname, flags: ['UP'], linkinfo: { info_kind: 'vxlan' }, addr_info: [] },
        ]),
    ],
  ];

  it.each([...CHAINS, ...NAMES])('KP127: %j', (name) => expectHarmless('KP127', vxlan(name), name));
});

describe('does a rule with hostile words?', () => {
  const COMMENT = 'NodeLocal DNS Cache: "$(touch P)" `touch P`\'; touch P; #\\';
  const rule = `-d 10.96.0.10/32 ! -i x;touch\${IFS}P;# -p udp -m udp --dport 53 -m comment --comment "${COMMENT.replace(/["\\']/g, '\\$&')}" -j NOTRACK`;

  it('KP128, which gives the words of the rule as iptables-restore would read them', async () => {
    for (const edits of [[rule, rule], [rule]].map((rules) => [insertRules('raw', 'PREROUTING', ...rules)])) {
      await expectHarmless('KP128', edits, COMMENT);
      await expectHarmless('KP128', edits, `x;touch\${IFS}P;#`);
    }
  });
});

describe('is the file of a list named with care?', () => {
  const sticky = endpointChainName(
    { namespace: 'shop', name: 'web-sticky', port: '', protocol: 'TCP' },
    '10.244.1.11',
    8080,
  );

  it('KP124, whose command writes', async () => {
    const found = await findIn([
      [
        `xt_recent/${sticky}`,
        () => 'src=10.244.1.13 ttl: 64 last_seen: 4297000032 oldest_pkt: 1 4297000032\n',
      ],
      editObjects('pods.json', (pod) => {
        if (pod.metadata.name !== 'web-a1') return;
        for (const condition of pod.status.conditions)
          if (condition.type === 'Ready') condition.status = 'False';
      }),
    ]);
    const command = found.find(({ code }) => code === 'KP124')?.command;
    expect(command?.runs).toEqual([
      { argv: ['echo', '-10.244.1.13'], joint: null, into: `/proc/net/xt_recent/${sticky}` },
    ]);
  });
});
