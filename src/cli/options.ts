import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Needs } from '../capture/live/live-state.ts';
import { nearest } from '../explain/words/nearest.ts';
import { addDisplayOptions } from './display.ts';
import { addLiveOptions, type LiveOptions, liveRequest } from './live-options.ts';
import type { CommonRequest, Output } from './requests.ts';

const OUTPUTS = ['text', 'json', 'yaml'];

/** The options that every command shares, as commander hands them over. */
export interface CommonOptions extends LiveOptions {
  readonly file?: readonly string[];
  readonly demo?: boolean;
  readonly output: Output;
}

/** Adds where the state comes from and how the answer is written. */
export function addCommonOptions(command: Command, outputs: readonly string[] = OUTPUTS): Command {
  const files = command
    .optionsGroup('State of the node:')
    .addOption(
      new Option(
        '-f, --file <path>',
        'a capture folder, a .tar.gz of one, or what a tool printed (iptables-save, conntrack -L, nft list ruleset, ip addr, kubectl get -o json, …); - is standard input; repeatable',
      ).argParser((value: string, before?: readonly string[]) => [...(before ?? []), value]),
    )
    .addOption(new Option('--demo', 'the capture bundled with the program').conflicts('file'));
  return addDisplayOptions(addLiveOptions(files).optionsGroup('Output:').addOption(outputOption(outputs)));
}

/** @returns `-o` with these formats. */
export function outputOption(outputs: readonly string[] = OUTPUTS): Option {
  return new Option('-o, --output <format>', 'how to write the answer').choices(outputs).default('text');
}

/** Everything, as far as a question does not say that it needs less. */
const ALL_OF_IT: Needs = { host: 'packets', flows: 'all' };

/** @param needs what the question needs of a live node; without it nearly everything is asked. @returns the request's common part. */
export function commonRequest(options: CommonOptions, needs: Needs = ALL_OF_IT): CommonRequest {
  const live = liveRequest(options, needs);
  return {
    sources: { files: options.file ?? [], demo: options.demo ?? false, live },
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
