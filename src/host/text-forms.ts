import { parseProtocol } from '../net/protocol.ts';

/**
 * The text that `ip`, `ipset list` and `nft list` print for people, turned into what they print for programs, so that
 * one reader serves both. Diagnostic bundles (`calicoctl cluster diags`, `calicoctl node diags`) hold these.
 */

type JsonObject = Record<string, unknown>;

const FORMS = {
  address: /^\d+: \S+: </m,
  route: /^(?:\w+ )?(?:default|[\da-f.:]+(?:\/\d+)?) (?:via|dev|proto|nhid|metric|encap|table|scope|src) \S/m,
  rule: /^\d+:\s+(?:not )?from \S/m,
  ruleset: /^table \w+ \S+ \{/m,
};

/** @returns true where the text is what the tool prints for people, and no JSON. */
export function isTextForm(text: string, form: keyof typeof FORMS): boolean {
  return !/^\s*[[{]/.test(text) && FORMS[form].test(text);
}

/** @returns `ip addr` (iproute2, any options but `-o`) as `ip -j addr` prints it. */
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
        ...pairsOf(rest, ['master', 'group', 'state']),
        addr_info: addresses,
      });
      continue;
    }
    const link = links.at(-1);
    const [, type, mac] = /^\s+link\/(\S+)(?: (\S+))?/.exec(line) ?? [];
    if (type !== undefined && link !== undefined) Object.assign(link, { link_type: type, address: mac });
    const [, family, local = '', tail = ''] = /^\s+(inet6?) (\S+)(.*)$/.exec(line) ?? [];
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
        ['secondary', 'deprecated', 'tentative', 'dadfailed', 'temporary'].map((flag) => [
          flag,
          words.includes(flag),
        ]),
      ),
    });
  }
  return JSON.stringify(links);
}

const ROUTE_TYPES =
  /^(?:unicast|local|broadcast|anycast|multicast|blackhole|unreachable|prohibit|throw|nat)$/;
const ROUTE_PAIRS = ['dev', 'table', 'proto', 'scope', 'metric', 'from', 'tos', 'pref'] as const;

/** @returns `ip route` as `ip -j route` prints it; an encapsulation is left out, the device and gateway tell the way. */
export function routesAsJson(text: string): string {
  const routes: JsonObject[] = [];
  for (const line of text.split('\n')) {
    const words = line.trim().split(/\s+/);
    if (words[0] === '' || words[0] === undefined) continue;
    if (words[0] === 'nexthop') {
      const route = routes.at(-1);
      if (route === undefined) continue;
      const hops: unknown = route.nexthops;
      route.nexthops = [
        ...(Array.isArray(hops) ? hops : []),
        { ...hopOf(line), ...pairsOf(line, ['weight']) },
      ];
      continue;
    }
    const type = ROUTE_TYPES.test(words[0]) ? words.shift() : undefined;
    const dst = words.shift();
    const tail = ` ${words.join(' ')}`;
    const { proto, ...pairs } = pairsOf(tail, ROUTE_PAIRS);
    const flags = ['onlink', 'dead', 'linkdown', 'pervasive', 'unresolved'].filter((flag) =>
      words.includes(flag),
    );
    routes.push({
      ...(type === undefined ? {} : { type }),
      dst,
      ...pairs,
      ...hopOf(tail),
      ...(proto === undefined ? {} : { protocol: proto }),
      ...(pairs.metric === undefined ? {} : { metric: Number(pairs.metric) }),
      ...renamed(tail, 'src', 'prefsrc'),
      flags,
    });
  }
  return JSON.stringify(routes);
}

function hopOf(text: string): JsonObject {
  const via = / via (?:(inet6?) )?(\S+)/.exec(text);
  const [, family, gateway] = via ?? [];
  const device = pairsOf(text, ['dev']);
  if (gateway === undefined) return device;
  return family === undefined ? { ...device, gateway } : { ...device, via: { family, host: gateway } };
}

/** @returns `ip rule` as `ip -j rule` prints it. */
export function policyRulesAsJson(text: string): string {
  const rules: JsonObject[] = [];
  for (const line of text.split('\n')) {
    const [, priority, rest = ''] = /^(\d+):\s+(.*)$/.exec(line.trim()) ?? [];
    if (priority === undefined) continue;
    const words = rest.trim().split(/\s+/);
    const rule: JsonObject = { priority: Number(priority) };
    for (let at = 0; at < words.length; at++) {
      const word = words[at] ?? '';
      const value = words[at + 1] ?? '';
      const target = SELECTORS[word];
      if (word === 'not') rule.not = null;
      else if (/^(?:unreachable|prohibit|blackhole|nop)$/.test(word)) rule.action = word;
      else if (word === 'lookup') Object.assign(rule, { table: value });
      else if (/^\[(?:detached|unresolved)\]$/.test(word)) continue;
      else if (target === undefined) {
        // What is not known of a rule must not be passed over: its reader then answers unknown.
        rule[word] = value;
      } else Object.assign(rule, target(value));
      if (word !== 'not' && rule.action !== word) at++;
    }
    rules.push(rule);
  }
  return JSON.stringify(rules);
}

const SELECTORS: Readonly<Record<string, (value: string) => JsonObject>> = {
  from: (value) => prefixOf(value, 'src', 'srclen'),
  to: (value) => prefixOf(value, 'dst', 'dstlen'),
  iif: (value) => ({ iif: value }),
  oif: (value) => ({ oif: value }),
  fwmark: (value) => {
    const [mark, mask] = value.split('/');
    return { fwmark: mark, ...(mask === undefined ? {} : { fwmask: mask }) };
  },
  ipproto: (value) => ({ ipproto: parseProtocol(value) ?? value }),
  tos: (value) => ({ tos: value }),
  goto: (value) => ({ goto: Number(value) }),
  proto: (value) => ({ protocol: value }),
  suppress_prefixlength: (value) => ({ suppress_prefixlen: Number(value) }),
  uidrange: (value) => rangeOf(value, 'uid'),
  sport: (value) => rangeOf(value, 'sport'),
  dport: (value) => rangeOf(value, 'dport'),
};

function prefixOf(text: string, key: string, lengthKey: string): JsonObject {
  const [address, length] = text.split('/');
  return { [key]: address, ...(length === undefined ? {} : { [lengthKey]: Number(length) }) };
}

function rangeOf(text: string, key: string): JsonObject {
  const [from, to] = text.split('-').map(Number);
  return { [`${key}_start`]: from, [`${key}_end`]: to ?? from };
}

/** @returns the values that follow these words; words that are not there are left out. */
function pairsOf<Key extends string>(text: string, keys: readonly Key[]): Partial<Record<Key, string>> {
  const pairs: Partial<Record<Key, string>> = {};
  for (const key of keys) {
    const value = new RegExp(` ${key} (\\S+)`).exec(` ${text}`)?.[1];
    if (value !== undefined) pairs[key] = value;
  }
  return pairs;
}

function renamed(text: string, word: string, key: string): JsonObject {
  const value = new RegExp(` ${word} (\\S+)`).exec(text)?.[1];
  return value === undefined ? {} : { [key]: value };
}

/** @returns `ipset list` as `ipset save` prints it; line numbers stay. */
export function setsAsSave(text: string): string {
  let name = '';
  let type = '';
  let inMembers = false;
  return text
    .split('\n')
    .map((line) => {
      const [, field, value = ''] = /^(Name|Type|Header): ?(.*)$/.exec(line) ?? [];
      if (field === 'Name') [name, inMembers] = [value.trim(), false];
      else if (field === 'Type') type = value.trim();
      else if (field === 'Header') return `create ${name} ${type} ${value}`.trimEnd();
      else if (/^Members:\s*$/.test(line)) inMembers = true;
      else if (inMembers && line.trim() !== '') return `add ${name} ${line.trim()}`;
      return '';
    })
    .join('\n');
}

const PRIORITIES: Readonly<Record<string, number>> = {
  raw: -300,
  mangle: -150,
  dstnat: -100,
  filter: 0,
  security: 50,
  srcnat: 100,
};

/** @returns `nft list ruleset` as far as its JSON is read: tables, base chains with their hooks, and how many rules each has. */
export function rulesetAsJson(text: string): string {
  const objects: JsonObject[] = [];
  let table: JsonObject = {};
  let chain: JsonObject | null = null;
  let nested = 0;
  for (const raw of text.split('\n')) {
    const line = raw
      .replace(/"[^"]*"/g, '""')
      .replace(/\s*# handle \d+$/, '')
      .trim();
    const [, family, name] = /^table (\w+) (\S+) \{/.exec(line) ?? [];
    const chainName = /^chain (\S+) \{/.exec(line)?.[1];
    const base = /^type (\w+) hook (\w+)(?: device \S+)? priority ([^;]+);(?: policy (\w+);)?/.exec(line);
    if (family !== undefined) {
      table = { family, name };
      objects.push({ table });
    } else if (chainName !== undefined) {
      chain = { family: table.family, table: table.name, name: chainName };
      objects.push({ chain });
    } else if (chain === null || line === '') continue;
    else if (base !== null) {
      const [, type, hook, priority = '', policy] = base;
      Object.assign(chain, {
        type,
        hook,
        prio: priorityOf(priority),
        ...(policy === undefined ? {} : { policy }),
      });
    } else if (line === '}' && nested === 0) chain = null;
    else {
      if (nested === 0)
        objects.push({ rule: { family: chain.family, table: chain.table, chain: chain.name } });
      nested += line.split('{').length - line.split('}').length;
    }
  }
  return JSON.stringify({ nftables: objects });
}

/** `filter`, `dstnat - 10`, `-100`. */
function priorityOf(text: string): number | undefined {
  const [, name = '', sign, offset] = /^\s*(-?\w+)(?:\s*([+-])\s*(\d+))?\s*$/.exec(text) ?? [];
  const start = PRIORITIES[name] ?? (/^-?\d+$/.test(name) ? Number(name) : undefined);
  if (start === undefined) return undefined;
  return start + (offset === undefined ? 0 : Number(offset) * (sign === '-' ? -1 : 1));
}
