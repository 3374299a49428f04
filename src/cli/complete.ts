import type { Command, Option } from 'commander';
import { dictionary } from '../lookup/dictionary.ts';
import type { Candidate } from './candidate.ts';
import { type Names, readNames } from './complete-names.ts';

/** What may stand next. */
export interface Completion {
  readonly candidates: readonly Candidate[];
  /** Files may stand there, too. */
  readonly files: boolean;
}

type Kind = 'services' | 'pods' | 'senders' | 'namespaces' | 'nodes' | 'contexts' | 'chains' | 'codes';

/** What an option is followed by, where it is no fixed list. */
const VALUES = dictionary<Kind | 'files'>({
  '--file': 'files',
  '--write': 'files',
  '--kubeconfig': 'files',
  '--expect': 'files',
  '--namespace': 'namespaces',
  '--svc': 'services',
  '--from': 'senders',
  '--client': 'pods',
  '--endpoint': 'pods',
  '--node': 'nodes',
  '--context': 'contexts',
  '--only': 'codes',
  '--ignore': 'codes',
});

/** What the arguments of a command are. */
const ARGUMENTS = dictionary<readonly (Kind | 'files')[]>({
  why: ['services'],
  trace: ['services'],
  services: ['services'],
  chain: ['chains', 'services'],
  check: ['files'],
  diff: ['files'],
  explain: ['codes'],
});

/** Words of options that read them by themselves. */
const WORDS = dictionary<readonly string[]>({
  '--state': [
    'ESTABLISHED',
    'SYN_SENT',
    'SYN_RECV',
    'TIME_WAIT',
    'CLOSE_WAIT',
    'UNREPLIED',
    'REPLIED',
    'ASSURED',
  ],
  '--problem': ['any', 'stale', 'error', 'warning', 'info'],
  '--protocol': ['tcp', 'udp', 'sctp', 'icmp'],
  '--ctstate': ['NEW', 'ESTABLISHED', 'RELATED', 'INVALID', 'UNTRACKED'],
});

/**
 * @param words of the command line without the program's name, the last one begun
 * @returns what the last one may become: commands, options, their values, and names of what is in the capture that is named, or
 *   else in the cluster
 */
export async function complete(words: readonly string[], program: Command): Promise<Completion> {
  // bash takes `--svc=x` apart.
  const typed = words.filter((word, index) => word !== '=' || index === words.length - 1);
  const last = typed.at(-1) ?? '';
  const before = typed.slice(0, -1);
  const command = commandOf(before, program);
  const [, long, begun] = /^(--[a-z-]+)=(.*)$/.exec(last) ?? [];
  const flag = long ?? before.at(-1) ?? '';
  const option = command?.options.find((one) => one.short === flag || one.long === flag);
  if (option !== undefined && (option.required || option.optional)) {
    const found = await valuesOf(option, typed, long === undefined ? last : (begun ?? ''));
    const prefix = long === undefined ? '' : `${long}=`;
    const whole = found.candidates.map((one) => ({ ...one, value: `${prefix}${one.value}` }));
    return { ...found, candidates: beginning(whole, long === undefined ? last : `${prefix}${begun ?? ''}`) };
  }
  if (command === undefined) return { candidates: beginning(commandsOf(program), last), files: false };
  if (last.startsWith('-')) return { candidates: beginning(optionsOf(command), last), files: false };
  const found = await argumentsOf(command, program, typed, last);
  return { ...found, candidates: beginning(found.candidates, last) };
}

function commandOf(before: readonly string[], program: Command): Command | undefined {
  const name = before.find((word) => !word.startsWith('-'));
  return name === 'help' ? undefined : program.commands.find((one) => one.name() === name);
}

function commandsOf(program: Command): Candidate[] {
  const commands = program.commands.filter((one) => !one.name().startsWith('_'));
  return [
    ...commands.map((one) => ({ value: one.name(), description: one.summary() })),
    { value: 'help', description: 'print help for a command' },
    { value: '--help', description: 'print help' },
    { value: '--version', description: 'print the version' },
  ];
}

function optionsOf(command: Command): Candidate[] {
  const own = command.options
    .filter(({ hidden }) => !hidden)
    .flatMap(({ short, long, description }) =>
      [short, long].flatMap((value) => (value == null ? [] : [{ value, description }])),
    );
  return [...own, { value: '-h', description: 'print help' }, { value: '--help', description: 'print help' }];
}

async function valuesOf(option: Option, typed: readonly string[], begun: string): Promise<Completion> {
  const name = option.long ?? '';
  const fixed = option.argChoices ?? WORDS[name];
  if (fixed !== undefined) return { candidates: fixed.map(plain), files: false };
  const kind = VALUES[name];
  if (kind === 'files') return { candidates: [], files: true };
  return { candidates: kind === undefined ? [] : await named(kind, readNames(typed, begun)), files: false };
}

async function argumentsOf(
  command: Command,
  program: Command,
  typed: readonly string[],
  begun: string,
): Promise<Completion> {
  const [argument] = command.registeredArguments;
  if (argument?.argChoices !== undefined) return { candidates: argument.argChoices.map(plain), files: false };
  const kinds = ARGUMENTS[command.name()] ?? [];
  const names = readNames(typed, begun);
  const found = await Promise.all(
    kinds.map(async (kind) => (kind === 'files' ? [] : await named(kind, names))),
  );
  const candidates = found.flat();
  return { candidates, files: kinds.includes('files') || program.commands.length === 0 };
}

/** A name that reads as an option would be one, once it stands on the line. */
async function named(kind: Kind, names: Names): Promise<Candidate[]> {
  const all = await (kind === 'senders' ? names.pods() : names[kind]());
  const own = all.filter(({ value }) => !value.startsWith('-'));
  if (kind !== 'senders') return own;
  return [
    { value: 'pod', description: 'some pod of the node' },
    { value: 'node', description: 'a process of the node' },
    { value: 'external', description: 'an address outside the cluster' },
    ...own,
  ];
}

function plain(value: string): Candidate {
  return { value, description: '' };
}

/** What a shell would take for more than a word is not offered: names come from captures. */
const WORD = /^[\w./:@=+-]+$/;

function beginning(candidates: readonly Candidate[], begun: string): Candidate[] {
  const found = candidates.filter(({ value }) => value.startsWith(begun) && WORD.test(value));
  return [...new Map(found.map((one) => [one.value, one])).values()];
}
