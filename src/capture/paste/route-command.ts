/** The routing table that a command lists, as it names it; `family` null: of both. */
export interface AskedTable {
  readonly family: 'ipv4' | 'ipv6' | null;
  readonly table: string;
}

/** `ip route`, abbreviated as iproute2 allows (`matches`), with its options, and what stands behind it. */
const ROUTE =
  /(?:^|[\s/])ip\s+((?:-\S+\s+(?:inet6?\s+)?)*)r(?:o(?:u(?:te?)?)?)?(?=\s|$)((?:(?!\s\d?[<>])[^|;&])*)/;

const SHOW = /^\s*(?:(?:s(?:h(?:ow?)?)?|l(?:i(?:st?)?)?|ls|lst)(?=\s|$)|$)/;

const TABLE = /\st(?:a(?:b(?:le?)?)?)?\s+(\S+)/;

const VRF = /\svrf\s+(\S+)/;

/**
 * Without a table `ip route` lists `main`, and without a family IPv4, but of all tables both (iproute_list_flush_or_save,
 * ip/iproute.c). The number of a VRF's table is not told: it is called `vrf/NAME`.
 * @returns the table that the command lists; null for any other command.
 */
export function askedTable(command: string): AskedTable | null {
  const [, options = '', rest = ''] = ROUTE.exec(command) ?? [];
  if (!ROUTE.test(command) || !SHOW.test(rest)) return null;
  const vrf = VRF.exec(rest)?.[1];
  const named = TABLE.exec(rest)?.[1] ?? (vrf === undefined ? 'main' : `vrf/${vrf}`);
  const table = /^(?:all|unspec|0)$/.test(named) ? 'all' : named;
  const isIpv6 = /-6|inet6/.test(options);
  const isBoth = table === 'all' && !/-4|inet(?!6)/.test(options);
  return { family: isIpv6 ? 'ipv6' : isBoth ? null : 'ipv4', table };
}

/** @returns the command without the table or VRF that it names, of which it shows all. */
export function withoutTable(command: string): string {
  return askedTable(command) === null ? command : command.replace(TABLE, '').replace(VRF, '');
}
