import type { Element } from '../../nftables/expression.ts';
import { printElement } from '../../nftables/print/print-expression.ts';
import { printStatements } from '../../nftables/print/print-statement.ts';
import type { Flowtable, NftChain, NftObject, NftRule, NftSet } from '../../nftables/ruleset.ts';

const RULES = new WeakMap<NftRule, string>();
const ELEMENTS = new WeakMap<Element, string>();

/** @returns what a rule does, as nft prints it: without comment, handle and counters of its own. */
export function ruleText(rule: NftRule): string {
  let text = RULES.get(rule);
  if (text === undefined) {
    const told = rule.statements.filter((each) => each.kind !== 'counter' || each.name !== null);
    text = printStatements(told, null);
    RULES.set(rule, text);
  }
  return text;
}

/** @returns an element as nft prints it, without comment and counter, and how long it still has. */
export function elementText(element: Element): string {
  let text = ELEMENTS.get(element);
  if (text === undefined) {
    const extras = element.extras.filter(({ kind }) => kind !== 'counter' && kind !== 'last');
    text = printElement({ ...element, comment: null, extras, expires: null });
    ELEMENTS.set(element, text);
  }
  return text;
}

/** @returns where a chain is hooked, and what it does with packets that no rule decides. */
export function chainHead({ base, cut }: NftChain): string {
  const hooked =
    base === null
      ? 'chain'
      : `${base.type} ${base.hook} ${base.priority ?? '?'} policy ${base.policy}${base.devices.length > 0 ? ` devices ${[...base.devices].sort().join()}` : ''}`;
  return cut ? `${hooked}, cut` : hooked;
}

/** @returns what a set is, apart from its elements. Of which type these are the rules tell that ask it, in what they compare. */
export function setHead({ kind, timeout, extras }: NftSet): string {
  const given = printStatements(
    extras.filter((each) => each.kind !== 'counter' && each.kind !== 'last'),
    null,
  );
  return [kind, ...(timeout === null ? [] : [`timeout ${timeout} s`]), ...(given === '' ? [] : [given])].join(
    ', ',
  );
}

/** @returns what a quota, limit or other object says, without what it has counted. */
export function objectText({ kind, name, over, values }: NftObject): string {
  const { used: _, packets: __, bytes, ...told } = values;
  return JSON.stringify([kind, name, over, told, kind === 'counter' ? null : bytes]);
}

/** @returns where flows are taken in that skip the rules. */
export function flowtableText({ name, hook, priority, devices }: Flowtable): string {
  return `flowtable ${name} ${hook} ${priority ?? '?'} devices ${[...devices].sort().join()}`;
}
