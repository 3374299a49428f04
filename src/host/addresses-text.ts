import { pairsOf } from './text-forms.ts';

type JsonObject = Record<string, unknown>;

/** @returns `ip addr` (iproute2, any options, `-o` too) as `ip -j addr` prints it. */
export function addressesAsJson(text: string): string {
  const links: JsonObject[] = [];
  let addresses: JsonObject[] = [];
  for (const line of text.split('\n')) {
    const [, index, name, flags, rest = ''] =
      /^(\d+): ([^:\s]+): <([^>]*)> ?(.*)$/.exec(line.trimEnd()) ?? [];
    if (name !== undefined && flags !== undefined) {
      addresses = [];
      links.push({
        ifindex: Number(index),
        ifname: name.replace(/@.*$/, ''),
        flags: flags.split(','),
        ...pairsOf(rest, ['mtu', 'master', 'group', 'state']),
        // `xdp/id:97`, `xdpgeneric/id:97`, `prog/xdp id 97`, `xdpmulti`
        ...(/(?:^| )(?:xdp[a-z]*\/id:|xdpmulti\b|prog\/xdp )/.test(rest) ? { xdp: {} } : {}),
        addr_info: addresses,
      });
      continue;
    }
    const [, position, device = '', own] = /^(\d+): (\S+)\s+(inet6? .*)$/.exec(line) ?? [];
    if (own !== undefined && links.at(-1)?.ifname !== device) {
      // `-o` prints one line for each address and says nothing of the link.
      addresses = [];
      links.push({ ifindex: Number(position), ifname: device, flags: ['UP'], addr_info: addresses });
    }
    const link = links.at(-1);
    const [, type, mac] = /^\s+link\/(\S+)(?: (\S+))?/.exec(line) ?? [];
    if (type !== undefined && link !== undefined) Object.assign(link, { link_type: type, address: mac });
    const [, family, local = '', tail = ''] =
      /^(?:\s+|\d+: \S+\s+)(inet6?) (\S+)(.*?)(?:\\\s.*)?$/.exec(line) ?? [];
    if (family === undefined) continue;
    const peer = / peer ([^ /]+)(?:\/(\d+))?/.exec(tail);
    const [address = '', length] = local.split('/');
    const words = tail.trim().split(/\s+/);
    addresses.push({
      family,
      local: address,
      prefixlen: Number(peer?.[2] ?? length ?? (family === 'inet' ? 32 : 128)),
      ...(peer === null ? {} : { address: peer[1] }),
      ...pairsOf(tail, ['scope']),
      ...Object.fromEntries(
        ['secondary', 'deprecated', 'tentative', 'optimistic', 'dadfailed', 'temporary'].map((flag) => [
          flag,
          words.includes(flag),
        ]),
      ),
    });
  }
  return JSON.stringify(links);
}
