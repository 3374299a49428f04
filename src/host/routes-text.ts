import { pairsOf } from './text-forms.ts';

type JsonObject = Record<string, unknown>;

const ROUTE_TYPES =
  /^(?:unicast|local|broadcast|anycast|multicast|blackhole|unreachable|prohibit|throw|nat)$/;
const ROUTE_PAIRS = ['dev', 'table', 'proto', 'scope', 'metric', 'from', 'tos', 'pref'] as const;

/** @returns `ip route` as `ip -j route` prints it; an encapsulation is left out, the device and gateway tell the way. */
export function routesAsJson(text: string): string {
  const routes: JsonObject[] = [];
  // With `-o` next hops stand behind their route, each after a backslash.
  for (const line of text.split(/\n|\\\s+(?=nexthop )/)) {
    const words = line.trim().split(/\s+/);
    // What `-d` tells of a next hop object, the next hops tell again.
    if (words[0] === '' || words[0] === undefined || words[0] === 'nh_info') continue;
    if (words[0] === 'nexthop') {
      const route = routes.at(-1);
      if (route === undefined) continue;
      const hops: unknown[] = Array.isArray(route.nexthops) ? route.nexthops : [];
      const down = / linkdown\b/.test(line) ? { flags: ['linkdown'] } : {};
      hops.push({ ...hopOf(line), ...pairsOf(line, ['weight']), ...down });
      route.nexthops = hops;
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
      ...metricsOf(tail),
      flags,
    });
  }
  return JSON.stringify(routes);
}

function metricsOf(text: string): JsonObject {
  const found = [
    ...text.matchAll(/ (mtu|advmss|hoplimit|window|rtt|initcwnd|initrwnd|quickack) (?:lock )?(\S+)/g),
  ];
  return found.length === 0
    ? {}
    : { metrics: [Object.fromEntries(found.map(([, name, value]) => [name, Number(value)]))] };
}

function hopOf(text: string): JsonObject {
  const via = / via (?:(inet6?) )?(\S+)/.exec(text);
  const [, family, gateway] = via ?? [];
  const device = pairsOf(text, ['dev']);
  if (gateway === undefined) return device;
  return family === undefined ? { ...device, gateway } : { ...device, via: { family, host: gateway } };
}

function renamed(text: string, word: string, key: string): JsonObject {
  const value = new RegExp(` ${word} (\\S+)`).exec(text)?.[1];
  return value === undefined ? {} : { [key]: value };
}
