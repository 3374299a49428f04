import { namesBeginning, type Ruleset, type Table } from '../../iptables/ruleset.ts';
import { beginningsOf, CHAINS, hasRole } from '../../proxy/chains.ts';
import type { Note } from '../explanation.ts';

const AGAIN = 'capture all tables with `iptables-save -c`';

/**
 * Says what a list of Services cannot show in its rows: that packets do not come to the chains which hold them, and that the
 * capture lacks some of these chains.
 */
export function noteList(rulesets: readonly Ruleset[]): Note[] {
  const kinds = new Set(rulesets.map(({ family, backend }) => `${family} ${backend}`));
  return rulesets.flatMap((ruleset) => {
    const notes = [...cutNotes(ruleset), ...entryNotes(ruleset)];
    const which = kinds.size < 2 ? '' : ` (${ruleset.family}, ${ruleset.backend})`;
    return notes.map((note) => ({ ...note, text: `${note.text}${which}` }));
  });
}

function cutNotes({ tables, cut, form }: Ruleset): Note[] {
  const lost = (['nat', 'filter'] as const).filter((name) => {
    const table = tables.get(name);
    return table === undefined ? cut !== undefined && form === 'save' : table.cut !== undefined;
  });
  const at = cut ?? tables.get(lost[0] ?? 'nat')?.cut;
  if (at === undefined || lost.length === 0) return [];
  return [
    {
      code: 'dump-cut',
      text: `the dump breaks off at ${at.file}:${at.line}: what table ${lost.join(' and ')} held behind it is missing from this list`,
      settle: 'take the dump again on the node with `iptables-save -c`, and copy the file whole',
    },
  ];
}

function entryNotes(ruleset: Ruleset): Note[] {
  const nat = ruleset.tables.get('nat');
  if (nat === undefined || !hasServices(nat)) return [];
  const services = nat.chains.get(CHAINS.services);
  if (services === undefined) {
    const text = `${CHAINS.services}, where each address of a Service has its rule, is not in the capture: which addresses lead here is not known`;
    return [{ code: 'chain-not-captured', text, settle: AGAIN }];
  }
  return [
    ...(['PREROUTING', 'OUTPUT'] as const)
      .filter((hook) => leads(nat, hook, CHAINS.services) === false)
      .map((hook) => ({ code: 'not-hooked', text: `${HOOKED[hook]}`, settle: null })),
    ...(leads(nat, CHAINS.services, CHAINS.nodePorts) === false && hasRules(nat, CHAINS.nodePorts)
      ? [
          {
            code: 'not-hooked',
            text: `no rule of ${CHAINS.services} leads to ${CHAINS.nodePorts}: node ports are not answered`,
            settle: null,
          },
        ]
      : []),
  ];
}

function hasServices(nat: Table): boolean {
  for (const _ of namesBeginning(nat, beginningsOf('service'))) return true;
  return false;
}

const HOOKED = {
  PREROUTING: `nothing in nat PREROUTING leads to ${CHAINS.services}: no Service is reached from pods or from outside`,
  OUTPUT: `nothing in nat OUTPUT leads to ${CHAINS.services}: no Service is reached from processes of this node`,
};

function hasRules(table: Table, chain: string): boolean {
  return (table.chains.get(chain)?.rules.length ?? 0) > 0;
}

/** @returns whether some way of jumps leads from one chain to another; null where the capture lacks chains that could. */
function leads(table: Table, from: string, to: string): boolean | null {
  const seen = new Set([from]);
  let whole = true;
  for (const name of seen) {
    const chain = table.chains.get(name);
    // A chain that no line declares is known by lines that were picked.
    if (chain === undefined || chain.cut !== undefined || chain.line === null) whole = false;
    const rules = chain?.rules;
    for (let index = 0; rules !== undefined && index < rules.length; index++) {
      const target = rules.targetName(index);
      if (target === to) return true;
      // Chains of one Service lead to endpoints only.
      if (target !== null && table.chains.has(target) && !hasRole(target, 'service', 'local', 'endpoint'))
        seen.add(target);
    }
  }
  return whole ? false : null;
}
