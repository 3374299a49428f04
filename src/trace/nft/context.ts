import type { Host } from '../../host/facts.ts';
import type { HookName } from '../../iptables/ruleset.ts';
import type { NftChain, NftTable } from '../../nftables/ruleset.ts';
import type { Unknown } from '../answer.ts';
import { answered, type Branch } from '../branch.ts';
import type { PacketState } from '../state.ts';

/** What an expression is judged by. */
export interface NftContext {
  readonly state: PacketState;
  readonly host: Host;
  readonly hook: HookName;
  readonly table: NftTable;
  readonly chain: NftChain;
  /** @returns the answer that the branch rests on already, or null. */
  readonly answered: (question: Unknown) => boolean | null;
}

/** @returns what a rule that stands there judges this branch by. */
export function contextOf(
  branch: Branch,
  { table, chain, hook }: Pick<NftContext, 'table' | 'chain' | 'hook'>,
  host: Host,
): NftContext {
  return {
    state: branch.state,
    host,
    hook,
    table,
    chain,
    answered: (question) => answered(branch, question),
  };
}
