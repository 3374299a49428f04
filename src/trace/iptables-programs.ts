import {
  type Backend,
  HOOK_NAMES,
  type HookName,
  type Ruleset,
  type TableName,
} from '../iptables/ruleset.ts';
import { legacyKey } from '../nftables/parse-hooks.ts';
import type { Branch } from './branch.ts';
import type { TraceContext } from './context.ts';
import { absentTable } from './iptables-absent.ts';
import { translated } from './iptables-nat.ts';
import { nativeRules } from './native-in-iptables.ts';
import { ended, type NatPassage, next, type Passage } from './passage.ts';
import type { HookProgram, NatChain, ProgramSource } from './program.ts';
import { reroutedAtOutput } from './reroute-output.ts';
import { type Walk, type WalkResult, walkChain } from './walk-chain.ts';
import { baseChain, type World } from './world.ts';

/**
 * At which hooks each table has a chain, and at which priority (include/uapi/linux/netfilter_ipv4.h, the same for IPv6).
 * x_tables hangs security at 50 (NF_IP_PRI_SECURITY), iptables-nft at 150 (xtables_ipv4 in iptables/nft.c, 1.8.9): at
 * INPUT the one comes before nat, the other after it. The chains of nat stand in the nat step, all at one number.
 */
const HOOKS: Readonly<Record<TableName, Readonly<Partial<Record<HookName, number>>>>> = {
  raw: { PREROUTING: -300, OUTPUT: -300 },
  mangle: { PREROUTING: -150, INPUT: -150, FORWARD: -150, OUTPUT: -150, POSTROUTING: -150 },
  nat: { PREROUTING: -100, INPUT: 100, OUTPUT: -100, POSTROUTING: 100 },
  filter: { INPUT: 0, FORWARD: 0, OUTPUT: 0 },
  security: { INPUT: 150, FORWARD: 150, OUTPUT: 150 },
};

/** @returns where the hook of a table stands; undefined where it has none. */
export function priorityOf(table: TableName, hook: HookName, backend: Backend): number | undefined {
  const priority = HOOKS[table][hook];
  return table === 'security' && backend === 'iptables-legacy' && priority !== undefined ? 50 : priority;
}

/** The built-in chains of iptables' tables, of both backends. */
export const IPTABLES: ProgramSource = {
  programs: (world) =>
    chainsOf(world, (table) => table !== 'nat').map(
      ({ run, ...chain }): HookProgram => ({
        ...chain,
        run: (branch, context) => {
          const passages = asPassages(run(branch, context));
          // ipt_mangle_out: a chain of mangle decides the way anew where it changed what that rests on.
          return chain.table === 'mangle' && chain.hook === 'OUTPUT'
            ? reroutedAtOutput(branch, passages, 'anything', context)
            : passages;
        },
      }),
    ),
  natChains: (world) =>
    chainsOf(world, (table) => table === 'nat').map(
      ({ run, ...chain }): NatChain => ({
        ...chain,
        run: (branch, context) => asNatPassages(run(branch, context), chain.hook, context),
      }),
    ),
};

type BuiltIn = Omit<HookProgram, 'run'> & {
  readonly table: TableName;
  readonly run: (branch: Branch, context: TraceContext) => WalkResult;
};

function chainsOf(world: World, wanted: (table: TableName) => boolean): BuiltIn[] {
  const tables = (Object.keys(HOOKS) as TableName[]).filter(wanted);
  return world.rulesets.flatMap((ruleset) =>
    tables.flatMap((table) =>
      HOOK_NAMES.flatMap((hook) => {
        const priority = priorityOf(table, hook, ruleset.backend);
        const chain = priority === undefined ? null : chainAt(world, ruleset, table, hook);
        if (priority === undefined || chain === null) return [];
        const rank = rankOf(world, ruleset, table, hook);
        const registration = { by: ruleset.backend, rank };
        return [{ hook, priority, registration, table, ...chain }];
      }),
    ),
  );
}

/** `nft list hooks` names the chains of iptables-nft as it names others; of x_tables it tells the priority alone. */
function rankOf(
  { nftHooks }: World,
  { family, backend }: Ruleset,
  table: TableName,
  hook: HookName,
): number | null {
  if (backend === 'iptables-legacy') {
    const priority = priorityOf(table, hook, backend);
    return priority === undefined ? null : (nftHooks?.get(legacyKey(hook, priority)) ?? null);
  }
  return nftHooks?.get(`${family === 'ipv4' ? 'ip' : 'ip6'} ${table} ${hook}`) ?? null;
}

/** @returns what a packet meets there; null where there is no such chain. */
function chainAt(
  world: World,
  ruleset: Ruleset,
  name: TableName,
  hook: HookName,
): Pick<BuiltIn, 'acts' | 'run'> | null {
  const table = ruleset.tables.get(name);
  const chain = baseChain(world, ruleset, name, hook);
  if (table === undefined || chain === null) {
    const absent = absentTable(ruleset, name, hook);
    return absent === null ? null : { acts: true, run: absent };
  }
  const { backend } = ruleset;
  return {
    acts: chain.rules.length > 0 || chain.policy === 'DROP' || chain.cut !== undefined,
    run: (branch, context) => {
      const { steps, budget, questions, observer, twins } = context;
      const { host } = context.world;
      const native = nativeRules(ruleset, name, hook, context);
      const walk: Walk = { table, backend, hook, host, steps, budget, questions, observer, native, twins };
      return walkChain(branch, chain, walk);
    },
  };
}

/** NAT targets load in the nat table only; a dump that has one elsewhere is not a kernel's. */
function asPassages({ ended: ends, passed, translated: rewritten }: WalkResult): Passage[] {
  return [...ends.map(ended), ...passed.map(next), ...rewritten.map(({ branch }) => next(branch))];
}

function asNatPassages(walked: WalkResult, hook: HookName, context: TraceContext): NatPassage[] {
  return [
    ...walked.ended.map(ended),
    ...walked.translated.flatMap((hit) => translated(hit, hook, context)),
    ...walked.passed.map(next),
  ];
}
