import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { serialize } from 'node:v8';
import type { Meeting } from './run-case.ts';

/** A deliberate fault: a piece of the tracer, and what stands in its place. */
export interface Mutant {
  readonly name: string;
  /** Compiled file below `src/`. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/** Faults that a tracer can have, each in one place. */
export const MUTANTS: readonly Mutant[] = [
  {
    name: 'negation is lost',
    file: 'rules/test.js',
    find: "return (answer === 'yes') === negated ? 'no' : 'yes';",
    replace: "return answer === 'yes' ? 'yes' : 'no';",
  },
  {
    name: 'a mark is compared without its mask',
    file: 'rules/value-set.js',
    find: 'return (number & set.mask) >>> 0 === set.value >>> 0;',
    replace: 'return number >>> 0 === set.value >>> 0;',
  },
  {
    name: 'MARK overwrites the bits beside its mask',
    file: 'trace/apply-change.js',
    find: 'return old === null ? null : ((old & ~mask) ^ value) >>> 0;',
    replace: 'return value >>> 0;',
  },
  {
    name: 'goto comes back as jump does',
    file: 'trace/walk-chain.js',
    find: "if (effect.kind === 'jump')",
    replace: 'if (true)',
  },
  {
    name: 'RETURN in a built-in chain goes on with the next rule',
    file: 'trace/walk-chain.js',
    find: 'frame.chain.policy === null ? frame.caller : atEnd(frame)',
    replace: 'frame.chain.policy === null ? frame.caller : next',
  },
  {
    name: 'a policy of DROP lets packets pass',
    file: 'trace/walk-chain.js',
    find: "if (frame.chain.policy === 'DROP')",
    replace: 'if (false)',
  },
  {
    name: 'masquerading takes the address of the route, not of the interface',
    file: 'host/source-address.js',
    find: 'return selectAddressIpv4(host, outInterface, towards, SCOPE_UNIVERSE);',
    replace: "return selectAddressIpv4(host, 'eth0', towards, SCOPE_UNIVERSE);",
  },
  {
    name: 'nat is asked for every packet of a connection',
    file: 'trace/nat-step.js',
    find: "if (decided || connection.state === 'ESTABLISHED')",
    replace: 'if (false)',
  },
  {
    name: 'a changed mark does not make OUTPUT route again',
    file: 'trace/reroute-output.js',
    find: 'was.mark !== is.mark || was.tos.bits',
    replace: 'was.tos.bits',
  },
  {
    name: 'a prefix is compared by its first bits, holes and all',
    file: 'net/prefix.js',
    find: '(address.value & prefix.mask) === prefix.value',
    replace: '(address.value & (prefix.mask | (prefix.mask >> 8n))) === prefix.value',
  },
  {
    name: 'eth+ matches eth alone',
    file: 'rules/value-set.js',
    find: 'device.startsWith(pattern.slice(0, -1))',
    replace: 'device === pattern.slice(0, -1)',
  },
  {
    name: 'connection tracking stands after mangle',
    file: 'trace/conntrack-programs.js',
    find: 'priority: -200,',
    replace: 'priority: -140,',
  },
  {
    name: 'the hop limit is not counted down before FORWARD',
    file: 'trace/routing.js',
    find: 'ttl: ttl - 1',
    replace: 'ttl: ttl',
  },
  {
    name: 'an untracked packet is NEW',
    file: 'trace/fields/connection.js',
    find: "states.includes(state.untracked ?? 'INVALID')",
    replace: "states.includes('NEW')",
  },
  {
    name: 'the port of a DNAT is not written',
    file: 'trace/nat.js',
    find: 'if (ports.from === ports.to)\n        return ports.from;\n    if (to.portBase',
    replace: 'if (ports.from === ports.to)\n        return port;\n    if (to.portBase',
  },
];

/** What came of one fault. */
export interface MutantResult {
  readonly name: string;
  /** How many packets it took to notice; null: the fault went unseen. */
  readonly first: number | null;
}

/**
 * Judges the same meetings with each faulty tracer in turn, in a process of its own. The kernel need not be asked again:
 * what it did does not depend on the tracer.
 * @param tools folder that `npm run tools` compiled to
 */
export function tryMutants(
  meetings: readonly Meeting[],
  tools: string,
  mutants: readonly Mutant[] = MUTANTS,
): MutantResult[] {
  const work = join(tools, '..', '.mutants');
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work);
  try {
    const kept = join(work, 'meetings');
    writeFileSync(kept, serialize(meetings));
    return mutants.map((mutant, i) => {
      const copy = join(work, String(i));
      cpSync(tools, copy, { recursive: true });
      spoil(join(copy, 'src', mutant.file), mutant);
      const output = execFileSync(process.execPath, [join(copy, 'test/kernel/judge-kept.js'), kept], {
        encoding: 'utf8',
        timeout: 600_000,
      });
      rmSync(copy, { recursive: true });
      const { first } = JSON.parse(output) as Omit<MutantResult, 'name'>;
      return { name: mutant.name, first };
    });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** A fault that does not fit the code any more is an error, not a fault that was caught. */
function spoil(file: string, { name, find, replace }: Mutant): void {
  const text = readFileSync(file, 'utf8');
  if (text.split(find).length !== 2) throw new Error(`${name}: ${file} does not have "${find}" once`);
  writeFileSync(
    file,
    text.replace(find, () => replace),
  );
}
