import { ProblemList } from '../../src/problems/problem.ts';
import { redact } from '../../src/redact/redact.ts';
import type { RedactInput } from '../../src/redact/redact-input.ts';
import type { Parser } from './parser.ts';
import * as seeds from './seeds.ts';

/** A word that stands in each seed where a name of the owner's would, and that no result may hold. */
const SECRET = 'zanzibar';

const redacted =
  (kind: RedactInput['kind']) =>
  async (text: string): Promise<void> => {
    const { files } = await redact(
      [{ path: 'x', name: 'x', kind, bytes: Buffer.from(text) }],
      new ProblemList(),
      'key',
    );
    for (const { bytes } of files) {
      const text = bytes.toString('utf8');
      const at = text.toLowerCase().indexOf(SECRET);
      if (at >= 0) throw new Error(`a name is left: ${text.slice(Math.max(0, at - 60), at + 60)}`);
    }
  };

const withSecret = (text: string): string =>
  text.replaceAll(/\b(?:shop|eth0|cni0|cilium|node-1|node-2|filter_FORWARD|firewalld)\b/g, SECRET);

const target = (name: string, form: Parser['form'], kind: RedactInput['kind'], seed: string): Parser => ({
  name: `${name}, to be redacted`,
  form,
  seed: withSecret(seed),
  run: redacted(kind),
});

/** What takes out whose capture it is, of every kind of file. */
export const REDACTIONS: readonly Parser[] = [
  target('iptables-save', 'lines', 'iptables-save', seeds.fixture('iptables/extensions-v4-nft.txt')),
  target(
    'iptables-save of kube-proxy',
    'lines',
    'iptables-save',
    seeds.fixture('attack/iptables/iptables-save.txt'),
  ),
  target(
    'iptables -L',
    'lines',
    'iptables-listing',
    seeds.fixture('listings/ipv4-nat-L-n-v-line-numbers.txt'),
  ),
  target('flows', 'lines', 'conntrack', seeds.FLOWS),
  target('sets', 'lines', 'ipset', seeds.SETS),
  target('ip -j addr', 'json', 'ip-addr', seeds.LINKS_JSON),
  target('ip -j route', 'json', 'ip-route', seeds.ROUTES_JSON),
  target('ip -j rule', 'json', 'ip-rule', seeds.POLICY_JSON),
  target('ip route', 'lines', 'ip-route', seeds.ROUTES),
  target('nft -j', 'json', 'nft', seeds.NFT_ODD_JSON),
  target('nft -j of kube-proxy', 'json', 'nft', seeds.NFT_JSON),
  target('nft text', 'lines', 'nft', seeds.NFT_TEXT),
  target('ip -j addrlabel', 'json', 'ip-addrlabel', seeds.LABELS_JSON),
  target('ip xfrm policy', 'lines', 'ip-xfrm-policy', seeds.XFRM),
  target('flows that are expected', 'lines', 'conntrack-expect', seeds.EXPECTED_FLOWS),
  target('nft hooks', 'lines', 'nft-hooks', seeds.HOOKS),
  target('ipvsadm-save', 'lines', 'ipvs', seeds.IPVS_SAVED),
  target('ipvsadm -Ln', 'lines', 'ipvs', seeds.IPVS_LISTED),
  target('/proc/net/ip_vs', 'lines', 'ipvs', seeds.IPVS_PROC),
  target('ipvsadm -Lnc', 'lines', 'ipvs-connections', seeds.IPVS_FLOWS),
  target('sysctl', 'lines', 'sysctl', seeds.fixture('demo/sysctl.txt')),
  target('xt_recent', 'lines', 'recent', seeds.RECENT),
  target('a manifest', 'json', 'manifest', seeds.fixture('demo/capture.json')),
  target('objects in YAML', 'lines', 'kubernetes', seeds.YAML),
  target('Services', 'json', 'kubernetes', seeds.fixture('attack/iptables/services.json')),
  target('Pods', 'json', 'kubernetes', seeds.fixture('attack/iptables/pods.json')),
];
