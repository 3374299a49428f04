import { type Address, formatAddress } from '../../../net/address.ts';
import type { Field, Test } from '../../../rules/test.ts';
import type { AddressSet } from '../../../rules/value-set.ts';
import type { Ending } from '../../../trace/branch.ts';
import type { Observer } from '../../../trace/observer.ts';
import { SenderClasses } from './sender-classes.ts';

/**
 * How a test of iptables tells senders apart who come in by one interface, none of them the node itself or all of them:
 * - `address`: it asks whether the sender is one of some addresses
 * - `otherwise`: it asks something else of it
 * - `no`: it does not, or its answer is open for all of them alike
 */
const ASKS: Readonly<Record<Field, 'address' | 'otherwise' | 'no'>> = {
  'ip.saddr': 'address',
  'ct.original.saddr': 'address',
  'ct.reply.daddr': 'address',
  'fib.saddr.type': 'otherwise',
  'fib.saddr.oif': 'otherwise',
  ipset: 'otherwise',
  recent: 'otherwise',
  'ether.saddr': 'otherwise',
  'bridge.port.in': 'otherwise',
  'meta.skuid': 'otherwise',
  'meta.skgid': 'otherwise',
  'meta.nfproto': 'no',
  'meta.l4proto': 'no',
  'ip.daddr': 'no',
  'ip.fragment': 'no',
  'meta.length': 'no',
  'ip.ttl': 'no',
  'ip.dscp': 'no',
  'ip.tos': 'no',
  'ip.ecn': 'no',
  'th.sport': 'no',
  'th.dport': 'no',
  'th.port': 'no',
  'tcp.flags': 'no',
  'tcp.option': 'no',
  'tcp.mss': 'no',
  'sctp.chunks': 'no',
  'dccp.type': 'no',
  'dccp.option': 'no',
  'icmp.type-code': 'no',
  'meta.pkttype': 'no',
  'meta.iifname': 'no',
  'meta.oifname': 'no',
  'meta.iifgroup': 'no',
  'meta.oifgroup': 'no',
  'bridge.port.out': 'no',
  'bridge.carries': 'no',
  'meta.mark': 'no',
  'meta.sender': 'no',
  'ct.state': 'no',
  'ct.status': 'no',
  'ct.mark': 'no',
  'ct.direction': 'no',
  'ct.protocol': 'no',
  'ct.original.daddr': 'no',
  'ct.reply.saddr': 'no',
  'ct.original.sport': 'no',
  'ct.original.dport': 'no',
  'ct.reply.sport': 'no',
  'ct.reply.dport': 'no',
  'ct.expiration': 'no',
  'ct.helper': 'no',
  'ct.counted': 'no',
  'ct.label': 'no',
  'fib.daddr.type': 'no',
  'ipvs.taken': 'no',
  'ipvs.protocol': 'no',
  'ipvs.address': 'no',
  'ipvs.port': 'no',
  chance: 'no',
  opaque: 'no',
  unrecognised: 'no',
  lost: 'no',
};

/** Notes by what the rules of iptables tell the sender of one packet from others, as it is traced. */
export class SenderQuestions implements Observer {
  readonly #sets = new Set<AddressSet>();
  #isOther = false;

  entered(): void {}

  asked(test: Test): void {
    switch (test.field) {
      case 'ip.saddr':
      case 'ct.original.saddr':
      case 'ct.reply.daddr':
        this.#sets.add(test.in);
        break;
      default:
        if (ASKS[test.field] !== 'no') this.#isOther ||= !isAlikeForAll(test);
    }
  }

  /** Rules of nft ask in more ways than are told apart here. */
  runs(): void {
    this.#isOther = true;
  }

  /** @returns who fares as the sender does; null where more than addresses of the sender counts. @param endings of its packet */
  classes(endings: readonly Ending[], family: Address['family']): SenderClasses | null {
    if (this.#isOther || endings.some(({ verdict }) => verdict === 'unknown')) return null;
    // A sender that gets its own packet back is a case of its own, and one that has the address already which NAT would write.
    const ends = endings.flatMap(({ branch: { state } }) => [
      formatAddress(state.destination),
      ...(state.sourceRewrite === 'none' || state.source.address === null
        ? []
        : [formatAddress(state.source.address)]),
    ]);
    return SenderClasses.ofSets(this.#sets, ends, family);
  }
}

/** Whether it is an address of the node is the same of all who come in by one interface. */
function isAlikeForAll(test: Test): boolean {
  if (test.field === 'recent') return test.in.action === 'set' || test.in.action === 'remove';
  if (test.field === 'ipset') return !test.in.directions.includes('src');
  return test.field === 'fib.saddr.type' && test.in.limit === null && test.in.types.join() === 'LOCAL';
}
