import { Intervals } from '../../net/intervals.ts';
import type { AddressSet, NumberSet } from '../../rules/value-set.ts';
import { type Connection, shownConnection } from '../../trace/state.ts';
import { addressIntervals, portIntervals } from '../space/set-intervals.ts';
import type { PacketConntrack } from '../space/universe.ts';
import { type Asked, type BoxField, FIXED } from './box-field.ts';
import { keepProtocols, mentionProtocol } from './packet.ts';

/** Conntrack's word for the packet. */
export const state: BoxField<'ct.state'> = {
  ...FIXED,
  alike: ({ in: states }, { narrowing }) => {
    const has = (state: PacketConntrack): boolean => states.includes(state);
    const own = has(narrowing.packet.state);
    narrowing.keepStates((state) => has(state) === own);
  },
  // Whether it tells answers apart lies in its words.
  mention: () => true,
};

/** As that of the packet. */
export const protocol: BoxField<'ct.protocol'> = {
  ...FIXED,
  alike: ({ in: set }, asked) => keepProtocols(set, asked),
  mention: ({ in: set }, mentions) => {
    mentionProtocol(set, mentions);
    return true;
  },
};

/** What the packet's connection has, made of its mark. */
export const mark: BoxField<'ct.mark'> = {
  ...FIXED,
  alike: ({ in: set }, { state: now, narrowing }) =>
    narrowing.askedMark(shownConnection(now)?.mark ?? null, set),
};

type ByAddress = (test: { readonly in: AddressSet }, asked: Asked) => void;
type ByPort = (test: { readonly in: NumberSet }, asked: Asked) => void;

/** The tuples hold what the packet arrived with, or what NAT wrote. */
export function clientAddress(end: 'originalSource' | 'replyDestination') {
  const alike: ByAddress = ({ in: set }, { state: now, narrowing }) => {
    const { address } = narrowing.packet.source;
    if (address === null || now.connection?.[end].address?.value !== address.value) return;
    const intervals = addressIntervals(set);
    if (intervals === null) narrowing.keepSources(Intervals.one(address.value));
    else narrowing.splitSources(intervals, { ...now, source: narrowing.packet.source });
  };
  return { ...FIXED, alike };
}

/** As {@link clientAddress}. */
export function serverAddress(end: 'originalDestination' | 'replySource') {
  const alike: ByAddress = ({ in: set }, { state: now, narrowing }) => {
    const { destination } = narrowing.packet;
    if (now.connection?.[end].value !== destination.value) return;
    const intervals = addressIntervals(set);
    if (intervals === null) narrowing.keepDestinations(Intervals.one(destination.value));
    else narrowing.splitDestinations(intervals, { ...now, destination });
  };
  return { ...FIXED, alike };
}

type PortOf<E extends keyof Connection> = Extract<keyof Connection, `${E}Port`>;

/** As {@link clientAddress}. */
export function clientPort(end: PortOf<'originalSource' | 'replyDestination'>) {
  const alike: ByPort = ({ in: set }, { state: { connection }, narrowing }) =>
    narrowing.splitSourcePorts(portIntervals(set), connection?.[end] ?? null);
  return { ...FIXED, alike };
}

/** As {@link clientAddress}. */
export function serverPort(end: PortOf<'originalDestination' | 'replySource'>) {
  const alike: ByPort = ({ in: set }, { state: { connection }, narrowing }) =>
    narrowing.splitDestinationPorts(portIntervals(set), connection?.[end] ?? null);
  return { ...FIXED, alike };
}
