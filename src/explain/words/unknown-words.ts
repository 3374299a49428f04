import type {
  RoutedField,
  RouteUnknown,
  SetField,
  SetUnknown,
  SourceUnknown,
} from '../../host/unknown-fact.ts';
import { formatAddress } from '../../net/address.ts';
import type { Note } from '../explanation.ts';

/** What the node's facts leave open, in words: a clause without final stop, and what to capture. */

const ADDRESSES = 'capture `ip -j addr`';
const SYSCTLS = 'capture `sysctl -a`';

/** @returns why routing cannot tell. */
export function routeUnknownNote(why: RouteUnknown): Note {
  const { code } = why;
  switch (why.code) {
    case 'family':
      return note(code, 'the address is of another family', null);
    case 'source':
      return note(code, 'a route is for certain senders only, and the sender is not known', null);
    case 'policy-rules-not-captured':
      return note(code, 'policy routing rules were not captured', 'capture `ip -j rule`');
    case 'local-table-merged': {
      const text = `the tables local and main have different routes to ${formatAddress(why.address)}, and which wins depends on whether a policy rule was ever added on this node`;
      return note(code, text, null);
    }
    case 'local-routes-not-captured': {
      const { address } = why;
      const text = `whether ${formatAddress(address)} is an address of the node was not captured`;
      return note(code, text, captureRoutes(address.family));
    }
    case 'addresses-not-captured':
      return note(
        code,
        why.address === null
          ? 'the addresses of the interfaces were not captured'
          : `whether ${formatAddress(why.address)} is an address of the node was not captured`,
        ADDRESSES,
      );
    case 'routes-not-captured':
      return note(code, 'routes were not captured', captureRoutes(why.family));
    case 'table-not-captured':
      return note(
        code,
        `a policy routing rule leads to routing table ${why.table}, which was not captured`,
        captureRoutes(why.family),
      );
    case 'suppress-ifgroup':
      return note(code, `policy rule ${why.priority} suppresses routes of an interface group`, null);
    case 'policy-rule': {
      const text = `policy routing rule ${why.priority} depends on the packet's ${routedFieldName(why.asks)}, which is not known`;
      return note(code, text, null);
    }
    case 'tos': {
      const text = `a route in table ${why.table} is for packets with TOS ${why.tos} only, and the packet's is not known`;
      return note(code, text, null);
    }
  }
}

/** @returns why it cannot be told whether the kernel takes a packet in. */
export function sourceUnknownNote(why: SourceUnknown): Note {
  switch (why.code) {
    case 'localnet-not-captured':
      return note(why.code, 'whether the interface routes 127.0.0.0/8 was not captured', SYSCTLS);
    case 'link-addresses-not-captured':
      return note(why.code, 'the addresses of the interface were not captured', ADDRESSES);
    case 'in-interface-not-known':
      return note(why.code, 'the interface the packet came in through is not known', null);
    case 'source-switches-not-captured': {
      const text = `whether the kernel takes a packet from ${formatAddress(why.source)} depends on rp_filter or accept_local, which were not captured`;
      return note(why.code, text, SYSCTLS);
    }
    case 'first-hop-alone': {
      const text = `whether rp_filter drops a packet from ${formatAddress(why.source)} depends on whether the route back has other next hops, which \`route -n\` does not print`;
      return note(why.code, text, 'capture `ip -j route show table all`');
    }
    case 'rule-come-and-gone': {
      const text = `whether the kernel takes a packet from ${formatAddress(why.source)} depends on whether there ever was a policy rule, which no capture tells`;
      return note(why.code, text, null);
    }
    default:
      return routeUnknownNote(why);
  }
}

/** @returns why a set cannot tell. */
export function setUnknownNote(why: SetUnknown): Note {
  const { code, set } = why;
  switch (why.code) {
    case 'ipset-not-captured':
      return note(code, `the members of set ${set} were not captured`, IPSETS);
    case 'ipset-missing':
      return note(code, `set ${set} is not among the captured sets`, IPSETS);
    case 'ipset-cut':
      return note(code, `not every member of set ${set} was captured`, IPSETS);
    case 'ipset-type':
      return note(code, `set ${set} is of type ${why.type}, which is not modelled`, null);
    case 'ipset-element': {
      const fields = why.fields.map((field) => SET_FIELDS[field]);
      const on =
        fields.length === 0
          ? 'elements that could not be read or that contradict each other'
          : fields.join(' and ');
      return note(code, `whether set ${set} holds the packet depends on ${on}`, null);
    }
  }
}

const IPSETS = 'capture `ipset save`';

const SET_FIELDS: Readonly<Record<SetField, string>> = {
  'source-address': 'its source address',
  'destination-address': 'its destination address',
  'source-port': 'its source port',
  'destination-port': 'its destination port',
  'source-mac': 'its source MAC',
  'destination-mac': 'its destination MAC',
  'in-interface': 'the interface it came in through',
  'out-interface': 'the interface it leaves through',
  mark: 'its mark',
};

function routedFieldName(asks: RoutedField): string {
  return asks.field === 'unmodelled' ? `\`${asks.word}\`` : ROUTED_FIELDS[asks.field];
}

const ROUTED_FIELDS: Readonly<Record<Exclude<RoutedField['field'], 'unmodelled'>, string>> = {
  'in-interface': 'interface it came in through',
  mark: 'mark',
  source: 'source address',
  uid: 'user of its sender',
  tos: 'TOS',
  protocol: 'protocol',
  'source-port': 'source port',
  'destination-port': 'destination port',
};

function captureRoutes(family: 'ipv4' | 'ipv6'): string {
  return family === 'ipv4'
    ? 'capture `ip -j route show table all`'
    : 'capture `ip -j -6 route show table all`';
}

function note(code: string, text: string, settle: string | null): Note {
  return { code, text, settle };
}
