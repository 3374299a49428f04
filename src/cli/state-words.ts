import { quoteCommand } from '../command/quote.ts';
import type { SourceRequest } from './requests.ts';

/**
 * @returns the options that name the same state again, quoted, with a space before them; empty for this machine, and where
 *   standard input was read, which is gone. They are printed, never run.
 */
export function stateWords({ files, demo, live }: SourceRequest): string {
  const words = [
    ...files.filter((file) => file !== '-').flatMap((file) => ['-f', file]),
    ...(demo ? ['--demo'] : []),
    ...(files.length === 0 && !demo && live?.target != null ? ['--node', live.target.node] : []),
  ];
  return words.length === 0 ? '' : ` ${quoteCommand(words)}`;
}
