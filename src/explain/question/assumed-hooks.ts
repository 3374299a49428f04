import { ruleListOf } from '../../iptables/array-rules.ts';
import {
  type Chain,
  HOOK_NAMES,
  type HookName,
  type Ruleset,
  type Table,
  type TableName,
} from '../../iptables/ruleset.ts';
import { type FirstRule, putFirst } from '../../iptables/supply-rules.ts';
import { dictionary } from '../../lookup/dictionary.ts';
import { ADDRESS_BITS } from '../../net/address.ts';
import { formatPrefix, lengthOfMask, type Prefix } from '../../net/prefix.ts';
import { CHAINS, hasRole } from '../../proxy/chains.ts';
import { besideOf, hooksOf, type KnownHook } from '../../proxy/hooked-chains.ts';
import { ownerOf } from '../../proxy/owners.ts';
import type { Note } from '../explanation.ts';
import { SETTLE_FRAGMENT, SUPPOSED } from './supposed.ts';

/** Something that is taken for granted of rules that were not captured. */
export interface AssumedHook {
  /** The chain that is taken to hold the jumps. */
  readonly table: TableName;
  readonly chain: string;
  readonly note: Note;
}

/** Built-in chains by table; nat INPUT translates no destination and is left out, as old kernels do. */
const BUILT_IN: Readonly<Record<TableName, readonly HookName[]>> = {
  raw: ['PREROUTING', 'OUTPUT'],
  mangle: HOOK_NAMES,
  nat: ['PREROUTING', 'OUTPUT', 'POSTROUTING'],
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
  security: ['INPUT', 'FORWARD', 'OUTPUT'],
};

/** Each such chain doubles the ways of a packet; of more than these only that they are there is told. */
const MOST_FOLLOWED = 3;

const LOCAL = '-m addrtype --dst-type LOCAL';

/** So many rules of a chain are looked at for addresses of the node. */
const MOST_ADDRESSES = 200;

/** Chains of kube-proxy's that only its own chains lead to, and that decide nothing of themselves. */
const INNER = ['mark-masquerade', 'mark-drop', 'masquerade', 'canary'] as const;

/**
 * Leads packets into the chains of a fragment that no rule of it leads to. A chain whose author hooks it at a known place is
 * hooked there; whether packets come to another one is left open, by name. Built-in chains that the fragment shows whole
 * keep their rules: what they do not lead to is not reached.
 */
export function assumeHooks(ruleset: Ruleset): {
  readonly ruleset: Ruleset;
  readonly assumed: readonly AssumedHook[];
} {
  const plans = [...ruleset.tables.values()].map((table) => planTable(table, ruleset));
  const rules = plans.flatMap((plan) => plan.rules);
  if (rules.length === 0) return { ruleset, assumed: [] };
  const completed = withUnseen(
    putFirst(ruleset, rules, SUPPOSED),
    plans.flatMap((plan) => plan.unseen),
  );
  return { ruleset: completed, assumed: plans.flatMap((plan) => plan.assumed) };
}

/** What one table lacks. */
interface Plan {
  readonly rules: readonly FirstRule[];
  /** Chains that stand for what nobody captured. */
  readonly unseen: readonly { readonly table: TableName; readonly chain: string }[];
  readonly assumed: readonly AssumedHook[];
}

const NOTHING: Plan = { rules: [], unseen: [], assumed: [] };

function planTable(table: Table, { family }: Ruleset): Plan {
  const open = BUILT_IN[table.name].filter((hook) => !isWhole(table.chains.get(hook)));
  if (open.length === 0) return NOTHING;
  const { roots, called } = rootsOf(table);
  const beside = table.name === 'nat' ? missingBeside(roots, table) : [];
  const known = [...roots, ...beside].flatMap((root) => hooksOf(root, table.name, family));
  const placed = new Set(known.map(({ chain }) => chain));
  const lost = roots.filter((root) => !placed.has(root) && !hasRole(root, ...INNER));
  const isInner = (name: string): boolean => table.name === 'nat' && ownerOf(name) === 'kube-proxy';
  const parents = parentsOf(table, known, called, family);
  const jumps = [...known, ...parents.flatMap(({ hooks }) => hooks)].toSorted((a, b) => a.order - b.order);
  const plans = [
    ...parents.map(({ name, isCaptured }) => {
      const within = jumps.filter(({ from }) => from === name);
      const inner = name === CHAINS.services ? lost.filter(isInner) : [];
      return isCaptured ? planJumps(table, name, [], within) : planParent(table, name, inner, within);
    }),
    ...open.map((hook) => {
      const asked = lost.filter((root) => !isInner(root) && mayStandAt(table, root, hook));
      const here = jumps.filter(({ from }) => from === hook);
      return planJumps(table, hook, asked, here);
    }),
    ...beside.map((name) => planParent(table, name, [], [])),
  ];
  return joined(plans);
}

/** @returns chains that stand beside captured ones, and were not captured: nobody knows what is in them. */
function missingBeside(roots: readonly string[], { chains }: Table): string[] {
  return roots.flatMap((root) => {
    const other = besideOf(root);
    return other === null || chains.has(other) ? [] : [other];
  });
}

function joined(plans: readonly Plan[]): Plan {
  return {
    rules: plans.flatMap(({ rules }) => rules),
    unseen: plans.flatMap(({ unseen }) => unseen),
    assumed: plans.flatMap(({ assumed }) => assumed),
  };
}

/** @param asked chains of which nobody knows whether this one leads there. */
function planJumps(table: Table, from: string, asked: readonly string[], jumps: readonly KnownHook[]): Plan {
  const many = asked.length > MOST_FOLLOWED;
  const all = many ? [listNames(asked)] : asked;
  const rules = [
    ...all.map((chain) => asking(table.name, from, 'jump', chain)),
    ...jumps.flatMap((jump) => jumpRules(jump, table)),
  ];
  const assumed =
    jumps.length === 0 ? [] : [{ ...place(table.name, from), note: noteFor(table, from, jumps) }];
  return { rules, assumed, unseen: many ? [place(table.name, listNames(asked))] : [] };
}

/**
 * A chain of which no rule was captured. What it leads to for the node's own addresses stands behind its other rules, which
 * are for other addresses.
 */
function planParent(table: Table, name: string, asked: readonly string[], jumps: readonly KnownHook[]): Plan {
  const others = `the other rules of ${name}`;
  const own = planJumps(table, name, [], jumps);
  const past = jumps.some(({ condition }) => condition === LOCAL)
    ? [{ ...place(table.name, name), text: `-A ${name} ${LOCAL} -j RETURN` }]
    : [];
  const open = planJumps(table, name, asked, []);
  return {
    rules: [...own.rules, ...past, ...open.rules, asking(table.name, name, 'rules', others)],
    unseen: [...open.unseen, place(table.name, others)],
    assumed: own.assumed,
  };
}

/** A built-in chain with its policy was printed whole; without it, some of its lines were picked. */
function isWhole(chain: Chain | undefined): boolean {
  return chain !== undefined && (chain.policy !== null || chain.cut !== undefined);
}

/** @returns the chains with rules that no rule leads to, and every chain that a rule leads to. */
function rootsOf({ chains }: Table): { roots: string[]; called: ReadonlySet<string> } {
  const called = new Set<string>();
  for (const { rules } of chains.values()) {
    for (let index = 0; index < rules.length; index++) {
      const name = rules.targetName(index);
      if (name !== null) called.add(name);
    }
  }
  const builtIn = new Set<string>(HOOK_NAMES);
  const roots = [...chains.values()].filter(
    ({ name, rules, references }) =>
      !builtIn.has(name) && !called.has(name) && rules.length > 0 && references !== 0,
  );
  return { roots: roots.map(({ name }) => name), called };
}

/** A chain between a built-in one and a root. */
interface Parent {
  readonly name: string;
  /** True where some of its lines were picked, but not the one that leads to the root. */
  readonly isCaptured: boolean;
  /** How packets come to it; empty where a captured rule leads there. */
  readonly hooks: readonly KnownHook[];
}

/** kube-proxy's Services are all in CHAINS.services: where any of them was captured it exists, whatever was pasted of it. */
function parentsOf(
  table: Table,
  known: readonly KnownHook[],
  called: ReadonlySet<string>,
  family: Ruleset['family'],
): Parent[] {
  const names = new Set<string>(known.map(({ from }) => from));
  for (const hook of HOOK_NAMES) names.delete(hook);
  if (table.name === 'nat' && [...table.chains.keys()].some(isOfServices)) names.add(CHAINS.services);
  return [...names].flatMap((name): Parent[] => {
    const chain = table.chains.get(name);
    // A chain with a head was printed whole: it does not lead there.
    if (chain !== undefined) return chain.line === null ? [{ name, isCaptured: true, hooks: [] }] : [];
    return [{ name, isCaptured: false, hooks: called.has(name) ? [] : hooksOf(name, table.name, family) }];
  });
}

function isOfServices(name: string): boolean {
  return ownerOf(name) === 'kube-proxy' && !hasRole(name, ...INNER) && !hasRole(name, 'portal');
}

/**
 * A chain that only packets for the node's own addresses come to names such an address: `-d ADDRESS` of portmap and Docker.
 */
function jumpRules({ chain, table: name, from, condition }: KnownHook, table: Table): FirstRule[] {
  const rule = (options: string): FirstRule => ({
    ...place(name, from),
    text: `-A ${from}${options === '' ? '' : ` ${options}`} -j ${chain}`,
  });
  if (!condition.endsWith(LOCAL)) return [rule(condition)];
  const own = new Set<string>();
  const rules = table.chains.get(chain)?.rules;
  for (let index = 0; index < Math.min(rules?.length ?? 0, MOST_ADDRESSES); index++) {
    for (const match of rules?.at(index).matches ?? []) {
      if (match.kind === 'destination' && !match.negated && isHost(match.prefix))
        own.add(formatPrefix(match.prefix));
    }
  }
  return [...[...own].map((address) => rule(`-d ${address}`)), rule(condition)];
}

function isHost({ family, mask }: Prefix): boolean {
  return lengthOfMask(family, mask) === ADDRESS_BITS[family];
}

function place(table: TableName, chain: string): { table: TableName; chain: string } {
  return { table, chain };
}

function asking(table: TableName, from: string, what: 'jump' | 'rules', chain: string): FirstRule {
  const matches = [{ kind: 'lost', negated: false, what, text: what === 'jump' ? chain : '' }] as const;
  return { ...place(table, from), text: `-A ${from} -j ${quoted(chain)}`, matches };
}

function quoted(word: string): string {
  return /^[\w-]+$/.test(word) ? word : `"${word.replace(/["\\]/g, '\\$&')}"`;
}

function listNames(chains: readonly string[]): string {
  return `${chains.slice(0, MOST_FOLLOWED).join(', ')} or ${chains.length - MOST_FOLLOWED} more chains`;
}

/** Targets that the kernel takes at certain hooks only (xt_nat, xt_MASQUERADE: `.hooks`). */
const AT = dictionary<readonly HookName[]>({
  DNAT: ['PREROUTING', 'OUTPUT'],
  REDIRECT: ['PREROUTING', 'OUTPUT'],
  SNAT: ['POSTROUTING', 'INPUT'],
  MASQUERADE: ['POSTROUTING'],
});

/** Whether the kernel would take a jump from this hook to the chain, by the targets that it leads to. */
function mayStandAt({ chains }: Table, root: string, hook: HookName): boolean {
  const seen = new Set<string>();
  const work = [root];
  for (let name = work.pop(); name !== undefined; name = work.pop()) {
    const rules = chains.get(name)?.rules;
    if (rules === undefined || seen.has(name)) continue;
    seen.add(name);
    for (let index = 0; index < rules.length; index++) {
      const target = rules.targetName(index);
      if (target === null) continue;
      if (Object.hasOwn(AT, target) && AT[target]?.includes(hook) === false) return false;
      work.push(target);
    }
  }
  return true;
}

function noteFor({ name, chains }: Table, chain: string, jumps: readonly KnownHook[]): Note {
  const led = jumps
    .map((jump) => (jump.condition === '' ? jump.chain : `${jump.chain} (${jump.condition})`))
    .join(', then ');
  const subject = chains.has(chain)
    ? `of ${name} ${chain} only some lines were captured`
    : `${name} ${chain} is not in the listing`;
  return {
    code: 'hooks-not-captured',
    text: `${subject}; it is taken to lead to ${led} and nowhere before it`,
    settle: SETTLE_FRAGMENT,
  };
}

function withUnseen(ruleset: Ruleset, unseen: Plan['unseen']): Ruleset {
  const tables = new Map(ruleset.tables);
  for (const { table: name, chain } of unseen) {
    const table = tables.get(name);
    if (table === undefined) continue;
    const nothing = { policy: null, counters: null, file: null, line: null, rules: ruleListOf([]) };
    const blank: Chain = { table: name, name: chain, ...nothing, unseen: true };
    tables.set(name, { ...table, chains: new Map(table.chains).set(chain, blank) });
  }
  return { ...ruleset, tables };
}
