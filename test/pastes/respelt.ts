import { type Change, pick } from './dice.ts';

const isRule = (line: string): boolean => /^(?:\[\d+:\d+\] )?-A /.test(line);
const uncounted = (line: string): string => line.replace(/^\[\d+:\d+\] /, '');

/** Each line with the table that it stands in; empty outside of any. */
function withTables(lines: readonly string[]): { readonly line: string; readonly table: string }[] {
  let table = '';
  return lines.map((line) => {
    const head = /^\*(\w+)$/.exec(line)?.[1];
    table = head ?? (line === 'COMMIT' ? '' : table);
    return { line, table };
  });
}

/** What makes a chain, or sets its policy, in a script; null for any other line. */
function commandOf(line: string): string | null {
  const [, name, policy] = /^:(\S+) (\S+) /.exec(line) ?? [];
  return name === undefined ? null : policy === '-' ? `-N ${name}` : `-P ${name} ${policy}`;
}

const CALLS = [
  'iptables -t TABLE ',
  'iptables -w -t TABLE ',
  'iptables -w 5 -W 100000 -t TABLE ',
  'sudo iptables -t TABLE ',
  '/usr/sbin/iptables --table TABLE ',
  '+ iptables -t TABLE ',
  '$ sudo iptables -t TABLE ',
];

/** Rules of ip6tables are those of another family. */
const callOf = (call: string, lines: readonly string[]): string =>
  lines.some((line) => line.includes('ip6tables-save')) ? call.replace('iptables', 'ip6tables') : call;

/** Each rule in front of the ones before it, which turns the rules of each chain round. */
function insertedFirst(lines: readonly string[]): string[] {
  const turned: string[] = [];
  let rules: string[] = [];
  for (const line of lines) {
    if (isRule(line)) {
      rules.unshift(uncounted(line).replace(/^-A/, '-I'));
      continue;
    }
    turned.push(...rules, line);
    rules = [];
  }
  return [...turned, ...rules];
}

/** The same rules as they are given to iptables instead of printed by it. */
export const GIVEN: Readonly<Record<string, Change>> = {
  'input of iptables-restore': (lines, roll) => {
    const head = pick(['* ', '*'], roll);
    return lines.map((line) =>
      uncounted(line)
        .replace(/^\*/, head)
        .replace(/^:(\S+) - .*/, '-N $1'),
    );
  },
  'input of iptables-restore, each rule put first': insertedFirst,
  'input of iptables-restore that names the table in each rule': (lines) =>
    withTables(lines).map(({ line, table }) =>
      isRule(line) ? uncounted(line).replace(/^(-A \S+)/, `$1 -t ${table}`) : line,
    ),
};

/** Of what is given to iptables, only what a tool itself adds; and commands, which tell the table of no policy for certain. */
export const ADDED: Readonly<Record<string, Change>> = {
  'commands as a tool logs them': (lines, roll) => {
    const call = callOf(pick(CALLS, roll), lines);
    return withTables(lines).flatMap(({ line, table }) => {
      const command = isRule(line) ? uncounted(line) : commandOf(line);
      return command === null ? [] : [`${call.replace('TABLE', table)}${command}`];
    });
  },
  'input of iptables-restore without built-in chains': (lines) =>
    lines
      .filter((line) => !/^:\S+ (?!- )/.test(line))
      .map((line) => uncounted(line).replace(/^:(\S+) - .*/, '-N $1')),
  'the commands that append': (lines, roll) => {
    const call = callOf(pick(CALLS, roll), lines);
    return withTables(lines).flatMap(({ line, table }) =>
      isRule(line) ? [`${call.replace('TABLE', table)}${uncounted(line)}`] : [],
    );
  },
};

const textOf = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

/** All of it in one string, as logs and documents hold it. */
export const STRINGS: Readonly<Record<string, Change>> = {
  'a string of JSON': (lines) => [JSON.stringify(textOf(lines))],
  'a field of a JSON log': (lines) => [
    JSON.stringify({ level: 'debug', ts: '2024-05-06T07:08:09Z', msg: textOf(lines) }),
  ],
  'a field of a document': (lines, roll) => [
    '{',
    '  "changed": false,',
    `  "${pick(['stdout', 'output', 'rules'], roll)}": ${JSON.stringify(textOf(lines).trimEnd())},`,
    '  "rc": 0',
    '}',
  ],
  'a value of klog': (lines) => [
    `I1114 11:06:11.123456       1 proxier.go:1500] "Restoring iptables" rules=${JSON.stringify(textOf(lines))}`,
  ],
  'a value of klog in lines': (lines) => [
    'I1114 11:06:11.123456       1 proxier.go:1500] "Restoring iptables" rules=<',
    ...lines.map((line) => `\t${line}`),
    ' >',
  ],
  'the text of an old klog': (lines) => [
    `I1114 11:06:11.123456       1 proxier.go:1500] Restoring iptables rules: ${lines[0] ?? ''}`,
    ...lines.slice(1),
  ],
  'a block of YAML': (lines) => ['output: |', ...lines.map((line) => `  ${line}`)],
};
