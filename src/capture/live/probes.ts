import { type CommandLimits, LARGEST_OUTPUT } from './command-result.ts';
import { SYSCTL_NAMES } from './sysctls.ts';

/** One command that gives one file of the capture. All of them only read. */
export interface Probe {
  /** The file of the capture folder. */
  readonly file: string;
  readonly argv: readonly string[];
  /** The same under another name, where the first does not exist. */
  readonly otherwise?: readonly string[];
  /** The package that usually holds the program. */
  readonly packageName: string;
  readonly limits: CommandLimits;
  /** When it is run, as a clause after "only", where some questions or nodes do without it; null: none does. */
  readonly only: string | null;
  /** What the answer lacks without it, as a clause after "so". */
  readonly lost: string;
  /** Printing nothing is an answer, and makes an empty file: there is none of what it lists. */
  readonly mayBeEmpty?: true;
  /** Run its argument list anew where the output lacks its end: a dump without COMMIT. */
  readonly isDump?: true;
}

const MIB = 1024 * 1024;
const QUICK: CommandLimits = { timeoutMs: 20_000, maxBytes: 64 * MIB };
const DUMP: CommandLimits = { timeoutMs: 90_000, maxBytes: LARGEST_OUTPUT };

/** The dump of a machine that has both backends, by the program of one of them. */
function save(program: string, file: string, only: string | null, lost: string): Probe {
  const multi = program.includes('legacy') ? 'xtables-legacy-multi' : 'xtables-nft-multi';
  return {
    file,
    argv: [program, '-c'],
    ...(only === null ? {} : { otherwise: [multi, program.replace(/-(legacy|nft)/, ''), '-c'] }),
    packageName: 'iptables',
    limits: DUMP,
    only,
    lost,
    isDump: true,
  };
}

const LEGACY_V4 =
  'where iptables-save is the nft one and /proc/net/ip_tables_names is not empty: legacy tables are never created';
const LEGACY_V6 =
  'where ip6tables-save is the nft one and /proc/net/ip6_tables_names is not empty: legacy tables are never created';
const NFT = 'where iptables-save is the legacy one and nf_tables holds tables of iptables-nft';

/** `iptables --version` names the backend: `iptables v1.8.9 (nf_tables)`. */
export const VERSION_PROBE: Omit<Probe, 'file'> = {
  argv: ['iptables', '--version'],
  packageName: 'iptables',
  limits: QUICK,
  only: 'where no dump tells which iptables wrote it',
  lost: 'the version of iptables is not known',
};

/** The rules, which every question needs. */
export const RULES = {
  v4: save('iptables-save', 'iptables-save.txt', null, 'there are no IPv4 rules to answer from'),
  v6: save('ip6tables-save', 'ip6tables-save.txt', null, 'nothing is known of IPv6 rules'),
  legacyV4: save(
    'iptables-legacy-save',
    'iptables-legacy-save.txt',
    LEGACY_V4,
    'the legacy IPv4 rules are not in the answer',
  ),
  legacyV6: save(
    'ip6tables-legacy-save',
    'ip6tables-legacy-save.txt',
    LEGACY_V6,
    'the legacy IPv6 rules are not in the answer',
  ),
  nftV4: save(
    'iptables-nft-save',
    'iptables-save.txt',
    NFT,
    'the IPv4 rules of iptables-nft are not in the answer',
  ),
  nftV6: save(
    'ip6tables-nft-save',
    'ip6tables-save.txt',
    NFT,
    'the IPv6 rules of iptables-nft are not in the answer',
  ),
} as const;

function ip(file: string, args: string, lost: string): Probe {
  return { file, argv: ['ip', ...args.split(' ')], packageName: 'iproute2', limits: QUICK, only: null, lost };
}

/** The node's addresses, which names need too. */
export const ADDRESSES = ip('ip-addr.json', '-j -d addr', 'which addresses are the node’s own is not known');

/** What a trace asks of the node besides rules. */
export const HOST: readonly Probe[] = [
  ip('ip-route.json', '-j route show table all', 'a route to every IPv4 destination is taken for granted'),
  ip(
    'ip6-route.json',
    '-j -6 route show table all',
    'a route to every IPv6 destination is taken for granted',
  ),
  ip('ip-rule.json', '-j rule', 'the kernel’s default policy rules are taken for granted'),
  ip('ip6-rule.json', '-j -6 rule', 'the kernel’s default IPv6 policy rules are taken for granted'),
  {
    file: 'sysctl.txt',
    argv: ['sysctl', '-e', ...SYSCTL_NAMES],
    packageName: 'procps',
    limits: QUICK,
    only: null,
    lost: 'forwarding, rp_filter, route_localnet and the bridge switches are not known',
  },
  {
    file: 'sockets.txt',
    argv: ['ss', '-ltnu'],
    packageName: 'iproute2',
    limits: QUICK,
    only: null,
    lost: 'whether a process of the node listens where a packet arrives is not known',
  },
];

/**
 * What few nodes have, and what else may decide about a packet: which source an IPv6 packet takes, and what IPsec does with it.
 * Old or small programs of `ip` know neither, and then it is not captured; keys of IPsec (`ip xfrm state`) are never asked for.
 */
export const SELDOM: readonly Probe[] = [
  ip('ip-addrlabel.json', '-j addrlabel', 'the kernel’s default address labels are taken for granted'),
  {
    ...ip('ip-xfrm-policy.txt', 'xfrm policy', 'whether IPsec takes packets is not known'),
    mayBeEmpty: true,
  },
];

/** Flows that a helper (FTP, SIP, …) expects: file of a capture and of the kernel. */
export const EXPECTATIONS = {
  file: 'conntrack-expect.txt',
  path: '/proc/net/nf_conntrack_expect',
  only: 'where flows are needed',
} as const;

/** When it is worth to ask for kube-proxy's mode, and for what it writes in another. */
export const OTHER_MODE = 'where no rule is of kube-proxy’s iptables mode';

/** nf_tables' own view: base chains, native tables, kube-proxy's nftables mode. */
export const NFT_RULESET: Probe = {
  file: 'nft.json',
  argv: ['nft', '-j', 'list', 'ruleset'],
  packageName: 'nftables',
  limits: { timeoutMs: 60_000, maxBytes: 256 * MIB },
  only: OTHER_MODE,
  lost: 'native nftables rules are not known',
};

/** In what order hooks run that have one priority (kernel 5.15; older ones refuse, and then it is taken for granted). */
export const NFT_HOOKS: Probe = {
  file: 'nft-hooks.txt',
  argv: ['nft', 'list', 'hooks'],
  packageName: 'nftables',
  limits: QUICK,
  only: 'where nft lists its rules',
  lost: 'the order of hooks with one priority is taken for granted',
};

/** The sets that rules ask. */
export const IPSETS: Probe = {
  file: 'ipset.txt',
  argv: ['ipset', 'save'],
  packageName: 'ipset',
  limits: { timeoutMs: 30_000, maxBytes: 256 * MIB },
  only: 'where rules ask a set (--match-set)',
  lost: 'rules that ask a set give both ways',
};

/** IPVS' virtual servers. */
export const IPVS: Probe = {
  file: 'ipvsadm.txt',
  argv: ['ipvsadm-save', '-n'],
  packageName: 'ipvsadm',
  limits: QUICK,
  only: 'where /proc/net/ip_vs exists: the module is never loaded for it',
  lost: 'the virtual servers of IPVS are not known',
};

/** What IPVS remembers: which real server each connection has, and which each client keeps. */
export const IPVS_CONNECTIONS: Probe = {
  file: 'ipvsadm-connections.txt',
  argv: ['ipvsadm', '-Lnc'],
  packageName: 'ipvsadm',
  limits: { timeoutMs: 60_000, maxBytes: LARGEST_OUTPUT },
  only: 'where /proc/net/ip_vs exists: the module is never loaded for it',
  lost: 'which real server IPVS keeps a client or a connection at is not known',
};

/** Every flow, by family. */
export const FLOWS: readonly Probe[] = [flowsOf('ipv4', []), flowsOf('ipv6', [])];

/**
 * Tells what comes and goes until it is ended. The buffer holds what the kernel tells faster than it is read; the kernel has
 * what is not read by then lost, and conntrack says so.
 */
export const FLOW_EVENTS: Omit<Probe, 'file'> = {
  argv: ['conntrack', '-E', '-o', 'timestamp', '-b', String(8 * MIB)],
  packageName: 'conntrack',
  limits: QUICK,
  only: null,
  lost: 'what comes and goes is not told',
};

/** Counters of conntrack, by CPU. */
export const FLOW_STATS: Probe = {
  file: 'conntrack-stats.txt',
  argv: ['conntrack', '-S'],
  packageName: 'conntrack',
  limits: QUICK,
  only: null,
  lost: 'conntrack’s counters are not known',
};

/**
 * The flows of one family.
 * @param filter options of conntrack that choose among them: `['--orig-dst', '10.96.0.10']`. @param only see `Probe`
 */
export function flowsOf(
  family: 'ipv4' | 'ipv6',
  filter: readonly string[],
  only: string | null = null,
): Probe {
  const argv = ['conntrack', '-L', ...(family === 'ipv6' ? ['-f', 'ipv6'] : []), ...filter];
  return {
    file: family === 'ipv6' ? 'conntrack6.txt' : 'conntrack.txt',
    argv,
    packageName: 'conntrack',
    limits: { timeoutMs: 120_000, maxBytes: LARGEST_OUTPUT },
    only,
    lost: 'live flows are not known',
  };
}

/** The versions of the other tools, for the manifest. */
export const VERSIONS: readonly Omit<Probe, 'file'>[] = ['nft', 'conntrack', 'ipset', 'ip'].map(
  (program) => ({
    // iproute2 knows no long form before 5.0.
    argv: [program, program === 'ip' ? '-V' : '--version'],
    packageName: program,
    limits: QUICK,
    only: null,
    lost: `the version of ${program} is not known`,
  }),
);
