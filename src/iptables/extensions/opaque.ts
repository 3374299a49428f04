import type { OpaqueModule } from '../match.ts';
import type { Part } from '../part.ts';
import { type Arity, type MatchModule, textOf } from './extension.ts';

/** Options of the modules whose question no capture can answer. What they ask stays text. */
const OPTIONS: Readonly<
  Record<Exclude<OpaqueModule, 'nfacct-list' | 'ipvs' | 'connbytes' | 'connlabel'>, Arity>
> = {
  ah: { '--ahspi': 1, '--ahlen': 1, '--ahres': 0 },
  bpf: { '--bytecode': 1, '--object-pinned': 1 },
  cgroup: { '--path': 1, '--cgroup': 1 },
  cluster: {
    '--cluster-total-nodes': 1,
    '--cluster-local-node': 1,
    '--cluster-local-nodemask': 1,
    '--cluster-hash-seed': 1,
  },
  connlimit: {
    '--connlimit-upto': 1,
    '--connlimit-above': 1,
    '--connlimit-mask': 1,
    '--connlimit-saddr': 0,
    '--connlimit-daddr': 0,
  },
  cpu: { '--cpu': 1 },
  dst: { '--dst-len': 1, '--dst-opts': 1, '--dst-not-strict': 0 },
  esp: { '--espspi': 1 },
  eui64: {},
  frag: {
    '--fragid': 1,
    '--fraglen': 1,
    '--fragres': 0,
    '--fragfirst': 0,
    '--fragmore': 0,
    '--fraglast': 0,
  },
  hashlimit: {
    '--hashlimit': 1,
    '--hashlimit-upto': 1,
    '--hashlimit-above': 1,
    '--hashlimit-burst': 1,
    '--hashlimit-mode': 1,
    '--hashlimit-srcmask': 1,
    '--hashlimit-dstmask': 1,
    '--hashlimit-name': 1,
    '--hashlimit-htable-size': 1,
    '--hashlimit-htable-max': 1,
    '--hashlimit-htable-gcinterval': 1,
    '--hashlimit-htable-expire': 1,
    '--hashlimit-rate-match': 0,
    '--hashlimit-rate-interval': 1,
  },
  hbh: { '--hbh-len': 1, '--hbh-opts': 1, '--hbh-not-strict': 0 },
  ipcomp: { '--ipcompspi': 1, '--compres': 0 },
  ipv6header: { '--header': 1, '--soft': 0 },
  limit: { '--limit': 1, '--limit-burst': 1 },
  mh: { '--mh-type': 1 },
  osf: { '--genre': 1, '--ttl': 1, '--log': 1, '--smart': 0, '--connector': 0 },
  policy: {
    '--dir': 1,
    '--pol': 1,
    '--strict': 0,
    '--reqid': 1,
    '--spi': 1,
    '--proto': 1,
    '--mode': 1,
    '--tunnel-src': 1,
    '--tunnel-dst': 1,
    '--next': 0,
  },
  quota: { '--quota': 1 },
  rateest: {
    '--rateest': 1,
    '--rateest1': 1,
    '--rateest2': 1,
    '--rateest-delta': 0,
    '--rateest-bps': -1,
    '--rateest-pps': -1,
    '--rateest-bps1': -1,
    '--rateest-pps1': -1,
    '--rateest-bps2': -1,
    '--rateest-pps2': -1,
    '--rateest-lt': 0,
    '--rateest-gt': 0,
    '--rateest-eq': 0,
  },
  realm: { '--realm': 1 },
  rt: {
    '--rt-type': 1,
    '--rt-segsleft': 1,
    '--rt-len': 1,
    '--rt-0-res': 0,
    '--rt-0-addrs': 1,
    '--rt-0-not-strict': 0,
  },
  socket: { '--nowildcard': 0, '--transparent': 0, '--restore-skmark': 0 },
  srh: {
    '--srh-next-hdr': 1,
    '--srh-hdr-len-eq': 1,
    '--srh-hdr-len-gt': 1,
    '--srh-hdr-len-lt': 1,
    '--srh-segs-left-eq': 1,
    '--srh-segs-left-gt': 1,
    '--srh-segs-left-lt': 1,
    '--srh-last-entry-eq': 1,
    '--srh-last-entry-gt': 1,
    '--srh-last-entry-lt': 1,
    '--srh-tag': 1,
    '--srh-psid': 1,
    '--srh-nsid': 1,
    '--srh-lsid': 1,
  },
  string: { '--from': 1, '--to': 1, '--algo': 1, '--icase': 0, '--string': 1, '--hex-string': 1 },
  time: {
    '--datestart': 1,
    '--datestop': 1,
    '--timestart': 1,
    '--timestop': 1,
    '--monthdays': 1,
    '--weekdays': 1,
    '--contiguous': 0,
    '--kerneltz': 0,
    '--utc': 0,
    '--localtz': 0,
  },
  u32: { '--u32': 1 },
  unclean: {},
};

/** Matches where the bucket is dry, and takes from it where it does not match (xt_hashlimit.c, xt_quota.c). */
function isOver({ flag, bang }: Part): boolean {
  return flag.text === '--hashlimit-above' || (flag.text === '--quota' && bang !== null);
}

/** @returns the modules that are recognised and answered `unknown`, each as one match with all of its options. */
export function opaqueModules(): Record<string, MatchModule> {
  const modules: Record<string, MatchModule> = {};
  for (const name of Object.keys(OPTIONS) as (keyof typeof OPTIONS)[]) {
    const read: MatchModule['read'] = (parts) => [
      {
        ...{ kind: 'opaque', negated: false, module: name, text: textOf(name, parts) },
        ...(parts.some(isOver) ? { takes: 'not-matched' } : {}),
      },
    ];
    modules[name] = { arity: OPTIONS[name], read };
  }
  return modules;
}
