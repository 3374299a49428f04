import { InputError } from '../capture/input-error.ts';
import { parseManifest } from '../capture/manifest.ts';
import { parseLinks } from '../host/parse-links.ts';
import { HOOK_NAMES, type RuleList, type Ruleset, type Table } from '../iptables/ruleset.ts';
import { formatAddress } from '../net/address.ts';
import { ProblemList } from '../problems/problem.ts';
import { type SortedSources, textOf } from './sort-sources.ts';

const ONE_AT_A_TIME =
  'An answer is about one node at one time: give -f what belongs together, and ask for each by itself';

/**
 * Refuses inputs of two nodes: their manifests name different ones, or their links share no address.
 * Throws InputError that names both files.
 */
export function requireOneNode(sources: SortedSources): void {
  const manifests = (sources.get('manifest') ?? []).flatMap(({ source }) => {
    const node = parseManifest(textOf(source, new ProblemList()) ?? '')?.node ?? null;
    return node === null ? [] : [{ file: source.name, node }];
  });
  const [first] = manifests;
  const other = manifests.find(({ node }) => node !== first?.node);
  if (first !== undefined && other !== undefined) {
    throw twoStates(
      `${first.file} is of node ${first.node}, and ${other.file} of node ${other.node}`,
      other.file,
    );
  }
  const links = sources.get('ip-addr') ?? [];
  if (links.length < 2) return;
  const [own, ...others] = links.map(({ source }) => ({
    file: source.name,
    addresses: addressesOf(textOf(source, new ProblemList()) ?? '', source.name),
  }));
  for (const { file, addresses } of others) {
    if (own === undefined || !areStrangers(own.addresses, addresses)) continue;
    throw twoStates(`${own.file} and ${file} have no address in common: they are of two nodes`, file);
  }
}

/** Pieces of one node may list other links, or another family: of two nodes, links of one name have other addresses. */
function areStrangers(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  const owner = (entry: string) => entry.slice(0, entry.lastIndexOf(' '));
  const owners = new Set([...a].map(owner));
  return ![...a].some((entry) => b.has(entry)) && [...b].some((entry) => owners.has(owner(entry)));
}

/** @returns `eth0 ipv4 192.0.2.1` for each global address. */
function addressesOf(text: string, file: string): Set<string> {
  const links = parseLinks(text, file, new ProblemList()) ?? [];
  return new Set(
    links
      .filter(({ loopback }) => !loopback)
      .flatMap(({ name, addresses }) =>
        addresses
          .filter(({ scope }) => scope === 'global')
          .map(({ address }) => `${name} ${address.family} ${formatAddress(address)}`),
      ),
  );
}

/**
 * Refuses two complete dumps of one table, family and backend that hold different rules: a kernel has one such table, so they
 * are of two nodes, or of one node at two times. Order and counters aside: kube-proxy writes CHAINS.services in another order at
 * every sync, and pieces of one node may overlap. Throws InputError that names both files.
 * @param rulesets as each file gave them
 */
export function requireOneState(rulesets: readonly Ruleset[]): void {
  const seen = new Map<string, Table>();
  for (const { family, backend, form, tables } of rulesets) {
    if (form !== 'save') continue;
    for (const table of tables.values()) {
      if (table.cut !== undefined) continue;
      const key = `${family} ${backend} ${table.name}`;
      const earlier = seen.get(key);
      seen.set(key, table);
      const [one, two] = [earlier === undefined ? null : fileOf(earlier), fileOf(table)];
      if (earlier === undefined || one === null || two === null || one === two || sameRules(earlier, table))
        continue;
      throw twoStates(
        `${one} and ${two} both hold all of table ${table.name} (${family}, ${backend}), with different rules: they are of two nodes, or of one node at two times`,
        two,
      );
    }
  }
}

/** Lists of rules are looked at that a person may have picked. */
const MOST_CHAINS = 2_000;

/**
 * Refuses rules of two files that were picked, or listed chain by chain, and cannot be of one state: both have one and the same rule for
 * an address, and in a chain that is not built in each lacks a rule that the other has. Throws InputError that names both files.
 * @param rulesets as each file gave them
 */
export function requireOneListing(rulesets: readonly Ruleset[]): void {
  const tables = rulesets.flatMap(({ family, backend, form, tables: own }) =>
    form === 'rules-listing'
      ? [...own.values()]
          .filter(({ chains }) => chains.size <= MOST_CHAINS)
          .map((table) => ({ key: `${family} ${backend} ${table.name}`, file: fileOfRules(table), table }))
      : [],
  );
  for (const [index, later] of tables.entries()) {
    const earlier = tables
      .slice(0, index)
      .find(({ key, file, table }) => key === later.key && file !== later.file && areTwo(table, later.table));
    if (earlier?.file == null || later.file === null) continue;
    throw twoStates(
      `${earlier.file} and ${later.file} have different rules in one chain of table ${later.table.name}: they are of two nodes, or of one node at two times`,
      later.file,
    );
  }
}

function areTwo(one: Table, other: Table): boolean {
  let shared = false;
  let differs = false;
  for (const [name, { rules }] of one.chains) {
    const there = other.chains.get(name);
    if (there === undefined) continue;
    const own = textsOf(rules);
    const others = textsOf(there.rules);
    shared ||= [...own].some((text) => others.has(text) && / (?:-[sd]|--to-destination) \S/.test(text));
    differs ||=
      !HOOK_NAMES.some((hook) => hook === name) &&
      [...own].some((text) => !others.has(text)) &&
      [...others].some((text) => !own.has(text));
  }
  return shared && differs;
}

function textsOf(rules: RuleList): ReadonlySet<string> {
  return new Set(Array.from({ length: rules.length }, (_, index) => rules.text(index)));
}

function fileOfRules({ chains }: Table): string | null {
  for (const { rules } of chains.values()) if (rules.length > 0) return rules.at(0).file;
  return null;
}

function fileOf({ chains }: Table): string | null {
  for (const { file } of chains.values()) if (file !== null) return file;
  return null;
}

function sameRules(a: Table, b: Table): boolean {
  const left = rulesOf(a);
  const right = rulesOf(b);
  return left.size === right.size && [...left].every((line) => right.has(line));
}

function rulesOf({ chains }: Table): Set<string> {
  const lines = new Set<string>();
  for (const { name, policy, rules } of chains.values()) {
    lines.add(`:${name} ${policy ?? '-'}`);
    for (let index = 0; index < rules.length; index++) lines.add(rules.at(index).text);
  }
  return lines;
}

function twoStates(what: string, file: string): InputError {
  return new InputError('two-captures', `${what}. ${ONE_AT_A_TIME}`, file);
}
