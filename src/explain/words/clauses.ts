import { type Address, formatAddress } from '../../net/address.ts';
import type { Question } from '../../trace/question.ts';
import type { IptablesPlacedRule, PlacedRule, RouteTaken } from '../../trace/reason.ts';

/** A question in words: a clause each for yes and for no, without final stop, and what would settle it; null: nothing can. */
export interface Words {
  readonly holds: string;
  readonly fails: string;
  readonly settle: string | null;
  /** True where `settle` helps only with conntrack's table at hand. */
  readonly needsFlows?: true;
}

/** The questions of one code. Several codes may share one shape, so that `Extract` would find none. */
export type QuestionOf<C extends Question['code'], Q = Question> = Q extends { readonly code: infer K }
  ? C extends K
    ? Q
    : never
  : never;

/** Makes the words of the questions of one code. */
export type WordsFor<C extends Question['code']> = (question: QuestionOf<C>) => Words;

export const CAPTURE_ROUTES = 'capture `ip -j route show table all`';
export const ALL_ROUTES = '`ip -j route show table all`';
export const GIVE_CLIENT = 'give the client with --from ADDRESS';
export const GIVE_PORT = 'give --source-port';

/** @returns a question with both of its answers. */
export function said(holds: string, fails: string, settle: string | null = null): Words {
  return { holds, fails, settle };
}

/** @returns the question, which conntrack's entry of the flow would settle. */
export function inFlow(words: Words): Words {
  return { ...words, settle: GIVE_PORT, needsFlows: true };
}

/** @returns a question that is denied as a whole. */
export function denied(clause: string, settle: string | null = null): Words {
  return said(clause, `not so: ${clause}`, settle);
}

/** @returns a question whose subject is something, or is not. */
export function is(subject: string, what: string, settle: string | null = null): Words {
  return said(`${subject} is ${what}`, `${subject} is not ${what}`, settle);
}

/** @returns an address in words; null is a client that is not known. */
export function clientOr(address: Address | null): string {
  return address === null ? 'the client' : formatAddress(address);
}

/** @returns `of FORWARD rule 3`, and where it is told `of filter FORWARD rule 3`: each table has its own. */
export function ofRule(rule: PlacedRule | IptablesPlacedRule): string {
  const table = 'table' in rule ? `${rule.table} ` : '';
  return `of ${table}${rule.chain} rule ${rule.number}`;
}

/** @returns ` via 192.0.2.1`; empty for a neighbour. */
export function viaText(gateway: RouteTaken['gateway']): string {
  return gateway === null ? '' : ` via ${formatAddress(gateway)}`;
}
