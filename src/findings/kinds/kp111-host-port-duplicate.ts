import { thisNodeName } from '../../explain/question/this-node.ts';
import { commentOf, type Rule, type Ruleset } from '../../iptables/ruleset.ts';
import { formatAddress, parseAddress } from '../../net/address.ts';
import { socketText } from '../../net/socket.ts';
import { listed } from '../../words/numbers.ts';
import { deleteRule } from '../commands.ts';
import type { CheckContext } from '../context.ts';
import { ruleEvidence } from '../evidence.ts';
import type { Finding, FindingKind } from '../finding.ts';
import { groupBy } from '../group.ts';
import { rulesOf } from '../rule-list.ts';

/** Rules of the CNI portmap plugin left over from an earlier pod: the first rule of a host port wins. */
export const hostPortDuplicate: FindingKind<CheckContext> = {
  code: 'KP111',
  title: 'stale or duplicate host port rules',
  find(context): Finding[] {
    return context.known.rulesets.flatMap((ruleset) => {
      const entries = readEntries(ruleset);
      const groups = groupBy(entries, ({ key }) => key);
      return [...groups.values()].flatMap((group) => judge(group, ruleset, context));
    });
  },
};

interface Entry {
  /** Protocol, port and addresses that the rule asks for. */
  readonly key: string;
  readonly port: number;
  readonly protocol: string;
  readonly rule: Rule;
  readonly dnat: Rule | null;
  readonly to: string | null;
}

function judge(group: readonly Entry[], ruleset: Ruleset, context: CheckContext): Finding[] {
  const [first, second] = group;
  if (first === undefined || first.to === null) return [];
  const owner = ownerOf(first.to, context);
  const others = group.slice(1).filter(({ to }) => to !== first.to);
  if (owner !== null && others.length === 0 && second === undefined) return [];
  const wanted = podsWanting(first, context);
  const port = `${first.port}/${first.protocol}`;
  const shadowed = others.find(({ to }) => to !== null && ownerOf(to, context) !== null);
  const pods = [
    ...wanted,
    ...(shadowed?.to === null || shadowed === undefined ? [] : [ownerOf(shadowed.to, context) ?? '']),
  ];
  const names = [...new Set(pods)];
  if (context.known.cluster.pods === null && second === undefined) return [];
  const isLost = owner === null && context.known.cluster.pods !== null;
  if (!isLost && others.length === 0) return [];
  const gone = isLost
    ? `${first.to}, which is no pod of this node`
    : `${first.to}${owner === null ? '' : ` (pod ${owner})`}`;
  const rest =
    others.length === 0
      ? ''
      : `; ${others.length === 1 ? 'another rule' : `${others.length} more rules`} for the same port, to ${listed(others.map(({ to }) => to ?? '?'))}, never ${others.length === 1 ? 'decides' : 'decide'}`;
  return [
    {
      code: 'KP111',
      // A lone rule to an address without a pod may be right: not every container is a pod of the API.
      severity: isLost && wanted.length > 0 ? 'error' : others.length > 0 ? 'warning' : 'info',
      message: `host port ${port} goes to ${gone}${rest}`,
      service: null,
      objects: names.length > 0 ? names.map((pod) => `pod ${pod}`) : [`host port ${port}`],
      hits: `clients that use port ${port} of this node`,
      evidence: group.flatMap(({ rule, dnat }) => [
        ruleEvidence(rule),
        ...(dnat === null ? [] : [ruleEvidence(dnat)]),
      ]),
      advice: isLost
        ? `delete the rule of the pod that is gone${containerOf(first.rule)}; its chain ${first.rule.target?.kind === 'jump' ? first.rule.target.chain : ''} is then unused`
        : 'find out which of the pods should have the port: the first rule wins',
      command: deleteRule(context.tool(ruleset), 'nat', 'CNI-HOSTPORT-DNAT', first.rule.number),
      certainty: others.length > 0 ? 'certain' : 'possible',
    },
  ];
}

function containerOf(rule: Rule): string {
  const id = /id: "([^"]{1,80})"/.exec(commentOf(rule) ?? '')?.[1];
  return id === undefined ? '' : ` (container ${id.slice(0, 20)})`;
}

/** @returns the pod of this node at `address:port`, as `namespace/name`. */
function ownerOf(place: string, { known }: CheckContext): string | null {
  const address = parseAddress(place.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1'));
  if (address === null) return null;
  const node = thisNodeName(known);
  const pod = known.book
    .podsAt(address)
    .find(
      ({ phase, node: on }) => phase !== 'Succeeded' && phase !== 'Failed' && (node === null || on === node),
    );
  return pod === undefined ? null : `${pod.namespace}/${pod.name}`;
}

function podsWanting({ port, protocol }: Entry, { known }: CheckContext): string[] {
  const node = thisNodeName(known);
  // Where the node is not known, those that are on none yet.
  return known.book
    .podsOn(node)
    .filter((pod) => pod.node === node && pod.phase === 'Running')
    .filter((pod) =>
      pod.hostPorts.some((one) => one.hostPort === port && one.protocol.toLowerCase() === protocol),
    )
    .map(({ namespace, name }) => `${namespace}/${name}`);
}

function readEntries({ tables }: Ruleset): Entry[] {
  const nat = tables.get('nat');
  const entries: Entry[] = [];
  for (const rule of rulesOf(nat, 'CNI-HOSTPORT-DNAT')) {
    const { target } = rule;
    if (target?.kind !== 'jump') continue;
    const protocol = rule.matches.find((match) => match.kind === 'protocol')?.name ?? '';
    const rest = rule.matches
      .filter(({ kind }) => kind === 'destination' || kind === 'source')
      .map((match) => ('prefix' in match ? `${match.kind} ${match.negated} ${match.prefix.value}` : ''))
      .join(' ');
    for (const port of portsOf(rule)) {
      const dnat =
        [...rulesOf(nat, target.chain)].find(
          (one) => one.target?.kind === 'dnat' && takes(one, port, protocol),
        ) ?? null;
      const range = dnat?.target?.kind === 'dnat' ? dnat.target.to : null;
      const family = dnat === null ? 'ipv4' : dnat.text.includes('[') ? 'ipv6' : 'ipv4';
      const to =
        range?.from === null || range?.from === undefined
          ? null
          : socketText(formatAddress({ family, value: range.from }), range.ports?.from ?? null);
      entries.push({ key: `${protocol} ${port} ${rest}`, port, protocol, rule, dnat, to });
    }
  }
  return entries;
}

function portsOf(rule: Rule): number[] {
  return rule.matches.flatMap((match) => {
    if (match.negated) return [];
    if (match.kind === 'multiport' && match.side !== 'source') return match.ports.map(({ from }) => from);
    return match.kind === 'destination-port' ? [match.ports.from] : [];
  });
}

function takes(rule: Rule, port: number, protocol: string): boolean {
  return rule.matches.every((match) => {
    if (match.kind === 'destination-port') return match.ports.from <= port && port <= match.ports.to;
    if (match.kind === 'protocol') return match.name === protocol;
    return true;
  });
}
