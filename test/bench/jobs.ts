import type { Generated } from './generate.ts';
import type { Job } from './measure.ts';

/** @returns what makes jobs of commands. @param program the script of kp-explain. */
export function commandsOf(program: string) {
  const kp = (name: string, ...args: string[]): Job => ({ name, argv: ['node', program, ...args] });
  const trace = (name: string, of: Generated, ...more: string[]): Job =>
    kp(name, 'trace', `${of.address}:80`, '-f', of.folder, ...more);
  const tracePod = (name: string, of: Generated) => trace(name, of, '--from', 'pod', '-o', 'json');
  return { kp, trace, tracePod };
}

/** The yardstick for what reads lines. */
export function awk(field: number, file: string): Job {
  return { name: 'awk', argv: ['awk', `{n[$${field}]++}`, file], yardstick: true };
}
