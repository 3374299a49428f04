import type { TraceDiagnosis } from '../../diagnose/trace-diagnosis.ts';
import type { TraceItem } from '../../explain/trace-list.ts';
import { socketText } from '../../net/socket.ts';
import { groupOutcomes, type OutcomeGroup } from './outcome-groups.ts';
import { sourceText } from './verdict-text.ts';

/** Senders that fare alike. */
export interface Block {
  /** Untrusted: renderers escape `from`. */
  readonly senders: readonly { readonly from: string; readonly source: string }[];
  readonly items: readonly [TraceItem, ...TraceItem[]];
  readonly groups: readonly OutcomeGroup[];
}

/** @returns the senders by what becomes of their packets, in order: what the endpoint sees of them may differ. */
export function blocksOf(items: readonly TraceItem[], seesOf: TraceDiagnosis['seesOf']): Block[] {
  const blocks = new Map<string, Block>();
  for (const item of items) {
    const groups = groupOutcomes(item.outcomes);
    const sender = { from: fromText(item), source: sourceOf(groups) };
    const key = JSON.stringify([item.flow !== null, groups.map((group) => keyOf(group, seesOf))]);
    const same = blocks.get(key);
    blocks.set(
      key,
      same === undefined
        ? { senders: [sender], items: [item], groups }
        : { ...same, senders: [...same.senders, sender], items: [...same.items, item] },
    );
  }
  return [...blocks.values()];
}

function keyOf({ given, cases, sticky, outcomes }: OutcomeGroup, seesOf: TraceDiagnosis['seesOf']): unknown {
  const texts = (notes: readonly { readonly text: string }[]) => notes.map(({ text }) => text);
  return [
    texts(given),
    cases.map(texts),
    sticky,
    outcomes.map(({ share, like, ways }) => [
      share.toFixed(4),
      like.verdict,
      like.destination,
      like.rejectWith,
      like.reason?.text ?? null,
      like.exit?.kind ?? null,
      ways.map((way) => [seesOf(way), way.remarks.map(({ code }) => code)]),
    ]),
  ];
}

/** What the endpoint sees; empty where nothing arrives. */
function sourceOf(groups: readonly OutcomeGroup[]): string {
  const accepted = groups.flatMap(({ outcomes }) => outcomes.filter(({ like }) => like.verdict === 'accept'));
  return accepted.length === 0 ? '' : sourceText(accepted);
}

/** @returns who sends, with the address where the name alone does not tell it. */
export function fromText({ from, packet }: TraceItem): string {
  const { address, port } = packet.source;
  return address === null || from.includes(address) ? from : `${from} (${socketText(address, port)})`;
}
