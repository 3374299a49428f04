import type { Host } from '../../host/facts.ts';
import { isLocalAddress } from '../../host/local-addresses.ts';
import { commentOf, type Rule, type Ruleset } from '../../iptables/ruleset.ts';
import { ownerOfComment } from '../../names/owners.ts';
import { type Address, formatAddress, parseAddress, sameAddress } from '../../net/address.ts';
import { TCP, UDP } from '../../net/protocol.ts';
import type { CheckContext } from '../context.ts';
import { factEvidence, ruleEvidence } from '../evidence.ts';
import type { Finding, FindingKind } from '../finding.ts';
import { groupBy } from '../group.ts';
import { toolOf, wholeRulesets } from '../rule-list.ts';
import { counted } from '../words.ts';

/** node-local-dns adds its rules again at every start, its NOTRACK rules are not reached, or it is gone and they are not. */
export const nodeLocalDns: FindingKind<CheckContext> = {
  code: 'KP128',
  title: 'node-local-dns and its rules do not fit together',
  find(context): Finding[] {
    return wholeRulesets(context.known.rulesets).flatMap((ruleset): Finding[] => {
      const rules = rulesOfCache(ruleset);
      if (rules.length === 0) return [];
      return [...repeated(rules, ruleset, context), ...unused(rules, ruleset, context)];
    });
  },
};

interface CacheRule {
  readonly rule: Rule;
  readonly table: string;
}

function rulesOfCache({ tables }: Ruleset): CacheRule[] {
  const found: CacheRule[] = [];
  for (const { name, chains } of tables.values()) {
    for (const { policy, rules } of chains.values()) {
      if (policy === null) continue;
      for (let index = 0; index < rules.length; index++) {
        const rule = rules.at(index);
        const comment = commentOf(rule);
        if (comment !== null && ownerOfComment(comment) === 'node-local-dns')
          found.push({ rule, table: name });
      }
    }
  }
  return found;
}

function repeated(rules: readonly CacheRule[], ruleset: Ruleset, context: CheckContext): Finding[] {
  const groups = [...groupBy(rules, ({ rule, table }) => `${table} ${rule.text}`).values()];
  const copies = groups.filter((group) => group.length > 1);
  const [worst] = [...copies].sort((a, b) => b.length - a.length);
  const [first] = worst ?? [];
  if (worst === undefined || first === undefined) return [];
  const service = dnsService(rules, context);
  const name = service === null ? null : `${service.namespace}/${service.name}`;
  return [
    {
      code: 'KP128',
      severity: 'warning',
      message: `node-local-dns has its rules ${worst.length} times: ${counted(copies.length, 'rule')} for ${name ?? 'cluster DNS'} repeat, and more come at every restart`,
      service: service === null ? null : { ...service, port: null },
      objects: [...(name === null ? [] : [name]), `chain ${first.rule.chain}`],
      hits: 'nobody yet: queries are answered; thousands of copies cost CPU on every packet',
      evidence: worst.slice(0, 4).map(({ rule }) => ruleEvidence(rule)),
      advice:
        'update node-local-dns (it failed to see its own rules with the iptables it carries), and delete the copies',
      command: `${toolOf(ruleset)} -t ${first.table} -D ${first.rule.text.replace(/^-A /, '')}`,
      certainty: 'certain',
    },
  ];
}

/** NOTRACK rules for an address that nobody has any more take DNS away: nat never sees the queries. */
function unused(rules: readonly CacheRule[], ruleset: Ruleset, context: CheckContext): Finding[] {
  const notrack = rules.filter(
    ({ rule, table }) => table === 'raw' && rule.chain === 'PREROUTING' && rule.target?.kind !== 'accept',
  );
  const byAddress = groupBy(notrack, ({ rule }) => destinationOf(rule));
  return [...byAddress].flatMap(([text, [first]]): Finding[] => {
    const address = text === null ? null : parseAddress(text);
    if (address === null || first === undefined || context.known.host.links === null) return [];
    if (isLocalAddress(context.known.host, address) !== false || hasAddress(context.known.host, address))
      return [];
    const service = dnsService([first], context);
    const name = service === null ? null : `${service.namespace}/${service.name}`;
    return [
      {
        code: 'KP128',
        severity: name === null ? 'warning' : 'error',
        message: `node-local-dns is gone and its rules are not: no interface of the node has ${text}, and NOTRACK keeps queries for ${name ?? 'it'} from being sent to an endpoint`,
        service: service === null ? null : { ...service, port: null },
        objects: [...(name === null ? [] : [name]), `chain ${first.rule.chain}`],
        hits: `pods and processes of this node that ask ${text}`,
        evidence: [ruleEvidence(first.rule), factEvidence(`no captured interface has ${text}`)],
        advice: 'start node-local-dns on this node again, or delete its rules in raw and filter',
        command: `${toolOf(ruleset)} -t raw -D ${first.rule.text.replace(/^-A /, '')}`,
        certainty: 'certain',
      },
    ];
  });
}

/** A dump of routes may lack the table local. */
function hasAddress({ links }: Host, address: Address): boolean {
  return (links ?? []).some(({ addresses }) => addresses.some((own) => sameAddress(own.address, address)));
}

function destinationOf({ matches }: Rule): string | null {
  const match = matches.find(({ kind, negated }) => kind === 'destination' && !negated);
  if (match?.kind !== 'destination') return null;
  return formatAddress({ family: match.prefix.family, value: match.prefix.value });
}

/** The Service whose cluster IP the cache has taken over. */
function dnsService(
  rules: readonly CacheRule[],
  { known }: CheckContext,
): { namespace: string; name: string } | null {
  for (const { rule } of rules) {
    for (const match of rule.matches) {
      if (match.kind !== 'destination' || match.negated) continue;
      const address = { family: match.prefix.family, value: match.prefix.value };
      const found = known.book.serviceAt(UDP, address, 53) ?? known.book.serviceAt(TCP, address, 53);
      if (found !== null) return { namespace: found.service.namespace, name: found.service.name };
    }
  }
  return null;
}
