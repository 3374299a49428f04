import { formatAddress } from '../../net/address.ts';
import type { Packet } from '../../trace/packet.ts';
import type { Note, OutcomeItem } from '../explanation.ts';
import type { Known } from '../question/question.ts';
import { socketText } from './remarks/path-facts.ts';

/** What else on the node acts on packets and is not in iptables: said, because the trace does not walk it. */
export function modeNotes(known: Known, packet: Packet): Note[] {
  const { nft } = known.host;
  // Native tables that nft listed are walked.
  if (nft === null || (known.nft ?? null) !== null) return [];
  const family = nftFamily(packet);
  const tables = new Set<string>();
  for (const chain of nft.nativeChains) {
    // kube-proxy's own table is the reason of the answer, not a thing taken for granted.
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
 * Services may be carried by what is not in iptables: nft table kube-proxy, or IPVS. What iptables drops is dropped in any
 * mode; whatever it lets pass is then not known, also where rules that kube-proxy left behind rewrite the packet.
 */
export function outsideIptables(
  outcomes: readonly OutcomeItem[],
  packet: Packet,
  known: Known,
): readonly OutcomeItem[] {
  const other = otherProxy(packet, known);
  if (other === null) return outcomes;
  const rewritten = outcomes.filter(
    (outcome) => outcome.verdict === 'accept' && isRewritten(outcome, packet),
  );
  const texts = { rewritten: leftOver(other, rewritten), untouched: untouched(other) };
  return outcomes.map((outcome) => {
    if (outcome.verdict !== 'accept') return outcome;
    // IPVS stands behind nat at every hook (ip_vs_ops4, net/netfilter/ipvs/ip_vs_core.c) and sees what nat made of it.
    if (other.code === 'mode-ipvs' && isRewritten(outcome, packet)) return outcome;
    const text = isRewritten(outcome, packet) ? texts.rewritten : texts.untouched;
    const reason: Note = { code: other.code, text, settle: other.settle };
    return { ...outcome, verdict: 'unknown', reason, exit: null, endpoint: null };
  });
}

/** What picks endpoints instead of iptables, or beside it. */
export interface OtherProxy {
  readonly code: string;
  /** `nft table kube-proxy`, `IPVS`. */
  readonly name: string;
  /** Why it is known to be there: the beginning of a sentence. */
  readonly because: string;
  readonly settle: string;
}

/** @returns what carries Services here besides the iptables rules, or null. */
export function otherProxy(packet: Packet, { proxyMode, host, nft: listed }: Known): OtherProxy | null {
  const family = nftFamily(packet);
  const walked = listed?.tables.has(`${family} kube-proxy`) === true;
  if (walked && proxyMode !== 'ipvs') return null;
  const nft = {
    name: 'nft table kube-proxy',
    settle: `read it with \`nft list table ${family} kube-proxy\``,
  };
  if (proxyMode === 'nftables')
    return { ...nft, code: 'mode-nftables', because: 'kube-proxy runs in nftables mode here' };
  if (proxyMode === 'ipvs')
    return {
      code: 'mode-ipvs',
      name: 'IPVS',
      because: 'kube-proxy runs in ipvs mode here',
      settle: 'read it with `ipvsadm -Ln`',
    };
  const beside = host.nft?.nativeChains.some(
    (chain) => chain.table === 'kube-proxy' && chain.family === family && chain.rules > 0,
  );
  return beside === true
    ? {
        ...nft,
        code: 'both-proxies',
        because: 'rules of two modes of kube-proxy are here, in iptables and in nft',
      }
    : null;
}

function untouched({ because, name }: OtherProxy): string {
  return `${because}: ${name} decides, which kp-explain does not follow; iptables alone lets the packet pass unchanged`;
}

const SHOWN = 4;

function leftOver({ because, name, code }: OtherProxy, rewritten: readonly OutcomeItem[]): string {
  const targets = [
    ...new Set(rewritten.map(({ destination }) => socketText(destination.address, destination.port))),
  ];
  const more = targets.length > SHOWN ? ` or ${targets.length - SHOWN} more` : '';
  const where = `${targets.slice(0, SHOWN).join(targets.length === 2 ? ' or ' : ', ')}${more}`;
  const rules =
    code === 'both-proxies'
      ? '; those of iptables'
      : ', but rules of kube-proxy are left over in iptables too, which';
  return `${because}${rules} alone would send the packet to ${where}; ${name}, which kp-explain does not walk, may rewrite it first: whichever was registered last comes first, and no capture tells`;
}

function isRewritten({ destination }: OutcomeItem, packet: Packet): boolean {
  return (
    destination.address !== formatAddress(packet.destination) || destination.port !== packet.destinationPort
  );
}

function nftFamily({ family }: Packet): 'ip' | 'ip6' {
  return family === 'ipv4' ? 'ip' : 'ip6';
}
