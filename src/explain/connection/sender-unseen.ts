import type { Note } from '../explanation.ts';

/**
 * @param node that the sender is on, and that was not captured; null where nothing tells which it is
 * @param sender as the answer calls it @param stands the node whose rules its packets are traced through instead
 * @returns why what becomes of them before they come there is not known
 */
export function senderUnseenNote(node: string | null, sender: string, stands: string): Note {
  const traced = `its packets are traced as ${stands} takes them`;
  if (node === null)
    return {
      code: 'sender-node-unknown',
      text: `nothing in the captures tells which node ${sender} is on: ${traced}`,
      settle: 'capture that node, too, with `ip -j route show table all`; or nodes.json and pods.json',
    };
  return {
    code: 'sender-node-not-captured',
    text: `${sender} is on ${node}, which is not among the captures: ${traced}`,
    settle: `capture ${node} too, and give both with -f`,
  };
}
