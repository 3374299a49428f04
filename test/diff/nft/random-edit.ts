import type { Random } from '../../attack/random.ts';

/** `nft -j list ruleset`, as far as edits look at it. */
export interface Listing {
  nftables: Entry[];
}

interface Entry {
  table?: { family: string; name: string; handle: number };
  chain?: Named & { policy?: string; hook?: string; type?: string; prio?: number };
  rule?: {
    family: string;
    table: string;
    chain: string;
    handle: number;
    comment?: string;
    expr: Statement[];
  };
  set?: Named & { elem?: unknown[]; flags?: unknown; timeout?: number };
  map?: Named & { elem?: unknown[]; map: string };
}

type Named = { family: string; table: string; name: string; handle: number };
type Statement = Readonly<Record<string, unknown>>;

const HOOKS = ['prerouting', 'input', 'forward', 'output', 'postrouting'];
const PRIORITIES = [-350, -150, -110, -90, -10, 0, 10, 150];

const match = (left: object, right: unknown, op = '=='): Statement => ({ match: { op, left, right } });
const header = (protocol: string, field: string): object => ({ payload: { protocol, field } });
const meta = (key: string): object => ({ meta: { key } });

/** What the edits may name. */
export interface Words {
  readonly addresses: readonly string[];
  readonly ports: readonly number[];
}

/** Each changes a listing in one way. @returns what was done; null where there is nothing that could be changed so */
const EDITS: readonly ((listing: Listing, pick: Random, words: Words) => string | null)[] = [
  function removeElement({ nftables }, pick) {
    const all = nftables.filter((entry) => (elementsOf(entry)?.length ?? 0) > 0);
    const elements = elementsOf(all[pick(all.length)] ?? {});
    const [gone] = elements?.splice(pick(elements.length), 1) ?? [];
    return gone === undefined ? null : `without element ${JSON.stringify(gone)}`;
  },
  function emptySet({ nftables }, pick) {
    const all = nftables.filter((entry) => (elementsOf(entry)?.length ?? 0) > 0);
    const one = all[pick(all.length)];
    const elements = elementsOf(one ?? {});
    elements?.splice(0);
    return one === undefined ? null : `empty ${(one.set ?? one.map)?.name}`;
  },
  function deleteRule({ nftables }, pick) {
    const all = nftables.filter(({ rule }) => rule !== undefined && rule.family === 'ip');
    const one = all[pick(all.length)];
    if (one === undefined) return null;
    nftables.splice(nftables.indexOf(one), 1);
    return `without rule ${JSON.stringify(one.rule)}`;
  },
  function changeVerdict({ nftables }, pick) {
    const maps = nftables.filter(({ map }) => map?.map === 'verdict' && (map.elem?.length ?? 0) > 0);
    const { map } = maps[pick(maps.length)] ?? {};
    const element = map?.elem?.[pick(map.elem.length)];
    if (!Array.isArray(element)) return null;
    element[1] = [{ drop: null }, { accept: null }, { return: null }, { continue: null }][pick(4)];
    return `another verdict ${JSON.stringify(element)}`;
  },
  function swapRules({ nftables }, pick) {
    const all = nftables.filter(({ rule }) => rule?.family === 'ip');
    const one = all[pick(all.length)]?.rule;
    const other = all.find(({ rule }) => rule !== one && rule?.chain === one?.chain)?.rule;
    if (one === undefined || other === undefined) return null;
    [one.expr, other.expr] = [other.expr, one.expr];
    return `rules of ${one.chain} in another order`;
  },
  function dropByPolicy({ nftables }, pick) {
    const all = nftables.filter(({ chain }) => chain?.hook !== undefined && chain.family === 'ip');
    const { chain } = all[pick(all.length)] ?? {};
    if (chain === undefined || chain.type === 'nat') return null;
    chain.policy = 'drop';
    return `policy drop of ${chain.name}`;
  },
  function addForeign({ nftables }, pick, { addresses, ports }) {
    const expr: Statement[] = [];
    const address = addresses[pick(addresses.length)] ?? '';
    if (pick(3) > 0)
      expr.push(
        match(
          header('ip', pick(2) === 0 ? 'saddr' : 'daddr'),
          pick(3) === 0 ? { prefix: { addr: `${address.replace(/\d+$/, '')}0`, len: 24 } } : address,
          pick(4) === 0 ? '!=' : '==',
        ),
      );
    if (pick(2) === 0)
      expr.push(match(header('tcp', 'dport'), ports[pick(ports.length)], pick(4) === 0 ? '!=' : '=='));
    if (pick(3) === 0) expr.push(match(meta('iifname'), pick(2) === 0 ? 'cni0' : 'eth*'));
    if (pick(4) === 0) expr.push(match({ '&': [meta('mark'), 0x4000] }, 0, '!='));
    if (pick(5) === 0) expr.push(match({ ct: { key: 'status' } }, 'dnat', 'in'));
    if (pick(5) === 0) expr.push(match({ fib: { result: 'type', flags: ['daddr'] } }, 'local'));
    expr.push(
      [
        { drop: null },
        { reject: { type: 'tcp reset' } },
        { mangle: { key: meta('mark'), value: 0x4000 } },
        { accept: null },
        { mangle: { key: header('tcp', 'dport'), value: ports[0] } },
      ][pick(9)] ?? { drop: null },
    );
    const at = { family: pick(2) === 0 ? 'inet' : 'ip', table: 'foreign' };
    const [hook, prio] = [HOOKS[pick(HOOKS.length)], PRIORITIES[pick(PRIORITIES.length)] ?? 0];
    nftables.push(
      { table: { family: at.family, name: at.table, handle: 77 } },
      {
        chain: {
          ...at,
          name: 'f',
          handle: 1,
          type: 'filter',
          ...(hook === undefined ? {} : { hook }),
          prio,
          policy: 'accept',
        },
      },
      { rule: { ...at, chain: 'f', handle: 2, expr } },
    );
    return `a foreign chain at ${hook} ${prio}: ${JSON.stringify(expr)}`;
  },
];

/** Sets of which diff leaves the elements aside are what packets left there. */
function elementsOf({ set, map }: Entry): unknown[] | undefined {
  const one = set ?? map;
  return one?.family === 'ip' && set?.timeout === undefined ? one.elem : undefined;
}

/** Changes a listing in one to three ways. @returns what was done */
export function edit(listing: Listing, pick: Random, words: Words): string[] {
  const done: string[] = [];
  for (let left = 1 + pick(3); left > 0; left--) {
    const what = EDITS[pick(EDITS.length)]?.(listing, pick, words) ?? null;
    if (what !== null) done.push(what);
  }
  return done;
}
