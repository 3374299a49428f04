import { unknown, yesNo } from '../answer.ts';
import { hasRoom, labelsOf } from '../labels.ts';
import type { Evaluator } from './context.ts';

/**
 * Without a connection, of which a CT rule's template is none, the label is not there (connlabel_match, net/netfilter/xt_connlabel.c).
 * conntrack lists labels by name, rules ask by name or by number: of a listed flow a number is open.
 */
export const label: Evaluator<'ct.label'> = ({ in: { label: asked, sets, text } }, { state }) => {
  const { connection } = state;
  if (connection === null) return 'absent';
  const labels = labelsOf(connection);
  const isOther = connection.fromCapture && /^\d+$/.test(asked);
  if (labels?.includes(asked) === true) return 'yes';
  if (labels === null || (isOther && labels.length > 0) || (sets && !hasRoom(connection, labels)))
    return unknown({ code: 'match-connlabel', module: 'connlabel', text, rule: null });
  return yesNo(sets);
};
