import type { HookName } from '../../iptables/ruleset.ts';
import { dictionary } from '../../lookup/dictionary.ts';
import { isOfIptables } from '../../nftables/iptables-chains.ts';
import type { NftChain, NftTable } from '../../nftables/ruleset.ts';
import type { Branch } from '../branch.ts';
import type { TraceContext } from '../context.ts';
import { mapped } from '../nat.ts';
import { ended, type NatPassage, next, type Passage } from '../passage.ts';
import type { HookProgram, NatChain, ProgramSource } from '../program.ts';
import { reroutedAtOutput } from '../reroute-output.ts';
import type { World } from '../world.ts';
import { awake } from './dormant.ts';
import { hookedLast } from './hooked-last.ts';
import { type NftWalk, walkBaseChain } from './walk.ts';

const HOOKS = dictionary<HookName>({
  prerouting: 'PREROUTING',
  input: 'INPUT',
  forward: 'FORWARD',
  output: 'OUTPUT',
  postrouting: 'POSTROUTING',
});

/** The base chains of native nft tables, of families ip, ip6 and inet. */
export const NFT: ProgramSource = {
  programs: (world) =>
    chainsOf(world, (type) => type !== 'nat').map(
      ({ table, chain, ...program }): HookProgram => ({
        ...program,
        run: (start, context) =>
          awake(start, table, program.acts && sees(chain, start), context.questions).flatMap(
            ({ branch, held }) => {
              if (!held || !sees(chain, branch)) return [next(branch)];
              const passages = asPassages(walkBaseChain(branch, table, chain, program.hook, context));
              // nf_route_table_hook4: a chain of type route decides the way anew where it changed what that rests on.
              return chain.base?.type === 'route'
                ? reroutedAtOutput(branch, passages, 'anything', context)
                : passages;
            },
          ),
      }),
    ),
  natChains: (world) =>
    chainsOf(world, (type) => type === 'nat').map(
      ({ table, chain, ...program }): NatChain => ({
        ...program,
        run: (start, context) =>
          awake(start, table, program.acts && sees(chain, start), context.questions).flatMap(
            ({ branch, held }) =>
              held && sees(chain, branch)
                ? asNatPassages(
                    walkBaseChain(branch, table, chain, program.hook, context),
                    program.hook,
                    chain,
                    context,
                  )
                : [next(branch)],
          ),
      }),
    ),
};

type Placed = Omit<HookProgram, 'run'> & { readonly table: NftTable; readonly chain: NftChain };

function chainsOf({ nft, nftHooks, rulesets }: World, wanted: (type: string) => boolean): Placed[] {
  if (nft === null || nft === undefined) return [];
  return [...nft.tables.values()].flatMap((table) =>
    table.dormant
      ? []
      : hookedLast(table).flatMap((chain) =>
          placed(
            table,
            chain,
            isSaved(table, rulesets),
            wanted,
            nftHooks?.get(`${table.family} ${table.name} ${chain.name}`) ?? null,
          ),
        ),
  );
}

/** iptables-save tells all of what iptables-nft wrote there, unless it could not print the table. */
function isSaved({ family, name }: NftTable, rulesets: World['rulesets']): boolean {
  return rulesets.some(
    ({ backend, family: of, leftOut }) =>
      backend === 'iptables-nft' &&
      (of === (family === 'ip' ? 'ipv4' : 'ipv6') ? leftOut?.some((left) => left === name) !== true : true),
  );
}

function placed(
  table: NftTable,
  chain: NftChain,
  saved: boolean,
  wanted: (type: string) => boolean,
  rank: number | null,
): Placed[] {
  const { base } = chain;
  const hook = base === null ? undefined : HOOKS[base.hook];
  if (base === null || hook === undefined || base.priority === null || !FAMILIES.has(table.family)) return [];
  // iptables-save tells all of what iptables-nft added, nft only part of it.
  if (!wanted(base.type) || (saved && isOfIptables(chain))) return [];
  return [
    {
      hook,
      priority: base.priority,
      registration: { by: `${table.family} ${table.name}`, rank },
      acts: chain.rules.length > 0 || base.policy === 'drop' || chain.cut,
      table,
      chain,
    },
  ];
}

const FAMILIES: ReadonlySet<string> = new Set(['ip', 'ip6', 'inet']);

function sees({ family }: NftChain, { state }: Branch): boolean {
  return family === 'inet' || (family === 'ip') === (state.family === 'ipv4');
}

/** nat statements load in chains of type nat only. */
function asPassages({ ended: ends, passed, translated }: NftWalk): Passage[] {
  return [...ends.map(ended), ...passed.map(next), ...translated.map(({ branch }) => next(branch))];
}

function asNatPassages(
  walked: NftWalk,
  hook: HookName,
  chain: NftChain,
  { world, questions }: TraceContext,
): NatPassage[] {
  const ways = walked.translated.flatMap(({ branch, target, rule }): NatPassage[] =>
    mapped(branch, target, { chain: chain.name, number: rule.number }, hook, world, questions),
  );
  return [...walked.ended.map(ended), ...ways, ...walked.passed.map(next)];
}
