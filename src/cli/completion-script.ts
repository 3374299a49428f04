import type { Command, Option } from 'commander';

/** Shells for which a script can be printed. */
export type Shell = 'bash' | 'zsh' | 'fish';

/** A command's name, and its options with what each may be followed by. */
interface Completed {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly CompletedOption[];
  /** Values of the first argument, where they are fixed. */
  readonly values: readonly string[];
}

interface CompletedOption {
  readonly flags: readonly string[];
  readonly description: string;
  readonly choices: readonly string[];
  readonly takes: 'nothing' | 'file' | 'text';
}

/** @returns the script that completes the program's commands, their options and fixed values; files elsewhere. */
export function completionScript(shell: Shell, program: Command): string {
  const commands = program.commands.map(describe);
  return SCRIPTS[shell](commands);
}

const SCRIPTS: Readonly<Record<Shell, (commands: readonly Completed[]) => string>> = { bash, zsh, fish };

/** Options that are followed by a path. */
const FILES = new Set(['--file', '--write', '--kubeconfig']);

function describe(command: Command): Completed {
  const [argument] = command.registeredArguments;
  return {
    name: command.name(),
    summary: command.summary(),
    options: [...command.options.filter(({ hidden }) => !hidden).map(describeOption), HELP],
    values: argument?.argChoices ?? [],
  };
}

const HELP: CompletedOption = {
  flags: ['-h', '--help'],
  description: 'print help',
  choices: [],
  takes: 'nothing',
};

function describeOption(option: Option): CompletedOption {
  const flags = [option.short, option.long].filter((flag) => flag !== undefined && flag !== null);
  const bare = !option.required && !option.optional;
  return {
    flags,
    description: (option.description ?? '').split(/[;:(]/)[0]?.trim() ?? '',
    choices: option.argChoices ?? [],
    takes: bare ? 'nothing' : FILES.has(option.long ?? '') ? 'file' : 'text',
  };
}

function bash(commands: readonly Completed[]): string {
  // Of one option each command may have choices of its own, such as formats.
  const cases = commands.flatMap(({ name, options }) =>
    options
      .filter(({ choices }) => choices.length > 0)
      .map(({ flags, choices }) => ({
        words: flags.map((flag) => `'${name} ${flag}'`).join('|'),
        choices: choices.join(' '),
      })),
  );
  const free = new Set(
    commands.flatMap(({ options }) =>
      options
        .filter(({ takes, choices }) => takes === 'text' && choices.length === 0)
        .flatMap(({ flags }) => flags),
    ),
  );
  const files = new Set(
    commands.flatMap(({ options }) =>
      options.filter(({ takes }) => takes === 'file').flatMap(({ flags }) => flags),
    ),
  );
  return `# kp-explain: completion for bash
_kp_explain() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" command="" i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "\${COMP_WORDS[i]}" in
      ${commands.map(({ name }) => name).join('|')}) command="\${COMP_WORDS[i]}"; break ;;
    esac
  done
  COMPREPLY=()
  case "$command $before" in
${cases.map(({ words, choices }) => `    ${words}) COMPREPLY=($(compgen -W '${choices}' -- "$word")); return ;;`).join('\n')}
  esac
  case "$before" in
    ${[...files].join('|')}) COMPREPLY=($(compgen -f -- "$word")); return ;;
    ${[...free].join('|')}) return ;;
  esac
  case "$command" in
    '') COMPREPLY=($(compgen -W '${commands.map(({ name }) => name).join(' ')} help --help --version' -- "$word")) ;;
${commands.map((each) => `    ${each.name}) COMPREPLY=($(compgen -W '${[...each.values, ...each.options.flatMap(({ flags }) => flags)].join(' ')}' -- "$word")) ;;`).join('\n')}
  esac
}
complete -o filenames -F _kp_explain kp-explain
`;
}

function zsh(commands: readonly Completed[]): string {
  const list = commands.map(({ name, summary }) => `    ${single(`${name}:${summary}`)}`).join('\n');
  return `#compdef kp-explain
# kp-explain: completion for zsh
_kp_explain() {
  local -a commands
  commands=(
${list}
  )
  if (( CURRENT == 2 )); then
    _describe 'command' commands
    return
  fi
  local command="$words[2]"
  shift words
  (( CURRENT-- ))
  case "$command" in
${commands.map(zshCommand).join('\n')}
  esac
}
compdef _kp_explain kp-explain
`;
}

function zshCommand({ name, options, values }: Completed): string {
  const words = options.flatMap(({ flags, description, choices, takes }) => {
    const after =
      choices.length > 0
        ? `:value:(${choices.join(' ')})`
        : takes === 'file'
          ? ':path:_files'
          : takes === 'text'
            ? ':value: '
            : '';
    return flags.map((flag) => single(`${flag}[${description.replace(/[[\]:]/g, ' ')}]${after}`));
  });
  const first = values.length > 0 ? single(`1:value:(${values.join(' ')})`) : "'*: :_files'";
  return `    ${name}) _arguments ${[...words, first].join(' ')} ;;`;
}

function fish(commands: readonly Completed[]): string {
  const names = commands.map(({ name }) => name).join(' ');
  const lines = commands.flatMap(({ name, summary, options, values }) => {
    const inside = `-n '__fish_seen_subcommand_from ${name}'`;
    return [
      `complete -c kp-explain -n 'not __fish_seen_subcommand_from ${names}' -f -a ${name} -d ${single(summary)}`,
      ...(values.length === 0 ? [] : [`complete -c kp-explain ${inside} -f -a ${single(values.join(' '))}`]),
      ...options.map((option) => `complete -c kp-explain ${inside} ${fishOption(option)}`),
    ];
  });
  return `# kp-explain: completion for fish\n${lines.join('\n')}\n`;
}

function fishOption({ flags, description, choices, takes }: CompletedOption): string {
  const spelt = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
  const after =
    choices.length > 0
      ? ` -x -a ${single(choices.join(' '))}`
      : takes === 'file'
        ? ' -r -F'
        : takes === 'text'
          ? ' -x'
          : '';
  return `${spelt.join(' ')}${after} -d ${single(description)}`;
}

/** A word in single quotes, for any of the three shells' common ground: our own texts hold no line break. */
function single(text: string): string {
  return `'${text.replaceAll("'", '’')}'`;
}
