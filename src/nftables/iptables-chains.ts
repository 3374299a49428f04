import type { NftChain, NftTable } from './ruleset.ts';

/** The base chains that iptables-nft makes (`xtables_ipv4` in iptables/nft.c, 1.8.9): table, chain, type, hook, priority. */
const IPTABLES_CHAINS: ReadonlySet<string> = new Set([
  'raw PREROUTING filter prerouting -300',
  'raw OUTPUT filter output -300',
  'mangle PREROUTING filter prerouting -150',
  'mangle INPUT filter input -150',
  'mangle FORWARD filter forward -150',
  'mangle OUTPUT route output -150',
  'mangle POSTROUTING filter postrouting -150',
  'nat PREROUTING nat prerouting -100',
  'nat INPUT nat input 100',
  'nat OUTPUT nat output -100',
  'nat POSTROUTING nat postrouting 100',
  'filter INPUT filter input 0',
  'filter FORWARD filter forward 0',
  'filter OUTPUT filter output 0',
  // iptables-nft hangs the security table at 150, though the kernel's own x_tables have it at 50.
  'security INPUT filter input 150',
  'security FORWARD filter forward 150',
  'security OUTPUT filter output 150',
  'security INPUT filter input 50',
  'security FORWARD filter forward 50',
  'security OUTPUT filter output 50',
]);

/** @returns true for a base chain as iptables-nft makes it: the same that iptables-save prints. */
export function isOfIptables({ family, table, name, base }: NftChain): boolean {
  if (base === null || (family !== 'ip' && family !== 'ip6')) return false;
  return IPTABLES_CHAINS.has([table, name, base.type, base.hook, String(base.priority)].join(' '));
}

/** @returns true for a table with such a chain: iptables-save prints it, without what somebody added with nft. */
export function isTableOfIptables({ chains }: Pick<NftTable, 'chains'>): boolean {
  return chains.hooked().some(isOfIptables);
}
