import type { Host } from '../host/facts.ts';
import { masqueradeAddress, redirectAddress } from '../host/source-address.ts';
import type { HookName, Rule } from '../iptables/ruleset.ts';
import type { NatRange } from '../iptables/target.ts';
import { type Address, formatAddress, sameAddress } from '../net/address.ts';
import { type Range, rangeContains } from '../net/range.ts';
import { type Branch, changed, decided, type Ending, turned } from './branch.ts';
import { type Sender, senderOf } from './packet.ts';
import type { NatTarget } from './walk-chain.ts';

/** What a NAT target leaves: branches that go on rewritten, and those for which it could not be told. */
export interface Translation {
  readonly branches: readonly Branch[];
  readonly ended: readonly Ending[];
}

/** Rewrites that change the destination happen at PREROUTING and OUTPUT, the others at POSTROUTING and INPUT (HOOK2MANIP). */
export function manipulates(hook: HookName): 'source' | 'destination' {
  return hook === 'PREROUTING' || hook === 'OUTPUT' ? 'destination' : 'source';
}

/** Applies the target of the nat rule that matched. */
export function translate(
  branch: Branch,
  target: NatTarget,
  rule: Rule,
  hook: HookName,
  host: Host,
): Translation {
  switch (target.kind) {
    case 'dnat':
      return target.to === null
        ? unreadable(branch, rule, target.text)
        : toDestination(branch, target.to, target.random);
    case 'redirect': {
      const { family, inInterface } = branch.state;
      const address =
        hook === 'OUTPUT'
          ? redirectAddress(host, family, null)
          : redirectAddress(host, family, inInterface ?? null, branch.state.destination);
      if (address === null)
        return unreadable(
          branch,
          rule,
          'REDIRECT needs the first address of the input interface; capture `ip -j addr`',
        );
      const to: NatRange = { from: address.value, to: address.value, ports: target.ports, portBase: null };
      return toDestination(branch, to, target.random);
    }
    case 'snat':
      return target.to === null
        ? unreadable(branch, rule, target.text)
        : toSource(branch, target.to, target.random, 'snat');
    case 'masquerade':
      return masquerade(branch, target.ports, target.random, host);
    case 'netmap': {
      const { state } = branch;
      const { family } = state;
      const mapped = (address: Address): Address => ({
        family,
        value: target.value | (address.value & ~target.mask & all(family)),
      });
      if (manipulates(hook) === 'destination')
        return one(withDestination(branch, mapped(state.destination), state.destinationPort));
      const source = state.source.address;
      return one(
        withSource(
          branch,
          source === null ? unknownSender(state.source) : senderOf(mapped(source)),
          state.sourcePort,
          'snat',
        ),
      );
    }
  }
}

function masquerade(branch: Branch, ports: Range | null, random: boolean, host: Host): Translation {
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
  const sender: Sender =
    address === null ? { address: null, within: [], outside: [], local: true } : senderOf(address);
  return one(withSource(branch, sender, chosenPort(state.sourcePort, ports, random), 'masquerade'));
}

/** Several addresses are spread by a hash of the packet (find_best_ips_proto), so each is one way. */
function toDestination(branch: Branch, to: NatRange, random: boolean): Translation {
  const { state } = branch;
  const addresses = to.from === null ? [state.destination] : spread(to, state.family);
  const branches = addresses.map((address, index, list) => {
    const picked = list.length === 1 ? branch : pickedByHash(branch, address, list.length, index);
    return withDestination(picked, address, destinationPort(state.destinationPort, to, random));
  });
  return { branches, ended: [] };
}

function toSource(branch: Branch, to: NatRange, random: boolean, rewrite: 'snat'): Translation {
  const { state } = branch;
  const port = chosenPort(state.sourcePort, to.ports, random);
  if (to.from === null) return one(withSource(branch, state.source, port, rewrite));
  const branches = spread(to, state.family).map((address, index, list) => {
    const picked = list.length === 1 ? branch : pickedByHash(branch, address, list.length, index);
    return withSource(picked, senderOf(address), port, rewrite);
  });
  return { branches, ended: [] };
}

/** More addresses than this in one range are shown by its first ones. */
const SPREAD = 256;

function spread(range: NatRange, family: Address['family']): Address[] {
  const addresses: Address[] = [];
  const first = range.from ?? 0n;
  const last = range.to ?? first;
  for (let value = first; value <= last && addresses.length < SPREAD; value++)
    addresses.push({ family, value });
  return addresses;
}

function pickedByHash(branch: Branch, address: Address, of: number, index: number): Branch {
  const text = `the kernel's hash of the client picks ${formatAddress(address)} of ${of} addresses`;
  const condition = { code: 'nat-range', text, settle: null };
  return decided(branch, `nat range ${branch.path?.length ?? 0} ${index}`, true, condition);
}

/** With a port range the port is kept only by `/BASE`; otherwise the kernel takes one of the range (nf_nat_l4proto_unique_tuple). */
function destinationPort(port: number | null, to: NatRange, random: boolean): number | null {
  const { ports } = to;
  if (ports === null) return port;
  if (ports.from === ports.to) return ports.from;
  if (to.portBase !== null && port !== null) return ports.from + (port - to.portBase);
  return port !== null && !random && rangeContains(ports, port) ? port : null;
}

/** A source port is kept where it may be; a random one is not known. */
function chosenPort(port: number | null, ports: Range | null, random: boolean): number | null {
  if (random) return null;
  if (ports === null) return port;
  if (ports.from === ports.to) return ports.from;
  return port !== null && rangeContains(ports, port) ? port : null;
}

/** @returns the branch with its destination rewritten, in the packet and in what answers are expected to come from. */
export function withDestination(branch: Branch, address: Address, port: number | null): Branch {
  const { state } = branch;
  const { connection } = state;
  const same = sameAddress(address, state.destination) && port === state.destinationPort;
  return changed(branch, {
    destination: address,
    destinationPort: port,
    destinationLocal: sameAddress(address, state.destination) ? state.destinationLocal : null,
    connection:
      connection === null
        ? null
        : { ...connection, replySource: address, replySourcePort: port, dnat: connection.dnat || !same },
  });
}

/** @returns the branch with its source rewritten. */
export function withSource(
  branch: Branch,
  sender: Sender,
  port: number | null,
  rewrite: 'masquerade' | 'snat',
): Branch {
  const { connection } = branch.state;
  return changed(branch, {
    source: sender,
    sourcePort: port,
    sourceRewrite: rewrite,
    connection:
      connection === null
        ? null
        : { ...connection, replyDestination: sender, replyDestinationPort: port, snat: true },
  });
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

function unreadable(branch: Branch, rule: Rule, text: string): Translation {
  const reason = {
    code: 'nat-target-unreadable',
    text: `${rule.chain} rule ${rule.number} rewrites the packet, but the dump does not say to what ("${text}")`,
    settle:
      'capture with an iptables as new as the one that wrote the rules, or give the API objects (services.json, endpointslices.json)',
  };
  return {
    branches: [],
    ended: [
      {
        branch: turned(branch, 'nat', reason.text),
        verdict: 'unknown',
        reason,
        rejectWith: null,
        exit: null,
      },
    ],
  };
}
