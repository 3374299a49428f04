import type { Host } from '../host/facts.ts';
import { masqueradeAddress, redirectAddress } from '../host/source-address.ts';
import type { HookName } from '../iptables/ruleset.ts';
import type { NatRange } from '../iptables/target.ts';
import type { Address } from '../net/address.ts';
import { hasPorts } from '../net/protocol.ts';
import { type Range, rangeContains } from '../net/range.ts';
import type { Rewrite } from '../rules/effect.ts';
import { type Branch, type Ending, turned } from './branch.ts';
import { choose } from './choose.ts';
import { keptSources, type SourceRange } from './kept-mapping.ts';
import { addressesOf, choiceOf, isWithin } from './nat-addresses.ts';
import { type Sender, senderOf } from './packet.ts';
import type { NatPassage } from './passage.ts';
import type { Questions } from './questions.ts';
import type { PlacedRule, Reason } from './reason.ts';
import type { World } from './world.ts';
import { asTracked, withDestination, withSource } from './written-ends.ts';

/** What a NAT target leaves: branches that go on rewritten, and those for which it could not be told. */
export interface Translation {
  readonly branches: readonly Branch[];
  readonly ended: readonly Ending[];
}

/** Rewrites that change the destination happen at PREROUTING and OUTPUT, the others at POSTROUTING and INPUT (HOOK2MANIP). */
export function manipulates(hook: HookName): 'source' | 'destination' {
  return hook === 'PREROUTING' || hook === 'OUTPUT' ? 'destination' : 'source';
}

/** Applies the rewrite of the nat rule that matched. */
export function translate(
  branch: Branch,
  effect: Rewrite,
  rule: PlacedRule,
  hook: HookName,
  { host, flows }: Facts,
  questions: Questions,
): Translation {
  switch (effect.kind) {
    case 'dnat':
      return effect.to === null
        ? unreadable(branch, rule, { text: effect.text })
        : toDestination(branch, effect.to, effect, rule, questions);
    case 'redirect': {
      const { family, inInterface } = branch.state;
      const address =
        hook === 'OUTPUT'
          ? redirectAddress(host, family, null)
          : typeof inInterface === 'string'
            ? redirectAddress(host, family, inInterface, branch.state.destination)
            : null;
      if (address === null && typeof inInterface === 'string' && isListed(host, family, inInterface))
        return { branches: [], ended: [withoutAddress(branch)] };
      if (address === null) return redirectedSomewhere(branch, rule, effect.ports);
      const to: NatRange = { from: address.value, to: address.value, ports: effect.ports, portBase: null };
      return toDestination(branch, to, { random: effect.random, persistent: false }, rule, questions);
    }
    case 'snat':
      return effect.to === null
        ? unreadable(branch, rule, { text: effect.text })
        : toSource(branch, effect.to, effect, rule, flows, questions);
    case 'masquerade':
      return masquerade(branch, effect, rule, { host, flows }, questions);
    case 'netmap': {
      // Which address is mapped is read from the header (nft_nat_setup_netmap, netmap_tg6); the port is the connection's own.
      const { state } = branch;
      const { family } = state;
      const tracked = asTracked(state);
      const mapped = (address: Address): Address => ({
        family,
        value: effect.value | (address.value & ~effect.mask & all(family)),
      });
      if (manipulates(hook) === 'destination')
        return one(withDestination(branch, mapped(state.destination), tracked.destinationPort));
      const source = state.source.address;
      return one(
        withSource(
          branch,
          source === null ? unknownSender(state.source) : senderOf(mapped(source)),
          tracked.sourcePort,
          'snat',
        ),
      );
    }
  }
}

/** @returns the ways on from the nat rule that matched. */
export function mapped(
  branch: Branch,
  effect: Rewrite,
  rule: PlacedRule,
  hook: HookName,
  facts: Facts,
  questions: Questions,
): NatPassage[] {
  const result = translate(branch, effect, rule, hook, facts, questions);
  const ports = portsOf(effect);
  return [
    ...result.ended.map((ending): NatPassage => ({ kind: 'ended', ending })),
    ...result.branches.map((way): NatPassage => ({ kind: 'mapped', branch: way, ports })),
  ];
}

function portsOf(effect: Rewrite): Range | null {
  if (effect.kind === 'snat') return effect.to?.ports ?? null;
  return effect.kind === 'masquerade' ? effect.ports : null;
}

/** What nat asks beside the packet. */
type Facts = Pick<World, 'host' | 'flows'>;

function masquerade(
  branch: Branch,
  { ports, random }: Pick<Options, 'random'> & { readonly ports: Range | null },
  rule: PlacedRule,
  { host, flows }: Facts,
  questions: Questions,
): Translation {
  const { state } = branch;
  const device = state.route?.device;
  const address =
    typeof device === 'string'
      ? masqueradeAddress(
          host,
          state.family,
          device,
          state.route?.gateway ?? state.destination,
          state.destination,
        )
      : null;
  if (address === null && typeof device === 'string' && isListed(host, state.family, device))
    return { branches: [], ended: [withoutAddress(branch)] };
  const sender: Sender =
    address === null ? { address: null, within: [], outside: [], local: true } : senderOf(address);
  const range = address === null ? null : { from: address.value, to: address.value, ports };
  const kept =
    range === null || random ? null : asMapped(branch, range, 'masquerade', rule, flows, questions);
  return (
    kept ??
    one(
      withSource(
        branch,
        sender,
        chosenPort(asTracked(state).sourcePort, ports, random),
        'masquerade',
        random,
      ),
    )
  );
}

interface Options {
  readonly random: boolean;
  readonly persistent: boolean;
}

/** Several addresses are spread by a hash of the packet (find_best_ips_proto); where the client is not known, each is one way. */
function toDestination(
  branch: Branch,
  to: NatRange,
  { random, persistent }: Options,
  rule: PlacedRule,
  questions: Questions,
): Translation {
  const state = asTracked(branch.state);
  const port = destinationPort(state.destinationPort, to, random);
  if (to.from === null) return one(withDestination(branch, state.destination, port));
  const addresses = addressesOf(to, state, persistent, 'destination');
  // Where the packet goes next cannot be left open, unlike where it comes from.
  if (addresses === null) return unreadable(branch, rule, 'wide-range');
  const picked = choose(branch, addresses.map(choiceOf(rule, addresses.length)), questions);
  return { branches: picked.map((way) => withDestination(way.branch, way.value, port)), ended: [] };
}

function toSource(
  branch: Branch,
  to: NatRange,
  { random, persistent }: Options,
  rule: PlacedRule,
  flows: Facts['flows'],
  questions: Questions,
): Translation {
  const state = asTracked(branch.state);
  const port = chosenPort(state.sourcePort, to.ports, random);
  const kept = random || isWithin(state, to) ? null : asMapped(branch, to, 'snat', rule, flows, questions);
  if (kept !== null) return kept;
  if (to.from === null) return one(withSource(branch, state.source, port, 'snat', random));
  // A source that lies in the range already stays (get_unique_tuple).
  if (!random && isWithin(state, to)) return one(withSource(branch, state.source, state.sourcePort, 'snat'));
  const addresses = addressesOf(to, state, persistent, 'source');
  if (addresses === null) {
    const sender: Sender = { address: null, within: [], outside: [], local: null };
    return one(withSource(branch, sender, port, 'snat', random));
  }
  const picked = choose(branch, addresses.map(choiceOf(rule, addresses.length)), questions);
  const branches = picked.map((way) => withSource(way.branch, senderOf(way.value), port, 'snat', random));
  return { branches, ended: [] };
}

/** @returns the source that earlier flows of the client's port got within the range; null where there are none. */
function asMapped(
  branch: Branch,
  range: SourceRange,
  rewrite: 'masquerade' | 'snat',
  rule: PlacedRule,
  flows: Facts['flows'],
  questions: Questions,
): Translation | null {
  const { connection, protocol, zones } = branch.state;
  const zone = zones === null ? 0 : zones.original;
  if (flows === null || connection === null || zone === null || !hasPorts(protocol)) return null;
  const kept = keptSources(connection, protocol, zone, range, flows);
  if (kept.length === 0) return null;
  const portOf = ({ value }: Address): number | null => {
    const ports = kept.filter(({ address }) => address.value === value).map((one) => one.port);
    return ports.length === 1 ? (ports[0] ?? null) : null;
  };
  const addresses = kept
    .map(({ address }) => address)
    .filter(({ value }, at, all) => all.findIndex((other) => other.value === value) === at);
  const picked = choose(branch, addresses.map(choiceOf(rule, addresses.length)), questions);
  const branches = picked.map((way) =>
    withSource(way.branch, senderOf(way.value), portOf(way.value), rewrite),
  );
  return { branches, ended: [] };
}

/** With a port range and `/BASE` the port keeps its place in the range, and wraps around at its end; otherwise the kernel takes one of the range (nf_nat_l4proto_unique_tuple). */
function destinationPort(port: number | null, to: NatRange, random: boolean): number | null {
  const { ports } = to;
  if (ports === null) return port;
  if (ports.from === ports.to) return ports.from;
  if (to.portBase !== null && port !== null) {
    const offset = (port - to.portBase) & 0xffff;
    return ports.from + (offset % (ports.to - ports.from + 1));
  }
  return port !== null && !random && rangeContains(ports, port) ? port : null;
}

/** A source port is kept where it may be; a random one is not known. */
function chosenPort(port: number | null, ports: Range | null, random: boolean): number | null {
  if (random) return null;
  if (ports === null) return port;
  if (ports.from === ports.to) return ports.from;
  return port !== null && rangeContains(ports, port) ? port : null;
}

/** Whether the capture tells which addresses of the family the interface has: `ip -4 addr` lists it without those of the other. */
function isListed({ links }: Host, family: Address['family'], device: string): boolean {
  if (links?.some(({ name }) => name === device) !== true) return false;
  return links.some(({ addresses }) => addresses.some(({ address }) => address.family === family));
}

/** REDIRECT and MASQUERADE drop what comes in or goes out where there is no address to write (nf_nat_redirect.c). */
function withoutAddress(branch: Branch): Ending {
  return ended(branch, 'drop', { code: 'no-address' });
}

function unknownSender(sender: Sender): Sender {
  return { address: null, within: [], outside: [], local: sender.local };
}

function all(family: Address['family']): bigint {
  return family === 'ipv4' ? 0xffffffffn : (1n << 128n) - 1n;
}

function one(branch: Branch): Translation {
  return { branches: [branch], ended: [] };
}

function unreadable(
  branch: Branch,
  { chain, number }: PlacedRule,
  why: Extract<Reason, { code: 'nat-target-unreadable' }>['why'],
): Translation {
  const reason: Reason = { code: 'nat-target-unreadable', rule: { chain, number }, why };
  return { branches: [], ended: [ended(branch, 'unknown', reason)] };
}

function redirectedSomewhere(
  branch: Branch,
  { chain, number }: PlacedRule,
  ports: NatRange['ports'],
): Translation {
  const reason: Reason = { code: 'redirect-address', rule: { chain, number }, ports };
  return { branches: [], ended: [ended(branch, 'unknown', reason)] };
}

function ended(branch: Branch, verdict: Ending['verdict'], reason: Reason): Ending {
  return {
    branch: turned(branch, 'nat', { fact: 'ended', reason }),
    verdict,
    reason,
    rejectWith: null,
    exit: null,
  };
}
