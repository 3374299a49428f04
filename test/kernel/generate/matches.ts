import { formatAddress } from '../../../src/net/address.ts';
import { SCTP, TCP } from '../../../src/net/protocol.ts';
import { NEIGHBOURS } from '../node/topology.ts';
import { lengthOf } from '../node/wire.ts';
import {
  type Aim,
  deviceText,
  elsewhere,
  limitText,
  type MatchText,
  markText,
  not,
  outOf,
  ownerText,
  portText,
  prefixText,
} from './match-texts.ts';
import { DESTINATION_PORTS, pickFrom, SOURCE_PORTS } from './pools.ts';
import { SETS } from './sets.ts';

type Writer = (aim: Aim) => MatchText | null;

/** Writers by the kind of match they write; each gives null where the kernel would refuse it. */
export const MATCHES = {
  source: (aim) => ({ slot: 's', text: `${not(aim)}-s ${prefixText(aim, aim.packet.wire.source)}` }),
  destination: (aim) => ({
    slot: 'd',
    text: `${not(aim)}-d ${prefixText(aim, aim.packet.wire.destination)}`,
  }),
  'in-interface': (aim) => {
    if (aim.hooks.some((hook) => hook === 'OUTPUT' || hook === 'POSTROUTING')) return null;
    const { from } = aim.packet;
    const name = from === 'node' ? 'lo' : NEIGHBOURS[from].device;
    return { slot: 'i', text: `${not(aim)}-i ${deviceText(aim, name)}` };
  },
  'out-interface': (aim) => {
    if (aim.hooks.some((hook) => hook === 'PREROUTING' || hook === 'INPUT')) return null;
    return { slot: 'o', text: `${not(aim)}-o ${deviceText(aim, outOf(aim))}` };
  },
  fragment: (aim) => (aim.pool.family === 'ipv4' ? { slot: 'f', text: `${not(aim)}-f` } : null),
  'source-port': (aim) => portText(aim, 'sport', aim.packet.wire.sourcePort, SOURCE_PORTS),
  'destination-port': (aim) => portText(aim, 'dport', aim.packet.wire.destinationPort, DESTINATION_PORTS),
  'tcp-flags': (aim) => {
    if (aim.packet.wire.protocol !== TCP) return null;
    const masks = ['FIN,SYN,RST,ACK', 'SYN,ACK', 'FIN,SYN,RST,PSH,ACK,URG', 'SYN'];
    const flags = aim.fits ? 'SYN' : 'NONE';
    return { protocol: TCP, text: `-m tcp ${not(aim)}--tcp-flags ${pickFrom(masks, aim.pick)} ${flags}` };
  },
  'icmp-type': (aim) => {
    const { icmp } = aim.packet.wire;
    if (icmp === null) return null;
    const v4 = aim.pool.family === 'ipv4';
    const type = aim.fits
      ? pickFrom([`${icmp.type}`, `${icmp.type}/0`, ...(v4 ? ['any'] : [])], aim.pick)
      : v4
        ? '0'
        : '129';
    const module = v4 ? 'icmp' : 'icmp6';
    return {
      protocol: aim.pool.icmp,
      text: `-m ${module} ${not(aim)}--${v4 ? 'icmp' : 'icmpv6'}-type ${type}`,
    };
  },
  'sctp-chunks': (aim) => {
    if (aim.packet.wire.protocol !== SCTP) return null;
    const scope = pickFrom(['any', 'only', 'all'], aim.pick);
    return {
      protocol: SCTP,
      text: `-m sctp ${not(aim)}--chunk-types ${scope} ${aim.fits ? 'INIT' : 'DATA'}`,
    };
  },
  multiport: (aim) => {
    const { sourcePort, destinationPort, protocol } = aim.packet.wire;
    if (sourcePort === null || destinationPort === null) return null;
    // Single ports of one side are met by other matches often enough.
    const side = pickFrom([...Array<string>(12).fill('ports'), 'dports', 'sports'], aim.pick);
    const port = side === 'sports' ? sourcePort : destinationPort;
    const list = aim.fits
      ? pickFrom([`7,${port}`, `${Math.max(1, port - 5)}:${port},9999`], aim.pick)
      : '7,9,2000:3000';
    return { protocol, text: `-m multiport ${not(aim)}--${side} ${list}` };
  },
  iprange: (aim) => {
    const side = pickFrom(['src', 'dst'] as const, aim.pick);
    const { wire } = aim.packet;
    const { value, family } = aim.fits ? (side === 'src' ? wire.source : wire.destination) : elsewhere(aim);
    const to = formatAddress({ family, value: value + BigInt(aim.pick % 3) });
    return { text: `-m iprange ${not(aim)}--${side}-range ${formatAddress({ family, value })}-${to}` };
  },
  set: (aim) => {
    const [name, directions] = pickFrom(SETS[aim.pool.family], aim.pick);
    return { text: `-m set ${not(aim)}--match-set ${name} ${pickFrom(directions, aim.pick >> 3)}` };
  },
  addrtype: (aim) => {
    const side = pickFrom(['src', 'dst'], aim.pick);
    const types =
      aim.pool.family === 'ipv4'
        ? ['LOCAL', 'UNICAST', 'LOCAL', 'BROADCAST', 'LOCAL,BROADCAST']
        : ['LOCAL', 'UNICAST', 'LOCAL', 'MULTICAST', 'UNREACHABLE'];
    const limit = limitText(aim);
    return { text: `-m addrtype ${not(aim)}--${side}-type ${pickFrom(types, aim.pick >> 1)}${limit}` };
  },
  mark: (aim) => ({ text: `-m mark ${not(aim)}--mark ${markText(aim)}` }),
  connmark: (aim) => ({ text: `-m connmark ${not(aim)}--mark ${markText(aim)}` }),
  ctstate: (aim) => {
    const states = [
      'NEW',
      'ESTABLISHED',
      'RELATED,ESTABLISHED',
      'INVALID',
      'UNTRACKED',
      'DNAT',
      'SNAT',
      'NEW,ESTABLISHED,RELATED',
      'INVALID,NEW',
    ];
    const module = aim.pick % 7 === 6 ? 'state' : 'conntrack';
    const picked = pickFrom(states, aim.fits ? 0 : aim.pick);
    if (module === 'state' && !/NAT/.test(picked)) return { text: `-m state ${not(aim)}--state ${picked}` };
    return { text: `-m conntrack ${not(aim)}--ctstate ${picked}` };
  },
  ctproto: (aim) => {
    const number = aim.fits ? aim.packet.wire.protocol : 47;
    return { text: `-m conntrack ${not(aim)}--ctproto ${number}` };
  },
  ctaddress: (aim) => {
    const side = pickFrom(['origsrc', 'origdst', 'replsrc', 'repldst'] as const, aim.pick);
    const { source, destination } = aim.packet.wire;
    const address = side === 'origsrc' || side === 'repldst' ? source : destination;
    return { text: `-m conntrack ${not(aim)}--ct${side} ${prefixText(aim, address)}` };
  },
  ctport: (aim) => {
    const side = pickFrom(['origsrc', 'origdst', 'replsrc', 'repldst'] as const, aim.pick);
    const { sourcePort, destinationPort } = aim.packet.wire;
    if (sourcePort === null || destinationPort === null) return null;
    const port = side === 'origsrc' || side === 'repldst' ? sourcePort : destinationPort;
    return { text: `-m conntrack ${not(aim)}--ct${side}port ${aim.fits ? port : '2000:3000'}` };
  },
  ctstatus: (aim) => {
    const statuses = ['NONE', 'EXPECTED', 'SEEN_REPLY', 'ASSURED', 'CONFIRMED', 'SEEN_REPLY,CONFIRMED'];
    return { text: `-m conntrack ${not(aim)}--ctstatus ${pickFrom(statuses, aim.pick)}` };
  },
  ctdir: (aim) => ({ text: `-m conntrack --ctdir ${aim.fits ? 'ORIGINAL' : 'REPLY'}` }),
  helper: (aim) => ({ text: `-m helper ${not(aim)}--helper "ftp"` }),
  'statistic-random': (aim) => {
    const chance = pickFrom(['0.50000000000', '0.33333333349', '1.00000000000', '0.00000000000'], aim.pick);
    return { text: `-m statistic --mode random ${not(aim)}--probability ${chance}` };
  },
  'statistic-nth': (aim) => ({
    text: `-m statistic --mode nth ${not(aim)}--every ${(aim.pick % 3) + 1} --packet 0`,
  }),
  recent: (aim) => {
    const action = pickFrom(['--set', '--rcheck', '--update', '--remove', '--rcheck'], aim.pick);
    const list = pickFrom(['kpa', 'kpb'], aim.pick >> 3);
    const side = pickFrom(['--rsource', '--rsource', '--rdest'], aim.pick >> 4);
    return { text: `-m recent ${not(aim)}${action} --name ${list} ${side}` };
  },
  'owner-socket': (aim) => ownerText(aim, '--socket-exists'),
  'owner-uid': (aim) => ownerText(aim, `--uid-owner ${aim.fits ? 0 : 1337}`),
  'owner-gid': (aim) => ownerText(aim, `--gid-owner ${aim.fits ? 0 : 1337}`),
  pkttype: (aim) => ({
    text: `-m pkttype ${not(aim)}--pkt-type ${aim.fits ? 'unicast' : pickFrom(['broadcast', 'multicast'], aim.pick)}`,
  }),
  mac: (aim) => {
    if (aim.packet.from === 'node' || aim.hooks.some((hook) => hook === 'OUTPUT' || hook === 'POSTROUTING'))
      return null;
    const mac = aim.fits ? NEIGHBOURS[aim.packet.from].mac : '02:00:00:00:09:09';
    return { text: `-m mac ${not(aim)}--mac-source ${mac}` };
  },
  'physdev-is': (aim) => {
    const forwarding = aim.hooks.every((hook) => hook === 'FORWARD' || hook === 'POSTROUTING');
    const what = pickFrom(forwarding ? ['in', 'bridged', 'out'] : ['in'], aim.pick);
    return { text: `-m physdev ${not(aim)}--physdev-is-${what}` };
  },
  'physdev-name': (aim) => {
    const name = pickFrom(['pod1', 'pod+', 'eth0', 'pod2'], aim.pick);
    return { text: `-m physdev ${not(aim)}--physdev-in ${name}` };
  },
  devgroup: (aim) => {
    const early = aim.hooks.every((hook) => hook === 'PREROUTING' || hook === 'INPUT' || hook === 'FORWARD');
    if (!early) return null;
    return { text: `-m devgroup ${not(aim)}--src-group ${aim.fits ? '0x0' : '0x7'}` };
  },
  rpfilter: (aim) => {
    if (aim.table !== 'raw' && aim.table !== 'mangle') return null;
    if (aim.hooks.some((hook) => hook !== 'PREROUTING')) return null;
    const options = pickFrom(
      ['', '--loose', '--validmark', '--accept-local', '--loose --validmark'],
      aim.pick,
    );
    return { text: `-m rpfilter ${options} ${aim.negated ? '--invert' : ''}` };
  },
  length: (aim) => {
    const length = lengthOf(aim.packet.wire);
    return {
      text: `-m length ${not(aim)}--length ${aim.fits ? pickFrom([`${length}`, `0:${length}`, `${length}:65535`], aim.pick) : '1000:1400'}`,
    };
  },
  ttl: (aim) => {
    const { ttl } = aim.packet.wire;
    const module = aim.pool.family === 'ipv4' ? 'ttl' : 'hl';
    const operator = pickFrom(['eq', 'lt', 'gt'], aim.pick);
    const value =
      operator === 'eq' ? ttl - (aim.pick % 2) : operator === 'lt' ? Math.min(255, ttl + 1) : ttl - 2;
    const negated = operator === 'eq' ? not(aim) : '';
    return {
      text: `-m ${module} ${negated}--${module}-${operator} ${aim.fits ? Math.max(0, value) : pickFrom([10, 200], aim.pick)}`,
    };
  },
  dscp: (aim) => ({
    text: `-m dscp ${not(aim)}--dscp 0x${(aim.fits ? aim.packet.wire.tos >> 2 : 0x0a).toString(16)}`,
  }),
  tos: (aim) => ({
    text: `-m tos ${not(aim)}--tos ${aim.fits ? `0x${aim.packet.wire.tos.toString(16)}/0xff` : pickFrom(['0x10/0x3f', '0x08/0x0c'], aim.pick)}`,
  }),
  comment: (aim) => ({
    text: `-m comment --comment "${pickFrom(['plain', 'two words', '! -s 1.2.3.4', '\\"q\\"'], aim.pick)}"`,
  }),
  // Answers that no capture holds: the kernel's way must be one of the two.
  'tcp-option': (aim) =>
    aim.packet.wire.protocol === TCP ? { protocol: TCP, text: `-m tcp ${not(aim)}--tcp-option 2` } : null,
  ecn: (aim) =>
    aim.pool.family === 'ipv4' ? { text: `-m ecn ${not(aim)}--ecn-ip-ect ${aim.pick % 4}` } : null,
  limit: () => ({ text: '-m limit --limit 1/min --limit-burst 2' }),
  u32: (aim) => ({
    text: `-m u32 ${not(aim)}--u32 "0x0>>0x1c=${aim.fits ? (aim.pool.family === 'ipv4' ? '0x4' : '0x6') : '0x1'}"`,
  }),
  connbytes: (aim) => ({
    text: `-m connbytes ${not(aim)}--connbytes ${aim.fits ? '0:1' : '2:9'} --connbytes-mode packets --connbytes-dir ${pickFrom(['original', 'both'], aim.pick)}`,
  }),
  ctexpire: (aim) => ({ text: `-m conntrack ${not(aim)}--ctexpire 0:${aim.fits ? 600_000 : 1}` }),
} satisfies Readonly<Record<string, Writer>>;

export type MatchName = keyof typeof MATCHES;

/** @returns a match of this kind, or null where the kernel would refuse it. */
export function writeMatch(name: MatchName, aim: Aim): MatchText | null {
  const writer: Writer = MATCHES[name];
  return writer(aim);
}
