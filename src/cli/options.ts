import { type Command, InvalidArgumentError, Option } from 'commander';
import { DEMOS, type DemoName } from '../capture/demo.ts';
import type { Needs } from '../capture/live/live-state.ts';
import { nearest } from '../explain/words/nearest.ts';
import { type Format, PLAIN_FORMATS, type PlainFormat } from '../render/format.ts';
import { addDisplayOptions } from './display.ts';
import { addLiveOptions, type LiveOptions, liveRequest } from './live-options.ts';
import type { CommonRequest } from './requests.ts';

/** The options that every command shares, as commander hands them over. */
export interface CommonOptions<F extends Format = PlainFormat> extends LiveOptions {
  readonly file?: readonly string[];
  readonly demo?: DemoName;
  readonly explainInput?: boolean;
  readonly output: F;
}

/** Adds where the state comes from and how the answer is written. */
export function addCommonOptions(command: Command, outputs: readonly string[] = PLAIN_FORMATS): Command {
  return addDisplayOptions(addStateOptions(command).optionsGroup('Output:').addOption(outputOption(outputs)));
}

/** Adds where the state comes from. */
export function addStateOptions(command: Command): Command {
  const files = command
    .optionsGroup('State of the node:')
    .addOption(
      new Option(
        '-f, --file <path>',
        'a capture folder, a .tar.gz of one, or what a tool printed (iptables-save, conntrack -L, nft list ruleset, ip addr, kubectl get -o json, …); - is standard input; repeatable',
      ).argParser((value: string, before?: readonly string[]) => [...(before ?? []), value]),
    )
    .addOption(
      new Option('--demo [mode]', 'a capture bundled with the program: a node with kube-proxy in this mode')
        .choices(DEMOS)
        .preset('iptables')
        .conflicts('file'),
    )
    .option('--explain-input', 'only say what each input, and each line of a paste, was recognised as');
  return addLiveOptions(files);
}

/**
 * `--demo` and `--watch` may stand before what is asked (`trace --demo shop/web`): only the name of a demo is a value of the
 * one, and only a number of the other.
 * @param timed false: `--watch` takes no value
 * @returns the arguments, each of the two with its value in one word
 */
export function withValuesNamed(argv: readonly string[], timed: boolean): string[] {
  const end = argv.indexOf('--');
  const words: string[] = [];
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? '';
    const next = argv[at + 1] ?? '';
    if ((word !== '--demo' && (word !== '--watch' || !timed)) || (end >= 0 && at > end)) words.push(word);
    else if (word === '--watch') {
      const counts = /^\d+(?:\.\d+)?$/.test(next);
      words.push(`--watch=${counts ? next : ''}`);
      if (counts) at += 1;
    } else if (DEMOS.some((name) => name === next)) {
      words.push(`--demo=${next}`);
      at += 1;
    } else words.push(`--demo=${DEMOS[0]}`);
  }
  return words;
}

/** @returns `-o` with these formats. */
export function outputOption(outputs: readonly string[] = PLAIN_FORMATS): Option {
  return new Option('-o, --output <format>', 'how to write the answer').choices(outputs).default('text');
}

/** Everything, as far as a question does not say that it needs less. */
const ALL_OF_IT: Needs = { host: 'packets', flows: 'all' };

/** @param needs what the question needs of a live node; without it nearly everything is asked. @returns the request's common part. */
export function commonRequest<F extends Format>(
  options: CommonOptions<F>,
  needs: Needs = ALL_OF_IT,
): CommonRequest<F> {
  const live = liveRequest(options, needs);
  return {
    sources: {
      files: options.file ?? [],
      demo: options.demo ?? false,
      live,
      ...(options.explainInput === true ? { explained: plainOf(options.output) } : {}),
    },
    output: options.output,
  };
}

/** Reads a port, 1 to 65535. Throws commander's error. */
export function portOf(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65535) throw new InvalidArgumentError('A port is a number from 1 to 65535.');
  return port;
}

/** Reads a mark as iptables does, hexadecimal (`0x4000`) or decimal, 32 bits unsigned. Throws commander's error. */
export function markOf(text: string): number {
  const mark = /^(0x[0-9a-f]{1,8}|\d{1,10})$/i.test(text) ? Number(text) : Number.NaN;
  if (!(mark >= 0 && mark <= 0xffffffff)) {
    throw new InvalidArgumentError('A mark is a number of 32 bits, such as 0x4000.');
  }
  return mark;
}

/** @returns a reader of one word out of a list, in any case, given back as the list spells it. */
export function oneOf(choices: readonly string[]): (text: string) => string {
  return (text) => {
    const found = choices.find((choice) => choice.toLowerCase() === text.toLowerCase());
    if (found === undefined) {
      const [near] = nearest(text, choices);
      const hint = near === undefined ? '' : ` Did you mean ${near}?`;
      throw new InvalidArgumentError(`Allowed choices are ${choices.join(', ')}.${hint}`);
    }
    return found;
  };
}

/** @returns a reader of text that must hold something. */
export function notEmpty(what: string): (text: string) => string {
  return (text) => {
    if (text.trim() === '') throw new InvalidArgumentError(`${what} must not be empty.`);
    return text;
  };
}

/** What the input was recognised as has no page and no picture. */
function plainOf(format: Format): PlainFormat {
  return PLAIN_FORMATS.find((plain) => plain === format) ?? 'text';
}
