import type { Test, TestOf } from '../rules/test.ts';
import type { Connection, PacketState } from './state.ts';

/** @returns the labels of a connection: a new one has none but those that rules gave it on its way; null where they are not known. */
export function labelsOf(connection: Connection): readonly string[] | null {
  if (connection.labels !== undefined) return connection.labels;
  return connection.quoted || connection.state === 'ESTABLISHED' ? null : [];
}

/** Whether asking this test may give the connection a label. */
export function setsLabel(test: Test): test is TestOf<'ct.label'> {
  return test.field === 'ct.label' && test.in.sets;
}

/** @returns whether the connection has the label; null where that is not known. */
export function hasLabel(connection: Connection, label: string): boolean | null {
  const labels = labelsOf(connection);
  if (labels?.includes(label) === true) return true;
  if (connection.labelRoom === false) return false;
  const answer = connection.labelsTold?.get(label);
  if (answer !== undefined) return answer;
  const isOther = connection.fromCapture && /^\d+$/.test(label);
  return labels === null || (isOther && labels.length > 0) ? null : false;
}

/** @returns the state of a branch in which the connection has the label, or has it not: what a later rule sets holds from there. */
export function told(state: PacketState, label: string, held: boolean): PacketState {
  const { connection } = state;
  if (connection === null) return state;
  const labelsTold = new Map(connection.labelsTold).set(label, held);
  return { ...state, connection: { ...connection, labelsTold } };
}

/** The same of a branch in which a rule can give it the label, or cannot: then it has none, and no rule can. */
export function toldRoom(state: PacketState, label: string, held: boolean): PacketState {
  const { connection } = told(state, label, held);
  return connection === null ? state : { ...state, connection: { ...connection, labelRoom: held } };
}

/**
 * A rule gives its label as soon as it is asked (connlabel_match, net/netfilter/xt_connlabel.c), to a connection that has room for labels:
 * one that began with such a rule in place, or carries one (nf_ct_labels_ext_add).
 */
export function withLabel(state: PacketState, { in: { label } }: TestOf<'ct.label'>): PacketState {
  const { connection } = state;
  if (connection === null || hasLabel(connection, label) === true || hasRoom(connection) !== true)
    return state;
  const labels = labelsOf(connection);
  if (labels === null) return told(state, label, true);
  return { ...state, connection: { ...connection, labels: [...labels, label] } };
}

/** @returns whether the connection can be given a label; null where that is not known: an older one that carries none may have no room. */
export function hasRoom(connection: Connection): boolean | null {
  if (connection.labelRoom !== undefined) return connection.labelRoom;
  const labels = labelsOf(connection);
  if (labels !== null && (!connection.fromCapture || labels.length > 0)) return true;
  return [...(connection.labelsTold?.values() ?? [])].includes(true) || null;
}
