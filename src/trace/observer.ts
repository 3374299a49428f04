import type { RuleList } from '../iptables/ruleset.ts';
import type { Statement } from '../nftables/statement.ts';
import type { Effect } from '../rules/effect.ts';
import type { Test } from '../rules/test.ts';
import type { NftContext } from './nft/context.ts';
import type { PacketState } from './state.ts';

/**
 * Is told what a walk asks of a packet, so that a caller can tell which other packets would have gone the same way.
 * It sees every question in the walk's order and changes nothing.
 */
export interface Observer {
  /** A chain was entered; rules for single other destinations are passed over without being asked. */
  entered(rules: RuleList, state: PacketState): void;
  /** A test was asked about the packet as it was then. */
  asked(test: Test, state: PacketState): void;
  /** A statement of an nft rule is asked, or about to run, on the packet as it is there. */
  runs?(statement: Statement, at: NftContext): void;
  /** A nat statement of nft picked this. */
  translated?(target: Effect, at: NftContext): void;
}
