import { commentOf, HOOK_NAMES, type Ruleset, type Table } from '../../iptables/ruleset.ts';
import { supplyRules } from '../../iptables/supply-rules.ts';
import { socketText } from '../../net/socket.ts';
import { CHAINS, CHOOSING, ENDPOINT_CHAINS, hasRole } from '../../proxy/chains.ts';
import type { Note } from '../explanation.ts';
import type { ServiceNaming } from '../services/service-naming.ts';
import { type AssumedHook, assumeHooks } from './assumed-hooks.ts';
import { SETTLE_FRAGMENT, SUPPOSED } from './supposed.ts';
import { lacksNat } from './whole-dump.ts';

/** Rulesets with what was supposed of them. */
export interface Completed {
  readonly rulesets: readonly Ruleset[];
  /** What holds for every packet, such as which mark means masquerading. */
  readonly notes: readonly Note[];
  /** How packets are taken to come to the chains that were captured. */
  readonly hooks: readonly AssumedHook[];
}

/**
 * Pastes often show single chains or picked lines, in any form: `-L`, `-S`, `iptables-save | grep`, a save without its head.
 * What the programs of a node write the same way everywhere stands in for what was not pasted: how packets come to the
 * chains (CHAINS.services, DOCKER, ts-input, …), what CHAINS.markMasquerade and CHAINS.markDrop mark and what becomes of it.
 * A whole dump (`save`) is never completed: there a missing chain does not exist.
 * @returns the rulesets to trace, and what was supposed
 */
export function completeListings(rulesets: readonly Ruleset[], naming: ServiceNaming): Completed {
  const notes: Note[] = [];
  const hooks: AssumedHook[] = [];
  const completed = rulesets.map((ruleset): Ruleset => {
    if (ruleset.form === 'save' && !isExcerpt(ruleset))
      return lacksNat(ruleset, rulesets) ? { ...ruleset, form: 'rules-listing' } : ruleset;
    const whole = assumeHooks(withPieces({ ...ruleset, form: formOf(ruleset) }, naming, notes));
    hooks.push(...whole.assumed);
    return whole.ruleset;
  });
  return { rulesets: completed, notes, hooks };
}

/** Lines that were picked from a dump between its table lines: iptables-save declares the built-in chains of every table. */
function isExcerpt({ tables, cut }: Ruleset): boolean {
  if (cut !== undefined) return false;
  return [...tables.values()].some(
    ({ chains, cut: within }) =>
      within === undefined &&
      chains.size > 0 &&
      !HOOK_NAMES.some((name) => (chains.get(name)?.policy ?? null) !== null),
  );
}

function formOf({ form }: Ruleset): Ruleset['form'] {
  return form === 'save' ? 'rules-listing' : form;
}

function withPieces(ruleset: Ruleset, naming: ServiceNaming, notes: Note[]): Ruleset {
  const nat = ruleset.tables.get('nat');
  if (nat === undefined) return ruleset;
  const endpoints = missingEndpoints(nat, naming);
  const pieces = [
    ...PIECES.filter(({ missing }) => missing(nat, ruleset)),
    ...(endpoints === null ? [] : [endpoints]),
  ];
  if (pieces.length === 0) return ruleset;
  notes.push(...pieces.map(({ note }) => note));
  const lines = pieces.flatMap(({ chains, rules, firewall = [] }) => [
    '*nat',
    ...chains.map((name) => `:${name} - [0:0]`),
    ...rules,
    'COMMIT',
    ...(firewall.length === 0 ? [] : ['*filter', ...firewall, 'COMMIT']),
  ]);
  return supplyRules(ruleset, `${lines.join('\n')}\n`, SUPPOSED);
}

/** Something kube-proxy always writes. */
interface Piece {
  readonly chains: readonly string[];
  readonly rules: readonly string[];
  /** Lines of table filter that belong to it. */
  readonly firewall?: readonly string[];
  readonly note: Note;
}

/** Endpoint chains that were not pasted, where the hash in their names proves the endpoint that the jump's comment tells. */
function missingEndpoints(nat: Table, naming: ServiceNaming): Piece | null {
  const found = new Map<string, string>();
  for (const chain of nat.chains.values()) {
    if (!hasRole(chain.name, ...CHOOSING)) continue;
    for (let index = 0; index < chain.rules.length; index++) {
      const name = chain.rules.targetName(index);
      if (name === null || !hasRole(name, 'endpoint') || nat.chains.has(name) || found.has(name)) continue;
      const socket = naming.recoverEndpoint(name, commentOf(chain.rules.at(index)));
      if (socket === null || socket.port === null) continue;
      const { address, port } = socket;
      found.set(name, socketText(address, port));
    }
  }
  if (found.size === 0) return null;
  const [[name, to] = ['', '']] = found;
  return {
    chains: [...found.keys()],
    rules: [...found].flatMap(([chain, target]) => [
      `-A ${chain} -s ${target.replace(/^\[?(.*?)\]?:\d+$/, '$1')} -j ${CHAINS.markMasquerade}`,
      `-A ${chain} -j DNAT --to-destination ${target}`,
    ]),
    note: {
      code: 'endpoint-chains-not-captured',
      text: `${found.size} ${ENDPOINT_CHAINS} chains are not in the listing; the hash in each name proves its endpoint (${name} is ${to})`,
      settle: SETTLE_FRAGMENT,
    },
  };
}

/** What CHAINS.postrouting does on every node (since kube-proxy 1.20; before, what carries the mark was masqueraded in one rule). */
const MASQUERADING: readonly string[] = [
  `-A ${CHAINS.postrouting} -m mark ! --mark 0x4000/0x4000 -j RETURN`,
  `-A ${CHAINS.postrouting} -j MARK --set-xmark 0x4000/0x0`,
  `-A ${CHAINS.postrouting} -j MASQUERADE`,
];

const PIECES: readonly (Piece & { readonly missing: (nat: Table, ruleset: Ruleset) => boolean })[] = [
  {
    missing: (nat, { tables }) =>
      !nat.chains.has(CHAINS.markDrop) &&
      tables.get('filter')?.chains.has(CHAINS.firewall) !== true &&
      leadsTo(nat, CHAINS.markDrop),
    chains: [CHAINS.markDrop],
    rules: [`-A ${CHAINS.markDrop} -j MARK --set-xmark 0x8000/0x8000`],
    firewall: [`:${CHAINS.firewall} - [0:0]`, `-A ${CHAINS.firewall} -m mark --mark 0x8000/0x8000 -j DROP`],
    note: {
      code: 'mark-chain-not-captured',
      text: `${CHAINS.markDrop} and ${CHAINS.firewall} are not in the listing; the one is taken to set mark 0x8000, the other to drop what carries it, as kubelet makes them`,
      settle: SETTLE_FRAGMENT,
    },
  },

  {
    missing: ({ chains }) =>
      !chains.has(CHAINS.markMasquerade) && [...chains.keys()].some((name) => hasRole(name, 'service')),
    chains: [CHAINS.markMasquerade],
    rules: [`-A ${CHAINS.markMasquerade} -j MARK --set-xmark 0x4000/0x4000`],
    note: {
      code: 'mark-chain-not-captured',
      text: `${CHAINS.markMasquerade} is not in the listing; it is taken to set mark 0x4000, the bit kube-proxy uses unless told another`,
      settle: SETTLE_FRAGMENT,
    },
  },
  {
    missing: (nat) =>
      !nat.chains.has(CHAINS.postrouting) &&
      nat.chains.has('POSTROUTING') &&
      leadsTo(nat, CHAINS.postrouting),
    chains: [CHAINS.postrouting],
    rules: MASQUERADING,
    note: {
      code: 'postrouting-not-captured',
      text: `${CHAINS.postrouting} is not in the listing; it is taken to masquerade what carries mark 0x4000, and nothing else`,
      settle: SETTLE_FRAGMENT,
    },
  },
  {
    missing: ({ chains }) =>
      !chains.has(CHAINS.postrouting) &&
      !chains.has('POSTROUTING') &&
      [...chains.keys()].some((name) => hasRole(name, 'service')),
    chains: [CHAINS.postrouting],
    rules: [`-A POSTROUTING -j ${CHAINS.postrouting}`, ...MASQUERADING],
    note: {
      code: 'postrouting-not-captured',
      text: 'POSTROUTING is not in the listing; it is taken to masquerade what carries mark 0x4000, and nothing else',
      settle: SETTLE_FRAGMENT,
    },
  },
];

function leadsTo({ chains }: Table, wanted: string): boolean {
  for (const { rules } of chains.values()) {
    for (let index = 0; index < rules.length; index++) if (rules.targetName(index) === wanted) return true;
  }
  return false;
}
