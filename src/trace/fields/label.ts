import { unknown, yesNo } from '../answer.ts';
import { hasLabel, hasRoom, told, toldRoom } from '../labels.ts';
import { asWritten } from '../writes.ts';
import type { Evaluator } from './context.ts';

/**
 * Without a connection, of which a CT rule's template is none, the label is not there (connlabel_match, net/netfilter/xt_connlabel.c).
 * conntrack lists labels by name, rules ask by name or by number: of a listed flow a number is open.
 */
export const label: Evaluator<'ct.label'> = ({ in: { label: asked, sets, text } }, { state }) => {
  const { connection } = state;
  if (connection === null) return 'absent';
  const known = hasLabel(connection, asked);
  if (known === true) return 'yes';
  const open = (question: string, learn: typeof told) =>
    unknown(
      {
        code: 'match-connlabel',
        module: 'connlabel',
        text: question,
        rule: null,
        ...asWritten(connection, 'label'),
      },
      (found, held) => learn(found, asked, held),
    );
  if (!sets) return known === null ? open(text, told) : 'no';
  const room = hasRoom(connection);
  return room === null ? open(`${text} --set`, toldRoom) : yesNo(room);
};
