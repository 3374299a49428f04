import type { ConnectionWay } from '../../explain/connection/connection-item.ts';
import type { OutcomeItem } from '../../explain/trace-list.ts';
import { percent } from '../../words/numbers.ts';
import type { Colours } from '../colours.ts';
import { escapeTerminal } from '../escape.ts';
import { wrap } from '../wrap.ts';
import type { OutcomeGroup } from './outcome-groups.ts';

/** Reasons that are told; more have more in common with these than with each other. */
const SHOWN = 3;

/**
 * What becomes of connections whose first packet passes the node, where they fail later, on another node or on the way
 * back, or what is not known of them after a further node. Each reason once, with its share and the nodes on the way.
 * @param likeOf tells outcomes that fare alike, of which one is looked at; absent: each is
 */
export function connectionLines(
  { outcomes }: OutcomeGroup,
  width: number | null,
  colours: Colours,
  likeOf: (outcome: OutcomeItem) => OutcomeItem = (outcome) => outcome,
): string[] {
  const failing = new Map<string, { share: number; way: ConnectionWay }>();
  const fails = new Map<OutcomeItem, boolean>();
  for (const outcome of outcomes.flatMap(({ ways }) => ways)) {
    const like = likeOf(outcome);
    const isTold = fails.get(like) ?? waysTold(like).length > 0;
    fails.set(like, isTold);
    for (const way of isTold ? waysTold(outcome) : []) {
      // Endpoints differ in their address, and not in what happens to them.
      const key = `${way.sees} ${way.reason?.code} ${nodesOf(way)} ${way.legs.at(-1)?.path.at(-1)}`;
      const same = failing.get(key);
      failing.set(key, { share: (same?.share ?? 0) + way.share, way: same?.way ?? way });
    }
  }
  const reasons = [...failing.values()].sort((a, b) => b.share - a.share);
  const lines = reasons.slice(0, SHOWN).map(({ share, way }) => {
    const part = share > 1 - 1e-6 ? '' : `for ${percent(share)} `;
    const over = nodesOf(way);
    return `  but ${part}${escapeTerminal(way.reason?.text ?? way.sees)}${over === '' ? '' : ` (${over})`}`;
  });
  if (reasons.length > SHOWN) lines.push(`  … and ${reasons.length - SHOWN} more (-o json lists all)`);
  return lines.flatMap((line) => wrap(line, width, '    ').split('\n').map(colours.bad));
}

/** @returns the ways of a connection that neither work nor are told otherwise. */
function waysTold({ connection, verdict, remarks }: OutcomeItem): readonly ConnectionWay[] {
  const said = remarks.some(({ effect }) => effect === 'breaks');
  return (connection === null ? [] : [connection, ...connection.others]).filter((way) => {
    // The heading tells what ends the first packet; not that the client never hears of it.
    if (verdict !== 'accept' && !(verdict === 'reject' && way.sees !== 'refused')) return false;
    if (way.sees === 'works' || (said && way.legs.length < 2)) return false;
    // On one node the heading and its conditions tell what is not known.
    return !(way.sees === 'unknown' && nodesOf(way) === '');
  });
}

/** `there: node-2, node-1, node-2; back: node-2`; empty where all is on one node. */
function nodesOf({ legs }: ConnectionWay): string {
  if (new Set(legs.map(({ node }) => node)).size < 2) return '';
  const names = (direction: 'request' | 'answer'): string =>
    legs
      .filter((leg) => leg.direction === direction)
      .map(({ node }) => escapeTerminal(node ?? 'a node'))
      .join(', ');
  const back = names('answer');
  return `there over ${names('request')}${back === '' ? '' : `; back over ${back}`}`;
}
