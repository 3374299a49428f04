import type { Packet } from '../../trace/packet.ts';
import type { Note } from '../explanation.ts';
import type { Known } from '../question/question.ts';

/** What else on the node acts on packets and is not in iptables: said, because the trace does not walk it. */
export function modeNotes(known: Known, packet: Packet): Note[] {
  const { nft } = known.host;
  if (nft === null) return [];
  const family = packet.family === 'ipv4' ? 'ip' : 'ip6';
  const tables = new Set<string>();
  for (const chain of nft.nativeChains) {
    if ((chain.family === family || chain.family === 'inet') && (chain.rules > 0 || chain.policy === 'drop')) {
      tables.add(`${chain.family} ${chain.table}`);
    }
  }
  return [...tables].map((table) => ({
    code: 'native-nft-table',
    text: `nft table ${table} has chains of its own at these hooks; they are not walked, and are taken to let the packet pass unchanged`,
    settle: 'read it with `nft list table`',
  }));
}
