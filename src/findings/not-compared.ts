import { entersServices } from '../explain/proxies/enters-services.ts';
import { type FoundProxy, proxyText } from '../explain/proxies/find-proxies.ts';
import { silentAbout } from '../explain/proxies/not-captured.ts';
import type { Known } from '../explain/question/question.ts';
import { kubeProxyTables } from '../explain/services/nft/kube-proxy-tables.ts';
import { IpvsTable } from '../ipvs/table.ts';
import type { CheckInput } from './check-input.ts';
import type { ExpectedPort } from './expected/expected-port.ts';

/** In IPVS mode the sets decide with the rules: without them each rule may match. */
const NO_SETS = 'the capture has no ipsets, which the rules of IPVS mode ask';

/** In nftables mode. */
const NO_TABLE = 'kube-proxy runs in nftables mode, and nft lists no whole table of it';

/** nft shows a part of what rules of iptables ask. */
const NO_DUMP =
  'the rules of iptables were not captured (`iptables-save -c`, `ip6tables-save -c`): nft does not list all that they ask';

/** The API server itself writes that one (pkg/controlplane/reconcilers). */
const NO_SERVICES =
  'the list of Services is empty, and every cluster has default/kubernetes: it was taken from elsewhere, or by somebody who may not list them';

/** Why the rules of other proxy modes are not compared with the API. */
export const MODE_REASONS: Readonly<Record<'nftables' | 'ipvs' | 'userspace', string>> = {
  nftables: 'kube-proxy runs in nftables mode, and its rules were not captured (`nft -j list ruleset`)',
  ipvs: 'kube-proxy runs in IPVS mode, and IPVS was not captured (`ipvsadm-save -n`)',
  userspace: 'kube-proxy runs in userspace mode, where no rule names an endpoint',
};

/** What is asked about one capture. */
interface Matter {
  readonly known: Known;
  readonly input: CheckInput;
  readonly expected: readonly ExpectedPort[] | null;
  /** Proxies that may serve in kube-proxy's place. */
  readonly standIns: readonly FoundProxy[];
}

/** @returns why the rules are not compared with the API at all; null where they are. */
export function whyNotCompared(matter: Matter): string | null {
  const { known, input, expected, standIns } = matter;
  const { proxyMode, rulesets, ipvs } = known;
  if (proxyMode === 'none') return `no rules of kube-proxy were found${whoElse(matter)}`;
  const inIpvs = proxyMode === 'ipvs' && ipvs instanceof IpvsTable && !ipvs.incomplete;
  const inNft = proxyMode === 'nftables' && kubeProxyTables(known).some(({ cut }) => !cut);
  if (proxyMode !== 'iptables' && !inIpvs && !inNft)
    return proxyMode === 'nftables' && known.nft != null ? NO_TABLE : MODE_REASONS[proxyMode];
  if (inIpvs && known.host.ipsets === null) return NO_SETS;
  const cut = input.cutInputs ?? [];
  if (cut.length > 0) return `not all of ${cut.join(', ')} could be read`;
  if (input.known.cluster.olderEndpointsOnly === true)
    return 'the capture has Endpoints and no EndpointSlices, which kube-proxy goes by';
  if (input.known.cluster.services?.length === 0) return NO_SERVICES;
  if (expected === null) return 'the capture has no Services or no EndpointSlices';
  if (inNft) return null;
  if (rulesets.length === 0 && known.nft != null) return NO_DUMP;
  if (rulesets.every(({ form }) => form !== 'save')) return 'a listing shows only a part of the rules';
  if (!rulesets.some(({ tables }) => tables.has('nat'))) return 'the capture has no nat table';
  if (!inIpvs && standIns.length > 0 && !rulesets.some(entersServices))
    return `no rule of kube-proxy is for any Service${whoElse(matter)}`;
  return null;
}

/** Who else may carry Services, or what would tell: the end of a clause. */
function whoElse({ known, standIns }: Matter): string {
  if (standIns.length > 0)
    return `, and ${standIns.map(proxyText).join('; ')}, which kp-explain does not follow`;
  const silent = silentAbout(known, 'ipv4');
  return silent === null ? '' : `, and what else may carry Services was not captured: ${silent.text}`;
}
