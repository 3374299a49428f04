import type { Wording } from './wording.ts';

/** What answers and redacted captures may have. */
export interface AnswerProblems {
  /** `isBug`: of this program, and not of the capture. */
  'capture-not-checked': { readonly said: string; readonly isBug: boolean };
  'no-service-in-namespace': { readonly namespace: string };
  'no-such-namespace': {
    readonly namespace: string;
    /** Rules alone name Services; a capture has API objects too. */
    readonly lookedIn: 'rules' | 'capture';
    readonly meant: string | null;
    /** The namespaces that rules have Services of. */
    readonly others: readonly string[];
  };
  'not-redactable':
    | { readonly what: 'line' | 'file' | 'listing' }
    | { readonly what: 'payload'; readonly statements: number; readonly sets: number };
  'address-kept':
    | { readonly what: 'as-new-names'; readonly count: number }
    | { readonly what: 'first-half'; readonly addresses: readonly string[] };
}

export const ANSWER_WORDS: Wording<AnswerProblems> = {
  'capture-not-checked': ({ said, isBug }) =>
    `not checked: ${said}${isBug ? ' (a bug in kp-explain: check this one alone for all of it)' : ''}`,
  'no-service-in-namespace': ({ namespace }) => `no rule is for a Service of namespace ${namespace}`,
  'no-such-namespace': ({ namespace, lookedIn, meant, others }) => {
    const shown = others.slice(0, NAMED).join(', ');
    const more = others.length > NAMED ? ` and ${others.length - NAMED} more` : '';
    const known = others.length === 0 ? '' : `; the rules have Services of ${shown}${more}`;
    const where = lookedIn === 'rules' ? 'the rules name no Service of' : 'the capture has no';
    const hint = meant === null ? '' : ` (Did you mean ${meant}?)`;
    return `${where} namespace ${namespace}${hint}${known}`;
  },
  'not-redactable': (args) => {
    switch (args.what) {
      case 'line':
        return 'this line was left out';
      case 'file':
        return 'not redacted, so it was left out';
      case 'listing':
        return 'a listing cannot be redacted: its columns are too loose; take `iptables-save -c`';
      case 'payload':
        return `${args.statements} statements and ${args.sets} sets with bytes of packets as numbers were made unreadable: they can be addresses`;
    }
  },
  'address-kept': (args) => {
    if (args.what === 'as-new-names')
      return `${args.count} addresses of the original also stand in the result as the new names of others`;
    const { addresses } = args;
    const more = addresses.length > SHOWN ? ' and others' : '';
    return `${addresses.length} addresses keep their first half under any new name, because of wide ranges that end beside them: ${addresses.slice(0, SHOWN).join(', ')}${more}`;
  },
};

const NAMED = 10;
const SHOWN = 5;
