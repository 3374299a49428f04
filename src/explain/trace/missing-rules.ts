import type { HookName, Ruleset, TableName } from '../../iptables/ruleset.ts';
import { programOf } from '../../iptables/tool.ts';
import { isTableOfIptables } from '../../nftables/iptables-chains.ts';
import type { NftRuleset } from '../../nftables/ruleset.ts';
import { CHAINS, hasRole, OF_SERVICE } from '../../proxy/chains.ts';
import type { Trace } from '../../trace/outcome.ts';
import type { Note } from '../explanation.ts';
import type { AssumedHook } from '../question/assumed-hooks.ts';
import { isStandIn } from '../question/other-family.ts';
import { printsAllTables } from '../question/whole-dump.ts';
import type { TraceItem } from '../trace-list.ts';

const SETTLE = 'capture all tables with `iptables-save -c`';

/**
 * Built-in chains that the packet would have met and that are neither in the capture nor supplied: taken for empty,
 * and said so.
 * @param rulesets as they were walked
 * @param nft what nft lists: it may hold tables of iptables, in part
 */
export function missingRules(
  rulesets: readonly Ruleset[],
  trace: Trace,
  nft: NftRuleset | null = null,
): TraceItem['assumptions'] {
  return findMissing(rulesets, trace, nft).map(({ note }) => note);
}

/** What is missing, and what is said of it. */
export interface Missing {
  readonly note: Note;
  /** A sentence's beginning, `filter FORWARD was`; null where what is missing decides about no packet. */
  readonly what: string | null;
}

/** @returns the same, by name. */
export function findMissing(
  rulesets: readonly Ruleset[],
  trace: Pick<Trace, 'packet' | 'outcomes' | 'steps'>,
  nft: NftRuleset | null = null,
): Missing[] {
  if (rulesets.length === 0) return [noRules(trace, nft)];
  // It is not taken for granted: both ways are given.
  if (rulesets.some(isStandIn)) return [];
  return rulesets.flatMap((ruleset) => [
    ...(['nat', 'filter'] as const).flatMap((table) =>
      ruleset.tables.has(table) || !printsAllTables(ruleset, rulesets)
        ? missingChains(ruleset, table, trace)
        : [],
    ),
    ...missingPolicies(ruleset, trace),
    ...missingEntries(ruleset, trace),
    ...(lacksInterfaces(ruleset) ? [{ note: LISTING, what: null }] : []),
  ]);
}

function noRules({ packet }: Pick<Trace, 'packet'>, nft: NftRuleset | null): Missing {
  const listed = [...(nft?.tables.values() ?? [])].filter(
    (table) => table.family === (packet.family === 'ipv4' ? 'ip' : 'ip6') && isTableOfIptables(table),
  );
  const besides =
    listed.length === 0
      ? `that there is no ${packet.family} rule`
      : `that there is no ${packet.family} rule but those of table ${listed.map(({ name }) => name).join(', ')}, which ${nft?.file} lists in part`;
  const note = {
    code: 'rules-not-captured',
    text: `the capture holds no iptables rules; it is taken for granted ${besides}`,
    settle: `capture \`${programOf(packet.family)}-save -c\``,
  };
  return { note, what: `the ${packet.family} rules of iptables were` };
}

function lacksInterfaces({ form, tables }: Ruleset): boolean {
  if (form !== 'table-listing') return false;
  return [...tables.values()].some(({ chains }) =>
    [...chains.values()].some((chain) => chain.interfacesNotListed === true),
  );
}

const LISTING: Note = {
  code: 'listing-interfaces',
  text: 'the listing prints no interfaces; kube-proxy, portmap and ip-masq-agent write none into their own rules, so there none is taken to exist',
  settle: 'capture with iptables-save instead of iptables -L, or list with -v',
};

/** A table that is there in any form has had its missing chains supplied where kube-proxy always writes them. */
function missingChains(
  ruleset: Ruleset,
  name: TableName,
  trace: Pick<Trace, 'packet' | 'outcomes'>,
): Missing[] {
  const table = ruleset.tables.get(name);
  // What a cut dump lost is not taken for empty: the walk ends there.
  if (ruleset.form === 'save' && (table ?? ruleset).cut !== undefined) return [];
  // Of a listing of other tables both ways are given.
  if (name === 'nat' && table === undefined && ruleset.form !== 'save') return [];
  // nft's rules are walked there, or nothing is said of them.
  if (ruleset.leftOut?.includes(name) === true) return [];
  const missing = HOOKS_OF[name]
    .filter((hook) => mayPass(hook, trace) && table?.chains.has(hook) !== true)
    .map((hook) => `${name} ${hook}`);
  if (missing.length === 0) return [];
  const [verb, past] = missing.length === 1 ? ['is', 'was'] : ['are', 'were'];
  const note = {
    code: 'table-not-captured',
    text: `${missing.join(' and ')} ${verb} not in the capture: taken for empty, with policy ACCEPT`,
    settle: SETTLE,
  };
  return [{ note, what: `${missing.join(' and ')} ${past}` }];
}

/** Lines that were picked from a dump have rules of a chain and not its policy, which decides for what came to its end. */
function missingPolicies({ tables }: Ruleset, { steps }: Pick<Trace, 'steps'>): Missing[] {
  const filter = tables.get('filter');
  const open = HOOKS_OF.filter.filter((hook) => {
    const chain = filter?.chains.get(hook);
    return (
      chain?.policy === null &&
      steps.some((step) => step.table === 'filter' && step.chain === hook && step.event === 'chain-end')
    );
  });
  if (open.length === 0) return [];
  const which = open.map((hook) => `filter ${hook}`).join(' and ');
  const note = {
    code: 'policy-not-captured',
    text: `the policy of ${which} is not in the capture: taken for ACCEPT`,
    settle: SETTLE,
  };
  return [{ note, what: `the policy of ${which} was` }];
}

/**
 * Where rules for some Services were picked, those for others are not there: the address of a packet that none of them rewrote
 * may be another Service's.
 */
function missingEntries({ tables }: Ruleset, { steps }: Pick<Trace, 'steps'>): Missing[] {
  const own = steps.filter(({ table }) => table === 'nat');
  if (own.some(({ action }) => action === 'dnat' || action === 'redirect')) return [];
  const led = new Set(own.flatMap(({ action, target }) => (action === 'jump' ? [target ?? ''] : [])));
  // A chain that no line declares is known by lines that were picked.
  const picked = [...led].filter((name) => tables.get('nat')?.chains.get(name)?.line === null);
  const ofService = picked.filter((name) => hasRole(name, ...OF_SERVICE));
  const entries = picked.filter((name) => name === CHAINS.services || name === CHAINS.nodePorts);
  const chains = ofService.length > 0 ? ofService : entries;
  if (chains.length === 0) return [];
  const which = chains.map((name) => `nat ${name}`).join(' and ');
  const note = {
    code: 'services-not-captured',
    text: `of ${which} only some rules are in the capture: the others are taken to be for other packets`,
    settle: SETTLE,
  };
  return [{ note, what: `the other rules of ${which} were` }];
}

const HOOKS_OF: Readonly<Record<TableName, readonly HookName[]>> = {
  raw: [],
  mangle: [],
  nat: ['PREROUTING', 'OUTPUT', 'POSTROUTING'],
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
  security: [],
};

/** @returns what was supposed of the chains that the packet came to. */
export function hooksPassed(hooks: readonly AssumedHook[], { steps }: Trace): Note[] {
  return hooks.flatMap(({ table, chain, note }) =>
    steps.some((step) => step.table === table && step.chain === chain) ? [note] : [],
  );
}

/** Whether some outcome can have come to a hook. */
function mayPass(hook: HookName, { packet, outcomes }: Pick<Trace, 'packet' | 'outcomes'>): boolean {
  const local = outcomes.some(({ exit }) => exit?.kind === 'local');
  const leaves = outcomes.some(
    ({ exit, verdict }) => exit?.kind === 'interface' || (exit === null && verdict === 'accept'),
  );
  switch (hook) {
    case 'PREROUTING':
    case 'OUTPUT':
      return packet.entersAt === hook;
    case 'INPUT':
      return local;
    case 'FORWARD':
      return packet.entersAt === 'PREROUTING' && leaves;
    case 'POSTROUTING':
      return leaves;
  }
}
