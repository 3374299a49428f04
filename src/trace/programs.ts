import { HOOK_NAMES, type HookName } from '../iptables/ruleset.ts';
import { CONNTRACK } from './conntrack-programs.ts';
import { IPTABLES } from './iptables-programs.ts';
import { IPVS } from './ipvs/programs.ts';
import { natStep } from './nat-step.ts';
import { NFT } from './nft/programs.ts';
import type { HookProgram, Program, ProgramSource } from './program.ts';
import type { World } from './world.ts';

/** Every kind of program that is known. */
export const SOURCES: readonly ProgramSource[] = [CONNTRACK, IPTABLES, NFT, IPVS];

/** The programs of one world: who runs where, as the capture says. */
export interface Programs {
  /** Everybody who registered some. */
  readonly registrants: readonly string[];
  /** For each hook the programs in the kernel's order; those that stand at one priority together. */
  readonly at: Readonly<Record<HookName, readonly (readonly HookProgram[])[]>>;
}

const KNOWN = new WeakMap<
  World,
  { readonly sources: readonly ProgramSource[]; readonly programs: Programs }
>();

/** @returns the world's programs; they are looked for once. */
export function programsOf(world: World, sources: readonly ProgramSource[] = SOURCES): Programs {
  const known = KNOWN.get(world);
  if (known?.sources === sources) return known.programs;
  const programs = collect(world, sources);
  KNOWN.set(world, { sources, programs });
  return programs;
}

function collect(world: World, sources: readonly ProgramSource[]): Programs {
  const natChains = sources.flatMap((source) => source.natChains?.(world) ?? []);
  const programs = sources.flatMap((source) => source.programs?.(world) ?? []);
  // Its hooks come with the first chain, all four of them (nf_nat_register_fn). A table of x_tables may be there that was not captured.
  const isHooked = natChains.length > 0 ? true : null;
  for (const hook of NAT_HOOKS) {
    const chains = inOrder(natChains.filter((chain) => chain.hook === hook));
    programs.push(natStep(hook, chains, isHooked));
  }
  const registrants = new Set([...programs, ...natChains].map(({ registration }) => registration.by));
  const at = HOOK_NAMES.map((hook) => [hook, inOrder(programs.filter((program) => program.hook === hook))]);
  return { registrants: [...registrants], at: Object.fromEntries(at) };
}

/** nat changes nothing of what is forwarded between PREROUTING and POSTROUTING. */
const NAT_HOOKS: readonly HookName[] = ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'];

function inOrder<P extends { readonly kind: string }>(programs: readonly Program<P>[]): Program<P>[][] {
  const groups = new Map<number, Program<P>[]>();
  for (const program of programs) {
    const group = groups.get(program.priority);
    if (group === undefined) groups.set(program.priority, [program]);
    else group.push(program);
  }
  return [...groups].sort(([a], [b]) => a - b).map(([, group]) => group);
}
