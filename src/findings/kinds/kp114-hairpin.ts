import { command } from '../../command/command.ts';
import { thisNodeName } from '../../explain/question/this-node.ts';
import type { ServiceItem } from '../../explain/service-list.ts';
import { chainOnce, type RuleList } from '../../iptables/ruleset.ts';
import { parseAddress } from '../../net/address.ts';
import { prefixContains } from '../../net/prefix.ts';
import { socketText } from '../../net/socket.ts';
import { CHAINS, hasRole } from '../../proxy/chains.ts';
import { listed } from '../../words/numbers.ts';
import { onlyService, serviceNames } from '../affected.ts';
import type { CheckContext } from '../context.ts';
import { chainEvidence, factEvidence, ruleEvidence } from '../evidence.ts';
import { labelOfPort } from '../expected/expected-port.ts';
import type { Finding, FindingKind } from '../finding.ts';
import { groupBy } from '../group.ts';
import { rulesOf } from '../rule-list.ts';
import { hairpinCause } from './hairpin-cause.ts';
import { tracedHairpins } from './hairpin-traced.ts';

/** Nothing masquerades what an endpoint sends to itself: in iptables mode its chain lacks the rule, elsewhere packets show it. */
export const hairpinNotMasqueraded: FindingKind<CheckContext> = {
  code: 'KP114',
  title: 'a pod cannot reach itself through its Service',
  find(context): Finding[] {
    if (context.known.proxyMode !== 'iptables') return traced(context);
    const node = thisNodeName(context.known);
    return context.programmed.flatMap((item): Finding[] => {
      const ruleset = context.known.rulesets.find(
        ({ family, backend, form }) => family === item.family && backend === item.backend && form === 'save',
      );
      const nat = ruleset?.tables.get('nat');
      if (ruleset === undefined || nat === undefined || item.namespace === null || item.name === null)
        return [];
      // A chain that was changed masquerades for the endpoint that it was written for: KP207 tells.
      const changed = new Set(item.misdirected.map(({ chain }) => chain));
      const here = item.endpoints.filter(({ chain, address, endpoint }) => {
        if (endpoint?.thisNode === false || changed.has(chain) || !hasRole(chain, 'endpoint')) return false;
        const rules = chainOnce(nat.chains, chain)?.rules;
        return rules !== undefined && rules.length > 0 && !marks(rules, address);
      });
      const [first] = here;
      if (first === undefined) return [];
      const places = listed(here.map(({ address, port }) => socketText(address, port)));
      const pods = here.flatMap(({ endpoint }) =>
        endpoint?.pod ? [`${endpoint.namespace}/${endpoint.pod}`] : [],
      );
      const chain = nat.chains.get(first.chain);
      return [
        {
          code: 'KP114',
          severity: 'error',
          message: `${labelOf(item)}: endpoint ${places}${pods.length === 0 ? '' : ` (${listed(pods)})`} cannot reach itself through the Service: ${first.chain} has no rule that masquerades its own packets`,
          service: { namespace: item.namespace, name: item.name, port: item.port },
          objects: [
            `${item.namespace}/${item.name}`,
            ...pods.map((pod) => `pod ${pod}`),
            `chain ${first.chain}`,
          ],
          hits: `the endpoint${here.length === 1 ? '' : 's'} on ${node ?? 'this node'} as a client of ${item.namespace}/${item.name}; others are not affected`,
          evidence: [
            ...(chain === undefined ? [] : [chainEvidence(chain)]),
            ...[...rulesOf(nat, first.chain)].slice(0, 3).map(ruleEvidence),
          ],
          advice:
            'restart kube-proxy on this node: it writes the chain anew; then find what deleted the rule',
          command: command(
            context.tool(ruleset),
            '-t',
            'nat',
            '-I',
            first.chain,
            '1',
            '-s',
            first.address,
            '-j',
            CHAINS.markMasquerade,
          ),
          certainty: 'certain',
        },
      ];
    });
  },
};

/** In other modes one rule, or set, is for all endpoints: what becomes of a packet tells. */
function traced(context: CheckContext): Finding[] {
  const node = thisNodeName(context.known) ?? 'this node';
  const groups = groupBy(
    tracedHairpins(context).bare.map((bare) => ({ bare, cause: hairpinCause(bare, context) })),
    ({ bare, cause }) => `${bare.port.family} ${cause.key}`,
  );
  return [...groups.values()].flatMap((group): Finding[] => {
    const [first] = group;
    if (first === undefined) return [];
    const ports = group.map(({ bare }) => bare.port);
    const names = serviceNames(ports);
    const pods = [
      ...new Set(
        group.flatMap(({ bare: { endpoint } }) => (endpoint.pod === null ? [] : podOf(endpoint.pod))),
      ),
    ];
    const places = [
      ...new Set(group.map(({ bare: { endpoint } }) => socketText(endpoint.address, endpoint.port))),
    ];
    const members = new Set(group.flatMap(({ cause }) => cause.member ?? []));
    const why =
      members.size === 0 ? first.cause.text : `${first.cause.text} lacks ${listed([...members], 3)}`;
    const who = `endpoint ${listed(places, 3)}${pods.length === 0 ? '' : ` (${listed(pods, 3)})`}`;
    return [
      {
        code: 'KP114',
        severity: 'error',
        message: `${listed(names, 3)}: ${who} cannot reach ${places.length === 1 ? 'itself' : 'themselves'} through the Service: ${why}`,
        service: onlyService(ports),
        objects: [...names, ...pods.map((pod) => `pod ${pod}`), first.cause.object],
        hits: `the endpoint${places.length === 1 ? '' : 's'} on ${node} as a client of ${listed(names, 3)}, whenever it is the one that is chosen; others are not affected`,
        evidence: group
          .slice(0, 5)
          .map(({ bare: { port, endpoint } }) =>
            factEvidence(
              `${endpoint.address} → ${socketText(port.clusterIP, port.port.port)} (${labelOfPort(port)}) comes to ${socketText(endpoint.address, endpoint.port)} with its own source`,
            ),
          ),
        advice:
          'restart kube-proxy on this node: it writes its rules and sets anew; then find what deleted it',
        command: first.cause.command,
        certainty: 'certain',
      },
    ];
  });
}

function podOf({ namespace, name }: { readonly namespace: string; readonly name: string }): string {
  return `${namespace}/${name}`;
}

function marks(rules: RuleList, text: string): boolean {
  const address = parseAddress(text);
  for (let index = 0; index < rules.length; index++) {
    if (rules.targetName(index) !== CHAINS.markMasquerade) continue;
    const source = rules.once(index).matches.find(({ kind }) => kind === 'source');
    if (source?.kind !== 'source' || address === null) return true;
    if (prefixContains(source.prefix, address) !== source.negated) return true;
  }
  return false;
}

function labelOf({ namespace, name, port }: ServiceItem): string {
  return `${namespace}/${name}${port === null ? '' : `:${port}`}`;
}
