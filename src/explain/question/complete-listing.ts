import { commentOf, type Ruleset, type Table } from '../../iptables/ruleset.ts';
import { supplyRules } from '../../iptables/supply-rules.ts';
import type { Note } from '../explanation.ts';
import type { ServiceNaming } from '../services/service-naming.ts';

/** The name that rules taken for granted have in place of a file. */
const SUPPOSED = '(taken for granted)';

/**
 * Pasted listings often show single chains. What kube-proxy writes the same way on every node stands in for what was
 * not pasted: how packets come to KUBE-SERVICES, what KUBE-MARK-MASQ marks, and that KUBE-POSTROUTING masquerades it.
 * A whole dump (`save`) is never completed: there a missing chain does not exist.
 * @returns the rulesets to trace, and what was supposed
 */
export function completeListings(
  rulesets: readonly Ruleset[],
  naming: ServiceNaming,
  entersAt: 'PREROUTING' | 'OUTPUT',
): { readonly rulesets: readonly Ruleset[]; readonly notes: readonly Note[] } {
  const notes: Note[] = [];
  const completed = rulesets.map((ruleset) => {
    const nat = ruleset.tables.get('nat');
    if (ruleset.form === 'save' || nat === undefined) return ruleset;
    const endpoints = missingEndpoints(nat, naming);
    const pieces = [
      ...piecesFor(entersAt).filter(({ missing }) => missing(nat)),
      ...(endpoints === null ? [] : [endpoints]),
    ];
    if (pieces.length === 0) return ruleset;
    notes.push(...pieces.map(({ note }) => note));
    const chains = pieces.flatMap(({ chains: names }) => names).map((name) => `:${name} - [0:0]`);
    const text = ['*nat', ...chains, ...pieces.flatMap(({ rules }) => rules), 'COMMIT', ''].join('\n');
    return supplyRules(ruleset, text, SUPPOSED);
  });
  return { rulesets: completed, notes };
}

/** Something kube-proxy always writes. */
interface Piece {
  readonly chains: readonly string[];
  readonly rules: readonly string[];
  readonly note: Note;
}

/** Endpoint chains that were not pasted, where the hash in their names proves the endpoint that the jump's comment tells. */
function missingEndpoints(nat: Table, naming: ServiceNaming): Piece | null {
  const found = new Map<string, string>();
  for (const chain of nat.chains.values()) {
    if (!/^KUBE-(?:SVC|SVL|XLB)-/.test(chain.name)) continue;
    for (let index = 0; index < chain.rules.length; index++) {
      const name = chain.rules.targetName(index);
      if (name === null || !name.startsWith('KUBE-SEP-') || nat.chains.has(name) || found.has(name)) continue;
      const socket = naming.recoverEndpoint(name, commentOf(chain.rules.at(index)));
      if (socket === null || socket.port === null) continue;
      const { address, port } = socket;
      found.set(name, address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`);
    }
  }
  if (found.size === 0) return null;
  const [[name, to] = ['', '']] = found;
  return {
    chains: [...found.keys()],
    rules: [...found].flatMap(([chain, target]) => [
      `-A ${chain} -s ${target.replace(/^\[?(.*?)\]?:\d+$/, '$1')} -j KUBE-MARK-MASQ`,
      `-A ${chain} -j DNAT --to-destination ${target}`,
    ]),
    note: {
      code: 'endpoint-chains-not-captured',
      text: `${found.size} KUBE-SEP chains are not in the listing; the hash in each name proves its endpoint (${name} is ${to})`,
      settle: SETTLE,
    },
  };
}

const SETTLE = 'capture all tables with `iptables-save -c`';

/** kube-proxy puts a jump to KUBE-SERVICES into both chains, at the top unless somebody else put one before it. */
function hook(name: 'PREROUTING' | 'OUTPUT'): Piece & { readonly missing: (nat: Table) => boolean } {
  return {
    missing: ({ chains }) => chains.has('KUBE-SERVICES') && !chains.has(name),
    chains: [],
    rules: [`-A ${name} -j KUBE-SERVICES`],
    note: {
      code: 'hooks-not-captured',
      text: `nat ${name} is not in the listing; it is taken to lead to KUBE-SERVICES and nowhere before it`,
      settle: SETTLE,
    },
  };
}

function piecesFor(
  entersAt: 'PREROUTING' | 'OUTPUT',
): (Piece & { readonly missing: (nat: Table) => boolean })[] {
  return [hook(entersAt), ...PIECES];
}

const PIECES: readonly (Piece & { readonly missing: (nat: Table) => boolean })[] = [
  {
    missing: ({ chains }) =>
      !chains.has('KUBE-MARK-MASQ') && [...chains.keys()].some((name) => name.startsWith('KUBE-SVC-')),
    chains: ['KUBE-MARK-MASQ'],
    rules: ['-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000'],
    note: {
      code: 'mark-chain-not-captured',
      text: 'KUBE-MARK-MASQ is not in the listing; it is taken to set mark 0x4000, the bit kube-proxy uses unless told another',
      settle: SETTLE,
    },
  },
  {
    missing: ({ chains }) =>
      !chains.has('KUBE-POSTROUTING') &&
      !chains.has('POSTROUTING') &&
      [...chains.keys()].some((name) => name.startsWith('KUBE-SVC-')),
    chains: ['KUBE-POSTROUTING'],
    rules: [
      '-A POSTROUTING -j KUBE-POSTROUTING',
      '-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN',
      '-A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0',
      '-A KUBE-POSTROUTING -j MASQUERADE',
    ],
    note: {
      code: 'postrouting-not-captured',
      text: 'POSTROUTING is not in the listing; it is taken to masquerade what carries mark 0x4000, and nothing else',
      settle: SETTLE,
    },
  },
];
