const DOTTED = '\\d+\\.\\d+\\.\\d+\\.\\d+';

/** `eth0      Link encap:Ethernet …` and `eth0: flags=4163<UP,…>  mtu 1500`. */
const LINK = /^\s*(\S+?):?\s+(?:Link encap:\S|flags=\d+<)/;

const INET = new RegExp(
  `^\\s+inet (?:addr:)?(${DOTTED})\\s(?:.*?\\s)?(?:Mask:|netmask )(${DOTTED}|0x[0-9a-f]{8})`,
);
const INET6 = /^\s+inet6 (?:addr: )?([0-9a-f:]+)(?:\/(\d+)|\s+prefixlen (\d+))\s/;

/** `0.0.0.0  10.0.0.1  0.0.0.0  UG  100  0  0  eth0` of `route -n`. */
const ROUTE = new RegExp(
  `^\\s*(${DOTTED}|default)\\s+(${DOTTED}|\\*|-)\\s+(${DOTTED}|-)\\s+([A-Z!]+)\\s+(-?\\d+|-)\\s+(?:\\d+|-)\\s+\\d+\\s+(\\S+)\\s*$`,
);

/** The same where an address was blacked out. */
const MASKED = /^\s*(\S+)\s+(\S+)\s+(\S+)\s+([A-Z!]+)\s+(\d+|-)\s+\d+\s+\d+\s+(\S+)\s*$/;

/** Reads what `ifconfig` and `route -n` of net-tools print as `ip -o addr` and `ip route` would print it. */
export class OldTools {
  #link: string | null = null;
  /** Blanks before the link's name: all of the paste may be set in. */
  #indent = 0;

  /** @returns the line as `ip` has it; empty for one that tells nothing more; null for a line of another tool. */
  modern(line: string): string | null {
    const link = LINK.exec(line)?.[1];
    if (link !== undefined) {
      this.#link = link;
      this.#indent = indentOf(line);
      return '';
    }
    if (/^\s*Kernel IP routing table\s*$|^\s*Destination\s+Gateway\s+Genmask\s+Flags/.test(line)) return '';
    const masked = MASKED.exec(line);
    const isMasked = masked?.slice(1, 4).some((word) => !/^(?:[\da-f.:]+|default|\*|-)$/.test(word)) === true;
    const route = ROUTE.exec(line) ?? (isMasked ? masked : null);
    if (route !== null) return routeOf(route);
    if (line.trim() === '' || indentOf(line) <= this.#indent) {
      if (line.trim() !== '') this.#link = null;
      return null;
    }
    return this.#link === null ? null : addressOf(line, this.#link);
  }
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

function addressOf(line: string, link: string): string {
  const scope = link === 'lo' ? 'host' : 'global';
  const inet = INET.exec(line);
  if (inet !== null) return `1: ${link}    inet ${inet[1]}/${bitsOf(inet[2] ?? '')} scope ${scope} ${link}`;
  // It has an address, which was blacked out.
  if (/^\s+inet \S/.test(line)) return `1: ${link}    inet ?/32 scope ${scope} ${link}`;
  const inet6 = INET6.exec(line);
  if (inet6 === null) return '';
  const own = /^fe80:/.test(inet6[1] ?? '') ? 'link' : scope;
  return `1: ${link}    inet6 ${inet6[1]}/${inet6[2] ?? inet6[3]} scope ${own}`;
}

function routeOf([
  ,
  to = '',
  gateway = '',
  mask = '',
  flags = '',
  metric = '',
  device = '',
]: RegExpExecArray): string {
  const isDefault = to === 'default' || (to === '0.0.0.0' && mask === '0.0.0.0');
  const length = new RegExp(`^${DOTTED}$`).test(mask) ? bitsOf(mask) : mask;
  const prefix = isDefault ? 'default' : `${to}/${length}`;
  // It is printed with a sign.
  const order = metric === '-' ? 0 : Number(metric) >>> 0;
  if (flags.includes('!')) return `unreachable ${prefix} metric ${order}`;
  // Without a device and no refusal: a black hole, or `throw`, which is rare in main (fib_route_seq_show, net/ipv4/fib_trie.c).
  if (device === '*') return `blackhole ${prefix} metric ${order}`;
  const via = flags.includes('G') ? ` via ${gateway}` : '';
  return `${prefix}${via} dev ${device}${via === '' ? ' scope link' : ''}${order === 0 ? '' : ` metric ${order}`}`;
}

/** @param mask `255.255.255.0` or `0xffffff00` */
function bitsOf(mask: string): number {
  const value = mask.startsWith('0x')
    ? Number.parseInt(mask.slice(2), 16)
    : mask.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  return value === 0 ? 0 : 32 - Math.log2(2 ** 32 - value);
}
