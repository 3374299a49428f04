import { InvalidArgumentError, Option } from 'commander';

/** A live node takes a few connections to the API server each. */
export const NODES_AT_ONCE = 4;

/** A capture of 400,000 rules is checked in some 600 MiB, one of 10,000 in 120. */
const MEMORY_EACH = 512 * 2 ** 20;

const MOST = 256;

/** @returns `--concurrency`. */
export function concurrencyOption(what: string): Option {
  return new Option('--concurrency <n>', what).argParser((text: string) => {
    const count = Number(text);
    if (!/^\d+$/.test(text) || count < 1 || count > MOST)
      throw new InvalidArgumentError(`Say a number from 1 to ${MOST}.`);
    return count;
  });
}

/** @returns how many captures are checked at once where nobody said: one for each processor, and fewer where memory is short. */
export function capturesAtOnce(): number {
  // Every command line begins with this file, and most need no more of it.
  const { availableParallelism, freemem } = process.getBuiltinModule('node:os');
  // A container's limit is told by the second alone, a machine that is short of memory by the first.
  const free = Math.min(freemem(), process.availableMemory());
  return Math.max(1, Math.min(availableParallelism(), Math.floor(free / MEMORY_EACH)));
}
