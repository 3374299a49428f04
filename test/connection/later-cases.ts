/** Rules of a node between a client and a pod, and what becomes of a TCP connection that opens through them. */
export interface LaterCase {
  readonly name: string;
  /** Lines of filter FORWARD, whose policy is DROP; POD stands for the pod's address. */
  readonly filter: readonly string[];
  readonly raw?: readonly string[];
  readonly mangle?: readonly string[];
  readonly sees: 'works' | 'times-out' | 'refused';
}

const BACK = '-A FORWARD -s POD -j ACCEPT';
const ESTABLISHED = '-A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT';

/** Asked of the tracer by later-requests.test.ts, of the kernel by test/kernel/later-kernel.test.ts. */
export const LATER_CASES: readonly LaterCase[] = [
  {
    name: 'NEW and answers may pass, what follows may not',
    filter: ['-A FORWARD -d POD -m conntrack --ctstate NEW -j ACCEPT', BACK],
    sees: 'times-out',
  },
  {
    name: 'NEW and ESTABLISHED may pass',
    filter: ['-A FORWARD -d POD -m conntrack --ctstate NEW -j ACCEPT', ESTABLISHED],
    sees: 'works',
  },
  {
    name: 'SYN and answers may pass, what follows may not',
    filter: ['-A FORWARD -d POD -p tcp -m tcp --syn -j ACCEPT', BACK],
    sees: 'times-out',
  },
  {
    name: 'an ACK without data is dropped, and data passes',
    filter: [
      '-A FORWARD -d POD -p tcp -m tcp --tcp-flags SYN,RST,FIN,PSH,ACK ACK -j DROP',
      '-A FORWARD -j ACCEPT',
    ],
    sees: 'works',
  },
  {
    name: 'what is ESTABLISHED is refused on its way to the pod',
    filter: [
      '-A FORWARD -d POD -p tcp -m conntrack --ctstate ESTABLISHED -j REJECT --reject-with tcp-reset',
      '-A FORWARD -j ACCEPT',
    ],
    sees: 'refused',
  },
  {
    name: 'answers are not tracked, and INVALID is dropped',
    raw: ['-A PREROUTING -s POD -j CT --notrack'],
    filter: ['-A FORWARD -m conntrack --ctstate INVALID -j DROP', '-A FORWARD -j ACCEPT'],
    sees: 'times-out',
  },
  {
    name: 'answers are not tracked, and INVALID passes',
    raw: ['-A PREROUTING -s POD -j CT --notrack'],
    filter: ['-A FORWARD -j ACCEPT'],
    sees: 'works',
  },
  {
    name: 'the answer marks the connection, and what is marked is dropped',
    mangle: ['-A PREROUTING -s POD -j CONNMARK --set-mark 0x7'],
    filter: ['-A FORWARD -d POD -m connmark --mark 0x7 -j DROP', '-A FORWARD -j ACCEPT'],
    sees: 'times-out',
  },
  {
    name: 'the first packet marks the connection, and only what is marked passes',
    mangle: ['-A PREROUTING -d POD -m conntrack --ctstate NEW -j CONNMARK --set-mark 0x7'],
    filter: ['-A FORWARD -m connmark --mark 0x7 -j ACCEPT'],
    sees: 'works',
  },
  {
    name: 'neither way is tracked, and only what is not tracked passes',
    raw: ['-A PREROUTING -s POD -j CT --notrack', '-A PREROUTING -d POD -j CT --notrack'],
    filter: ['-A FORWARD -m conntrack --ctstate UNTRACKED -j ACCEPT'],
    sees: 'works',
  },
  {
    name: 'a SYN alone is not tracked: what follows it is NEW, and NEW is dropped',
    raw: ['-A PREROUTING -d POD -p tcp -m tcp --syn -j CT --notrack'],
    filter: ['-A FORWARD -d POD -m conntrack --ctstate NEW -j DROP', '-A FORWARD -j ACCEPT'],
    sees: 'times-out',
  },
  {
    name: 'what is ESTABLISHED is refused by an ICMP error, of which an open connection only takes note',
    filter: [
      '-A FORWARD -d POD -p tcp -m conntrack --ctstate ESTABLISHED -j REJECT --reject-with icmp-port-unreachable',
      '-A FORWARD -j ACCEPT',
    ],
    sees: 'times-out',
  },
  {
    name: 'a SYN enters its sender in a list, and who is in it is dropped',
    filter: [
      '-A FORWARD -d POD -m conntrack --ctstate ESTABLISHED -m recent --rcheck --name later --mask 255.255.255.255 --rsource -j DROP',
      '-A FORWARD -d POD -m recent --set --name later --mask 255.255.255.255 --rsource',
      '-A FORWARD -j ACCEPT',
    ],
    sees: 'times-out',
  },
];
