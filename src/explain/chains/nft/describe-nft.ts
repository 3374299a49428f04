import { parseAddress } from '../../../net/address.ts';
import { socketText } from '../../../net/socket.ts';
import type { Element } from '../../../nftables/expression.ts';
import { printElement } from '../../../nftables/print/print-expression.ts';
import type { NftChain, NftRule, NftSet, NftTable, Unlisted } from '../../../nftables/ruleset.ts';
import { isConfirmed, parseNftName } from '../../../proxy/nft-names.ts';
import { isKubeProxyTable, nftPurposeOf } from '../../../proxy/nft-roles.ts';
import type { ChainItem } from '../../chain-list.ts';
import type { Known } from '../../question/question.ts';
import type { CarrierReading } from '../../services/carriers.ts';
import { readChoices, rulesOf } from '../../services/nft/choices.ts';
import { misdirection } from '../../services/nft/nft-services.ts';
import { whoIsAt } from '../../trace/who-is-at.ts';
import { type FoundNft, findNft, keyText, nameOf } from './find-nft.ts';
import { FAMILIES } from './nft-families.ts';
import { leadsFrom, type NftGraph, nftGraphOf } from './nft-graph.ts';
import { nftElementNote, nftRuleNote } from './nft-notes.ts';

/** @returns what a name stands for in native nft tables, see {@link findNft}. Throws nothing. */
export function describeNft(name: string, reading: CarrierReading): ChainItem[] {
  const graphs = new Map<NftTable, NftGraph>();
  return findNft(name, reading.known).map((found) => {
    const graph = graphs.get(found.table) ?? nftGraphOf(found.table);
    graphs.set(found.table, graph);
    return itemOf(found, graph, reading);
  });
}

function itemOf(found: FoundNft, graph: NftGraph, reading: CarrierReading): ChainItem {
  const { known } = reading;
  const { table } = found;
  const name = nameOf(found);
  const object = found.kind === 'chain' ? found.chain : found.set;
  const own = isKubeProxyTable(table);
  const key = found.kind === 'chain' ? name : `@${name}`;
  const element = found.kind === 'element' ? found.set.elements[found.index] : undefined;
  const leads = found.kind === 'element' ? targetOf(element) : leadsTo(key, table);
  return {
    kind: found.kind === 'set' ? (found.set.kind === 'map' ? 'map' : 'set') : found.kind,
    family: FAMILIES[table.family],
    backend: 'nft',
    table: `${table.family} ${table.name}`,
    name: element === undefined ? name : `${name} ${keyText(element)}`,
    file: known.nft?.file ?? null,
    line: object.line,
    cut: object.cut ? CUT[object.unlisted ?? 'broken-off'] : null,
    policy:
      found.kind === 'chain' && found.chain.base !== null ? found.chain.base.policy.toUpperCase() : null,
    hook: found.kind === 'chain' ? hookText(found.chain) : null,
    handle: object.handle,
    owner: own && nftPurposeOf(name) !== null ? 'kube-proxy' : null,
    purpose: own ? nftPurposeOf(name) : object.comment,
    ...(own ? identity(found, reading) : NOBODY),
    rules:
      found.kind === 'chain'
        ? [...rulesOf(found.chain)].map((rule) => ruleItem(rule, table))
        : elementItems(found.set, table, found.kind === 'element' ? found.index : null),
    jumpedFrom: (graph.callers.get(key) ?? []).map(({ from, number, line, text }) => ({
      chain: 'elements' in from ? `@${from.name}` : from.name,
      rule: number,
      line,
      text: text(),
    })),
    leadsTo: leads,
    reach: reachOf(found, key, graph, known),
  };
}

const NOBODY = { service: null, endpoint: null, misdirected: null } as const;

function identity(
  found: FoundNft,
  { known, node }: CarrierReading,
): Pick<ChainItem, 'service' | 'endpoint' | 'misdirected'> {
  const chain = found.kind === 'element' ? targetOf(found.set.elements[found.index])[0] : nameOf(found);
  const name = chain === undefined ? null : parseNftName(chain);
  if (name === null || name.service === null) return NOBODY;
  const { namespace, name: service, port, protocol } = name.service;
  const inApi = known.cluster.services?.some(
    (each) =>
      each.namespace === namespace &&
      each.name === service &&
      each.ports.some((own) => own.name === port && own.protocol.toLowerCase() === protocol),
  );
  if (inApi !== true && !isConfirmed(name)) return NOBODY;
  const { table } = found;
  const held = name.prefix === 'endpoint' ? table.chains.get(chain ?? '') : undefined;
  const [sent] = held === undefined ? [] : readChoices(table, held);
  const socket = sent?.address == null ? name.endpoint : { address: sent.address, port: sent.port };
  const address = socket === null ? null : parseAddress(socket.address);
  return {
    service: { namespace, name: service, port, via: null, namedBy: inApi === true ? 'api' : 'hash' },
    endpoint:
      socket === null || address === null
        ? null
        : { address: socket.address, port: socket.port, ref: whoIsAt(address, socket.port, known, node) },
    misdirected: sent === undefined ? null : misdirection(sent),
  };
}

function hookText({ base }: NftChain): string | null {
  if (base === null) return null;
  const devices = base.devices.length === 0 ? '' : ` on ${base.devices.join(', ')}`;
  return `type ${base.type}, hook ${base.hook}${devices}, priority ${base.priority ?? 'not known'}`;
}

function ruleItem(rule: NftRule, table: NftTable): ChainItem['rules'][number] {
  const counter = rule.statements.find((each) => each.kind === 'counter');
  return {
    number: rule.number,
    line: rule.line,
    text: rule.text,
    packets: counter?.kind === 'counter' ? counter.packets : null,
    note: nftRuleNote(rule, table),
    handle: rule.handle,
  };
}

function elementItems(set: NftSet, table: NftTable, only: number | null): ChainItem['rules'] {
  return set.elements.flatMap((element, index) =>
    only !== null && index !== only
      ? []
      : [
          {
            number: index + 1,
            line: set.line,
            text: printElement(element),
            packets: null,
            note: nftElementNote(set.name, element, table),
          },
        ],
  );
}

function targetOf(element: Element | undefined): string[] {
  const chain = element?.data?.kind === 'verdict' ? element.data.chain : null;
  return chain === null ? [] : [chain];
}

/** Chains that a packet can come to from here, nearest first, then the addresses to which these translate. */
function leadsTo(start: string, table: NftTable): string[] {
  const seen = new Set([start]);
  const addresses = new Set<string>();
  for (const name of seen) {
    if (name.startsWith('@')) {
      for (const element of table.sets.get(name.slice(1))?.elements ?? [])
        for (const chain of targetOf(element)) seen.add(chain);
      continue;
    }
    const chain = table.chains.get(name);
    if (chain === undefined) continue;
    for (const rule of rulesOf(chain)) for (const next of leadsFrom(rule)) seen.add(next);
    for (const { address, port } of readChoices(table, chain))
      if (address !== null) addresses.add(socketText(address, port));
  }
  seen.delete(start);
  return [...[...seen].filter((name) => !name.startsWith('@')), ...addresses];
}

const CUT: Readonly<Record<Unlisted | 'broken-off', string>> = {
  'broken-off': 'the listing breaks off here: what stands behind is missing',
  'head-alone': 'the listing shows its head alone: what it holds is missing',
  terse: 'the listing seems to be printed by `nft -t`, without what sets hold',
  twice: 'it is listed twice, and not alike: which holds is not known',
  'not-captured': 'it is not in the listing: what it holds is missing',
};

function reachOf(found: FoundNft, key: string, { reached }: NftGraph, { nft }: Known): ChainItem['reach'] {
  if (found.kind === 'chain' && found.chain.base !== null && !found.table.dormant) return 'built-in';
  if (reached.has(key)) return 'hooked';
  return nft?.cutAt == null && nft?.part !== true && found.table.chains.hooked().length > 0
    ? 'dead'
    : 'unknown';
}
