import type { Family } from '../../net/address.ts';
import type { ProblemList } from '../../problems/problem.ts';
import type { Block } from './dump.ts';

const ADDRESS_OPTION = /(?:^|\s)(?:-[sd]|--to-destination|--to-source|--ct\w+(?:src|dst)|--mask) (\S+)/;
const IPV6_WORD =
  /\s(?:-p (?:ipv6-icmp|icmpv6)|-m (?:icmp6|hl|eui64|frag|rt|mh|hbh|dst|ipv6header)|icmp6-\S+)(?:\s|$)/;
const IPV4_WORD = /\s(?:-p icmp|-m (?:icmp|ttl|realm)|--reject-with icmp-\S+)(?:\s|$)/;

/**
 * Decides each block's family: the program that its header names, else the caller's hint, else what its rules say,
 * else that of the tables around it.
 */
export function inferFamilies(
  blocks: readonly Block[],
  hint: Family | undefined,
  file: string,
  problems: ProblemList,
): Map<Block, Family> {
  const families = new Map<Block, Family>();
  let previous: Family | null = null;
  for (const run of splitRuns(blocks)) {
    const stated = run[0]?.statedFamily ?? run[0]?.header?.family ?? null;
    if (stated !== null && hint !== undefined && stated !== hint) {
      const args = { about: 'family', says: stated, hint } as const;
      problems.add('hint-contradicted', args, file, run[0]?.line ?? null);
    }
    const told: Family | null = stated ?? hint ?? null;
    const family: Family | null = told ?? evidenceOf(run) ?? previous ?? evidenceOf(blocks);
    if (family === null && run.some(hasRules))
      problems.add('family-assumed', { chain: null }, file, run[0]?.line ?? null);
    for (const block of run) families.set(block, told ?? evidenceOf([block]) ?? family ?? 'ipv4');
    previous = family ?? previous;
  }
  return families;
}

/** One capture is a row of blocks with equal headers in which no table stands twice. */
function splitRuns(blocks: readonly Block[]): Block[][] {
  const runs: Block[][] = [];
  let run: Block[] = [];
  for (const block of blocks) {
    const [first] = run;
    const same =
      first !== undefined &&
      first.header?.family === block.header?.family &&
      first.header?.backend === block.header?.backend &&
      first.statedFamily === block.statedFamily &&
      run.every((other) => other.table !== block.table);
    if (!same) {
      run = [];
      runs.push(run);
    }
    run.push(block);
  }
  return runs;
}

function hasRules({ chains }: Block): boolean {
  for (let chain = 0; chain < chains.size; chain++) if (chains.ruleCount(chain) > 0) return true;
  return false;
}

function evidenceOf(blocks: readonly Block[]): Family | null {
  for (const { chains, context } of blocks) {
    const { bytes } = context.lines;
    for (let chain = 0; chain < chains.size; chain++) {
      const count = chains.ruleCount(chain);
      for (let rule = 0; rule < count; rule++) {
        const { start } = chains.placeOf(chain, rule);
        const family = familyOfRule(bytes.toString('latin1', start, lineEnd(bytes, start)));
        if (family !== null) return family;
      }
    }
  }
  return null;
}

function lineEnd(bytes: Buffer, start: number): number {
  const end = bytes.indexOf(10, start);
  return Math.min(end < 0 ? bytes.length : end, start + 4096);
}

function familyOfRule(rule: string): Family | null {
  if (IPV6_WORD.test(rule)) return 'ipv6';
  if (IPV4_WORD.test(rule)) return 'ipv4';
  const address = ADDRESS_OPTION.exec(rule)?.[1];
  if (address === undefined) return null;
  if (/^\[|:.*:/.test(address)) return 'ipv6';
  return /^\d+\.\d+\.\d+\.\d+/.test(address) ? 'ipv4' : null;
}
