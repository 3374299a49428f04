import type { Host } from '../../host/facts.ts';
import type { HookName } from '../../iptables/ruleset.ts';
import type { NftChain, NftTable } from '../../nftables/ruleset.ts';
import type { PacketState } from '../state.ts';

/** What an expression is judged by. */
export interface NftContext {
  readonly state: PacketState;
  readonly host: Host;
  readonly hook: HookName;
  readonly table: NftTable;
  readonly chain: NftChain;
  /** @returns the answer that the branch rests on already, or null. */
  readonly answered: (key: string) => boolean | null;
}
