import type { Packet } from '../../trace/packet.ts';
import type { Note, OutcomeItem } from '../explanation.ts';
import type { Known } from '../question/question.ts';

/** What else on the node acts on packets and is not in iptables: said, because the trace does not walk it. */
export function modeNotes(known: Known, packet: Packet): Note[] {
  const { nft } = known.host;
  if (nft === null) return [];
  const family = packet.family === 'ipv4' ? 'ip' : 'ip6';
  const tables = new Set<string>();
  for (const chain of nft.nativeChains) {
    // In nftables mode this table is the reason of the answer, not a thing taken for granted.
    if (chain.table === 'kube-proxy') continue;
    if (
      (chain.family === family || chain.family === 'inet') &&
      (chain.rules > 0 || chain.policy === 'drop')
    ) {
      tables.add(`${chain.family} ${chain.table}`);
    }
  }
  return [...tables].map((table) => ({
    code: 'native-nft-table',
    text: `nft table ${table} has chains of its own at these hooks; they are not walked, and are taken to let the packet pass unchanged`,
    settle: 'read it with `nft list table`',
  }));
}

/**
 * In nftables and ipvs mode iptables holds no Service rule, so a walk through it alone would say that the packet leaves
 * unchanged: plainly wrong. What iptables drops is dropped in any mode; whatever it lets pass is not known.
 */
export function outsideIptables(known: Known): (outcome: OutcomeItem) => OutcomeItem {
  const { proxyMode } = known;
  if (proxyMode !== 'nftables' && proxyMode !== 'ipvs') return (outcome) => outcome;
  const where = { nftables: 'nft table kube-proxy', ipvs: 'IPVS' }[proxyMode];
  const settle = {
    nftables: 'read it with `nft list table ip kube-proxy`',
    ipvs: 'read it with `ipvsadm -Ln`',
  }[proxyMode];
  const reason: Note = {
    code: `mode-${proxyMode}`,
    text: `kube-proxy runs in ${proxyMode} mode here: ${where} decides, which kp-explain does not follow; iptables lets the packet pass`,
    settle,
  };
  return (outcome) =>
    outcome.verdict === 'accept'
      ? { ...outcome, verdict: 'unknown', reason, exit: null, endpoint: null }
      : outcome;
}
