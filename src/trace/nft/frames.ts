import type { HookName } from '../../iptables/ruleset.ts';
import type { NftChain, NftRuleset, NftTable } from '../../nftables/ruleset.ts';
import { type Unknown, unknown } from '../answer.ts';
import type { Branch } from '../branch.ts';
import { eitherWay } from '../choose.ts';
import type { TraceContext } from '../context.ts';
import { type BridgeHook, pastFrameRules } from '../frame-rules.ts';
import type { Device } from '../packet.ts';
import { ended, next, type Passage } from '../passage.ts';
import type { HookProgram } from '../program.ts';
import { runTied } from '../tied-programs.ts';
import { awake } from './dormant.ts';
import { hookedLast } from './hooked-last.ts';
import { walkBaseChain } from './walk.ts';

/** Where frames meet chains of nft outside of the hooks of IP: at a device, and in a bridge. */
export type FrameHook = 'ingress' | 'egress' | BridgeHook;

/** The hook of IP that a step there is told at. */
const TOLD_AT: Readonly<Record<FrameHook, HookName>> = {
  ingress: 'PREROUTING',
  prerouting: 'PREROUTING',
  input: 'INPUT',
  forward: 'FORWARD',
  output: 'OUTPUT',
  postrouting: 'POSTROUTING',
  egress: 'POSTROUTING',
};

interface Placed {
  readonly table: NftTable;
  readonly chain: NftChain;
  readonly priority: number;
}

/** Chains of families netdev and inet at a device: before anything else, or after everything (nf_hook_ingress, nf_hook_egress). */
export function throughDevice(
  branch: Branch,
  hook: 'ingress' | 'egress',
  device: Device,
  context: TraceContext,
): Passage[] {
  if (device === null) return [next(branch)];
  return through(branch, hook, chainsAt(context.world.nft, hook, ['netdev', 'inet']), context, (chain) =>
    hooksTo(chain, device, hook === 'ingress' ? branch.state.inPort : undefined, context),
  );
}

/** Chains of family bridge at the hooks that a frame passes. */
export function throughBridge(
  branch: Branch,
  hooks: readonly BridgeHook[],
  context: TraceContext,
): Passage[] {
  let passages: Passage[] = [next(branch)];
  for (const hook of hooks) {
    const chains = chainsAt(context.world.nft, hook, ['bridge']);
    passages = passages
      .flatMap((passage) =>
        passage.kind === 'next' ? through(passage.branch, hook, chains, context, () => true) : [passage],
      )
      .flatMap((passage) =>
        passage.kind === 'next' ? pastFrameRules(passage.branch, hook, context) : [passage],
      );
  }
  return passages;
}

/** In the order of their priorities. */
function chainsAt(
  nft: NftRuleset | null | undefined,
  hook: FrameHook,
  families: readonly string[],
): Placed[] {
  const placed: Placed[] = [];
  for (const table of nft?.tables.values() ?? []) {
    if (table.dormant || !families.includes(table.family)) continue;
    for (const chain of hookedLast(table)) {
      const { base } = chain;
      if (base?.hook === hook) placed.push({ table, chain, priority: base.priority ?? 0 });
    }
  }
  return placed.sort((a, b) => a.priority - b.priority);
}

function through(
  start: Branch,
  hook: FrameHook,
  chains: readonly Placed[],
  context: TraceContext,
  isHooked: (chain: NftChain) => boolean | Unknown,
): Passage[] {
  const programs = chains.map(
    ({ table, chain, priority }): HookProgram => ({
      ...{ hook: TOLD_AT[hook], priority, acts: !isIdle(chain) },
      registration: {
        by: `${table.family} ${table.name}`,
        rank: context.world.nftHooks?.get(`${table.family} ${table.name} ${chain.name}`) ?? null,
      },
      run: (start) =>
        awake(start, table, !isIdle(chain), context.questions)
          .flatMap(({ branch, held }) =>
            held
              ? asked(branch, isIdle(chain) ? isHooked(chain) === true : isHooked(chain), context)
              : [{ branch, held }],
          )
          .flatMap(({ branch: way, held }): Passage[] => {
            if (!held) return [next(way)];
            const walked = walkBaseChain(way, table, chain, TOLD_AT[hook], context);
            return [...walked.ended.map(ended), ...walked.passed.map(next)];
          }),
    }),
  );
  let passages: readonly Passage[] = [next(start)];
  for (const priority of new Set(programs.map((program) => program.priority))) {
    const group = programs.filter((program) => program.priority === priority);
    passages = passages.flatMap((passage) =>
      passage.kind === 'next' ? runTied(passage.branch, group, context) : [passage],
    );
  }
  return [...passages];
}

/** Where it is not known whether it is asked, it does not matter. */
function isIdle({ rules, base, cut }: NftChain): boolean {
  return rules.length === 0 && base?.policy !== 'drop' && !cut;
}

function asked(
  branch: Branch,
  answer: boolean | Unknown,
  { questions }: TraceContext,
): { readonly branch: Branch; readonly held: boolean }[] {
  return typeof answer === 'boolean' ? [{ branch, held: answer }] : eitherWay(branch, answer, questions);
}

/** Whether frames of this device meet the chain. @param port of a bridge by which one came; undefined where it is not known. */
function hooksTo(
  { name, base }: NftChain,
  device: Device,
  port: string | undefined,
  { world }: TraceContext,
): boolean | Unknown {
  const devices = base?.devices ?? [];
  if (devices.length === 0)
    return unknown({ code: 'nft-device', chain: name, device: device ?? 'its device' });
  if (device === undefined) return unknown({ code: 'in-interface', patterns: devices });
  if (device === null || devices.includes(device)) return device !== null;
  if (port !== undefined) return devices.includes(port);
  const some = devices.find((each) =>
    world.host.links?.some((link) => link.name === each && link.master === device),
  );
  if (some === undefined) return false;
  return unknown({ code: 'bridge-port', asks: { fact: 'port', side: 'in', names: [some] } });
}
