import type { WitnessSide } from '../../diff/document.ts';

type Ending = WitnessSide['outcomes'][number];

/** What a receiver notices of a packet beside where it was sent, each in words. */
const PARTS: readonly ((ending: Ending) => string)[] = [
  ({ exit }) =>
    exit === null ? '' : exit.kind === 'local' ? 'to this node itself' : `leaves through ${exit.name}`,
  ({ exit }) =>
    exit?.kind !== 'interface' ? '' : exit.nextHop === null ? 'to a neighbour' : `via ${exit.nextHop}`,
  ({ source }) => REWRITES[source.rewrite],
  ({ source }) => (source.address === null ? 'a source that is not known' : `source ${source.address}`),
  ({ source }) => (source.port === null ? 'any source port' : `source port ${source.port}`),
  ({ tos }) => (tos === null ? 'TOS as it came' : `TOS ${tos}`),
  ({ ttl }) => (ttl === null ? 'TTL as it came' : `TTL ${ttl}`),
];

const REWRITES: Readonly<Record<Ending['source']['rewrite'], string>> = {
  none: 'source kept',
  masquerade: 'masqueraded',
  snat: 'source rewritten',
};

/** Of several values so many are told. */
const MOST = 3;

/**
 * @param own the ways of this side that pass, and `other` those of the other side
 * @param said what is told of this side already
 * @returns what differs of packets that both sides send to the same place, ` (via 192.168.1.254)`; empty where nothing does
 */
export function leavingText(own: readonly Ending[], other: readonly Ending[], said: string): string {
  const texts = PARTS.flatMap((partOf) => {
    const [values, others] = [own, other].map((endings) => valuesOf(endings, partOf));
    const differing = [...(values ?? [])].flatMap(([place, texts]) => {
      const them = others?.get(place);
      return them === undefined || sameTexts(texts, them) ? [] : [...texts];
    });
    const distinct = [...new Set(differing)].filter((text) => text !== '' && !said.includes(text)).sort();
    if (distinct.length === 0) return [];
    const more = distinct.length - MOST;
    return [`${distinct.slice(0, MOST).join(' or ')}${more > 0 ? ` or ${more} more` : ''}`];
  });
  return texts.length === 0 ? '' : ` (${texts.join(', ')})`;
}

/** What a part is of the packets that go to each place. */
function valuesOf(
  endings: readonly Ending[],
  partOf: (ending: Ending) => string,
): ReadonlyMap<string, ReadonlySet<string>> {
  const values = new Map<string, Set<string>>();
  for (const ending of endings) {
    const { address, port } = ending.destination;
    const place = `${address} ${port}`;
    values.set(place, (values.get(place) ?? new Set()).add(partOf(ending)));
  }
  return values;
}

function sameTexts(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return one.size === other.size && [...one].every((text) => other.has(text));
}
