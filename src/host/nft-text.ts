type JsonObject = Record<string, unknown>;

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
      .replace(/# handle \d+$/, '')
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
