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

/**
 * A rule gives its label as soon as it is asked (connlabel_match, net/netfilter/xt_connlabel.c), to a connection that has room for labels:
 * one that began with such a rule in place, or carries one (nf_ct_labels_ext_add).
 */
export function withLabel(state: PacketState, { in: { label } }: TestOf<'ct.label'>): PacketState {
  const { connection } = state;
  const labels = connection === null ? null : labelsOf(connection);
  if (connection === null || labels === null || !hasRoom(connection, labels) || labels.includes(label))
    return state;
  return { ...state, connection: { ...connection, labels: [...labels, label] } };
}

/** @returns whether the connection can be given a label: an older one that carries none may have no room. */
export function hasRoom(connection: Connection, labels: readonly string[]): boolean {
  return !connection.fromCapture || labels.length > 0;
}
