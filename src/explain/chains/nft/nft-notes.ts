import { socketText } from '../../../net/socket.ts';
import type { Element } from '../../../nftables/expression.ts';
import type { NftRule, NftTable } from '../../../nftables/ruleset.ts';
import type { Statement } from '../../../nftables/statement.ts';
import { parseNftName } from '../../../proxy/nft-names.ts';
import { isKubeProxyTable, NFT_OBJECTS, nftPurposeOf } from '../../../proxy/nft-roles.ts';
import { counted } from '../../../words/numbers.ts';
import { affinitySetOf, readChoicesOf } from '../../services/nft/choices.ts';
import { setsMark } from '../../services/nft/marks.ts';
import { readEntry } from '../../services/nft/verdict-maps.ts';
import { labelOf } from '../../services/service-name.ts';

/** @returns what a rule of kube-proxy's table does, in a sentence; null where its text says all, and for tables of others. */
export function nftRuleNote(rule: NftRule, table: NftTable): string | null {
  const left = leftOut(rule);
  if (left.length > 0)
    return `nft does not list what its ${left.join(' and ')} says: iptables wrote the rule (capture \`iptables-save -c\`).`;
  if (!isKubeProxyTable(table)) return null;
  const whose = nftLabelOf(rule.chain);
  const affinity = affinitySetOf(rule);
  if (affinity !== null) {
    const seconds = table.sets.get(affinity)?.timeout ?? null;
    const within = seconds === null ? '' : `, for ${seconds} s`;
    return `Session affinity: a client that ${endpointText(affinity)} answered goes there again${within}.`;
  }
  const choices = readChoicesOf(rule, table);
  if (choices.length > 1) {
    const sockets = choices.map(({ address, port }) => (address === null ? '?' : socketText(address, port)));
    const shown = sockets.length > 3 ? `${sockets.slice(0, 3).join(', ')}, …` : sockets.join(', ');
    return `Chooses 1 of ${counted(choices.length, 'endpoint')}${whose === null ? '' : ` of ${whose}`}: ${shown}.`;
  }
  const [only] = choices;
  if (only !== undefined && only.address !== null)
    return `Sends to ${socketText(only.address, only.port)}, an endpoint${whose === null ? '' : ` of ${whose}`}.`;
  for (const statement of rule.statements) {
    const note = statementNote(statement);
    if (note !== null) return note;
  }
  return null;
}

/** @returns what iptables wrote into a rule and nft names without saying more; not comments, which ask nothing. */
function leftOut({ statements }: NftRule): string[] {
  return statements.flatMap((each) =>
    each.kind === 'xt' && each.name !== 'comment' ? [`${each.type} ${each.name}`] : [],
  );
}

/**
 * @param target the chain that the rule, or the element that it found, sends the packet to; null for none
 * @returns what a step of a trace did, in a sentence
 */
export function nftStepNote(rule: NftRule, target: string | null, table: NftTable): string | null {
  const label = target === null || !isKubeProxyTable(table) ? null : nftLabelOf(target);
  const asks = rule.statements.some(({ kind }) => kind === 'vmap');
  if (label !== null && asks && nftLabelOf(rule.chain) === null) return `The packet is for ${label}.`;
  return nftRuleNote(rule, table);
}

function statementNote(statement: Statement): string | null {
  switch (statement.kind) {
    case 'vmap':
      return statement.data.kind === 'set-name' ? nftPurposeOf(statement.data.name) : null;
    case 'verdict':
      if (statement.chain === null) return null;
      return nftPurposeOf(statement.chain);
    case 'set-update':
      return parseNftName(statement.set)?.prefix === 'affinity'
        ? 'Remembers the client for session affinity.'
        : null;
    case 'assign':
      return setsMark(statement) ? 'Marks the packet to be masqueraded.' : null;
    default:
      return null;
  }
}

/**
 * @param set the map's name
 * @returns what an element of one of kube-proxy's maps says, in a sentence; null for others
 */
export function nftElementNote(set: string, element: Element, table: NftTable): string | null {
  if (!isKubeProxyTable(table)) return null;
  const entry = readEntry(set, element);
  if (entry === null) return null;
  const { address, port, protocol, verdict, comment } = entry;
  const place =
    address === null ? `Node port ${port}/${protocol}` : `${socketText(address, port)}/${protocol}`;
  const label = (verdict.chain === null ? null : nftLabelOf(verdict.chain)) ?? comment;
  if (set === NFT_OBJECTS.noEndpointServices || set === NFT_OBJECTS.noEndpointNodePorts) {
    const whose = label === null ? '' : ` of ${label}`;
    return verdict.verdict === 'drop'
      ? `${place}${whose} has no endpoint on this node: dropped.`
      : `${place}${whose} has no endpoints: rejected.`;
  }
  if (label === null) return null;
  return set === NFT_OBJECTS.firewallIps
    ? `${place} of ${label} has source ranges.`
    : `${place} is ${label}.`;
}

/** @returns `namespace/service:port` for a chain or set of one Service port; null for others. */
export function nftLabelOf(name: string): string | null {
  const service = parseNftName(name)?.service;
  if (service == null) return null;
  return labelOf({ namespace: service.namespace, service: service.name, port: service.port });
}

function endpointText(name: string): string {
  const endpoint = parseNftName(name)?.endpoint;
  return endpoint == null ? 'its endpoint' : socketText(endpoint.address, endpoint.port);
}
