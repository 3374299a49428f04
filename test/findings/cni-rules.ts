import { appendRules, type Edit, insertRules } from './altered-capture.ts';

/** Rules that others write on nodes where Services work, as their dumps show them: `check` must have nothing to say of them. */

const comment = (text: string): string => `-m comment --comment "${text}"`;
const calico = (...rules: readonly string[]): string[] =>
  rules.map((rule, index) => `${comment(`cali:x${index}`)} ${rule}`);

const CALICO: readonly Edit[] = [
  insertRules('filter', 'FORWARD', ...calico('-j cali-FORWARD')),
  appendRules(
    'filter',
    'FORWARD',
    ...calico(
      '-m comment --comment "Policy explicitly accepted packet." -m mark --mark 0x10000/0x10000 -j ACCEPT',
      '-j MARK --set-xmark 0x10000/0x10000',
    ),
  ),
  appendRules(
    'filter',
    'cali-FORWARD',
    ...calico(
      '-j MARK --set-xmark 0x0/0xe0000',
      '-i cali+ -j cali-from-wl-dispatch',
      '-o cali+ -j cali-to-wl-dispatch',
    ),
  ),
  appendRules(
    'filter',
    'cali-from-wl-dispatch',
    ...calico('-m comment --comment "Unknown interface" -j DROP'),
  ),
  appendRules('filter', 'cali-to-wl-dispatch', ...calico('-m comment --comment "Unknown interface" -j DROP')),
  insertRules('nat', 'POSTROUTING', ...calico('-j cali-POSTROUTING')),
  appendRules(
    'nat',
    'cali-POSTROUTING',
    ...calico(
      '-m set --match-set cali40masq-ipam-pools src -m set ! --match-set cali40all-ipam-pools dst -j MASQUERADE --random-fully',
      '-o tunl0 -m addrtype ! --src-type LOCAL --limit-iface-out -m addrtype --src-type LOCAL -j MASQUERADE --random-fully',
    ),
  ),
  appendRules('raw', 'PREROUTING', ...calico('-j cali-PREROUTING')),
  appendRules(
    'raw',
    'cali-PREROUTING',
    ...calico(
      '-j MARK --set-xmark 0x0/0xf0000',
      '-i cali+ -j MARK --set-xmark 0x40000/0x40000',
      '-m mark --mark 0x40000/0x40000 -m rpfilter --validmark --invert -j DROP',
    ),
  ),
];

/** A network policy that lets nobody to some pods. */
const CALICO_POLICY: readonly Edit[] = [
  insertRules('filter', 'FORWARD', ...calico('-j cali-FORWARD')),
  appendRules(
    'filter',
    'cali-FORWARD',
    ...calico('-d 10.244.1.11/32 -j cali-tw-cali1', '-d 10.244.2.11/32 -j cali-tw-cali1'),
  ),
  appendRules(
    'filter',
    'cali-tw-cali1',
    ...calico('-m comment --comment "Drop if no profiles matched" -j DROP'),
  ),
];

const FLANNEL: readonly Edit[] = [
  appendRules('nat', 'POSTROUTING', `${comment('flanneld masq')} -j FLANNEL-POSTRTG`),
  appendRules(
    'nat',
    'FLANNEL-POSTRTG',
    `-m mark --mark 0x4000/0x4000 ${comment('flanneld masq')} -j RETURN`,
    `-s 10.244.1.0/24 -d 10.244.0.0/16 ${comment('flanneld masq')} -j RETURN`,
    `-s 10.244.0.0/16 -d 10.244.1.0/24 ${comment('flanneld masq')} -j RETURN`,
    `-s 10.244.0.0/16 ! -d 224.0.0.0/4 ${comment('flanneld masq')} -j MASQUERADE --random-fully`,
  ),
  appendRules('filter', 'FORWARD', `${comment('flanneld forward')} -j FLANNEL-FWD`),
  appendRules('filter', 'FLANNEL-FWD', '-s 10.244.0.0/16 -j ACCEPT', '-d 10.244.0.0/16 -j ACCEPT'),
];

const AWS: readonly Edit[] = [
  appendRules(
    'mangle',
    'PREROUTING',
    `-i eth0 ${comment('AWS, primary ENI')} -m addrtype --dst-type LOCAL --limit-iface-in -j CONNMARK --set-xmark 0x80/0x80`,
    `-i eni+ ${comment('AWS, primary ENI')} -j CONNMARK --restore-mark --nfmask 0x80 --ctmask 0x80`,
  ),
  appendRules(
    'nat',
    'PREROUTING',
    `-i eni+ ${comment('AWS, outbound connections')} -j AWS-CONNMARK-CHAIN-0`,
    `${comment('AWS, CONNMARK')} -j CONNMARK --restore-mark --nfmask 0x80 --ctmask 0x80`,
  ),
  appendRules('nat', 'AWS-CONNMARK-CHAIN-0', '-d 10.0.0.0/8 -j RETURN', '-j CONNMARK --set-xmark 0x80/0x80'),
  appendRules('nat', 'POSTROUTING', `${comment('AWS SNAT CHAIN')} -j AWS-SNAT-CHAIN-0`),
  appendRules(
    'nat',
    'AWS-SNAT-CHAIN-0',
    '-d 10.0.0.0/8 -j RETURN',
    '! -o vlan+ -m addrtype ! --dst-type LOCAL -j SNAT --to-source 192.168.100.11 --random-fully',
  ),
];

const DOCKER: readonly Edit[] = [
  appendRules('nat', 'PREROUTING', '-m addrtype --dst-type LOCAL -j DOCKER'),
  appendRules('nat', 'OUTPUT', '! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER'),
  appendRules(
    'nat',
    'DOCKER',
    '-i docker0 -j RETURN',
    '! -i docker0 -p tcp -m tcp --dport 5000 -j DNAT --to-destination 172.17.0.2:5000',
  ),
  insertRules('filter', 'FORWARD', '-j DOCKER-USER', '-j DOCKER-FORWARD'),
  appendRules('filter', 'DOCKER-USER', '-j RETURN'),
  appendRules(
    'filter',
    'DOCKER-FORWARD',
    '-o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
    '-o docker0 -j DOCKER',
    '-i docker0 -j ACCEPT',
  ),
  appendRules('filter', 'DOCKER', '! -i docker0 -o docker0 -j DROP'),
  appendRules('raw', 'PREROUTING', '-d 172.17.0.2/32 ! -i docker0 -j DROP'),
];

/** k3s: kube-router applies policies; it marks what may pass. */
const KUBE_ROUTER: readonly Edit[] = [
  insertRules('filter', 'FORWARD', `${comment('kube-router netpol')} -j KUBE-ROUTER-FORWARD`),
  appendRules(
    'filter',
    'KUBE-ROUTER-FORWARD',
    '-d 10.244.1.11/32 -j KUBE-POD-FW-AAAAAAAAAAAAAAAA',
    '-m mark --mark 0x20000/0x20000 -j ACCEPT',
  ),
  appendRules(
    'filter',
    'KUBE-POD-FW-AAAAAAAAAAAAAAAA',
    '-m addrtype --src-type LOCAL -j ACCEPT',
    '-j KUBE-NWPLCY-DEFAULT',
    '-m mark ! --mark 0x10000/0x10000 -m limit --limit 10/min --limit-burst 10 -j NFLOG --nflog-group 100',
    '-m mark ! --mark 0x10000/0x10000 -j REJECT --reject-with icmp-port-unreachable',
    '-j MARK --set-xmark 0x0/0x10000',
    '-j MARK --set-xmark 0x20000/0x20000',
  ),
  appendRules('filter', 'KUBE-NWPLCY-DEFAULT', '-j MARK --set-xmark 0x10000/0x10000'),
];

const CILIUM: readonly Edit[] = [
  appendRules('raw', 'PREROUTING', `${comment('cilium-feeder: CILIUM_PRE_raw')} -j CILIUM_PRE_raw`),
  appendRules(
    'raw',
    'CILIUM_PRE_raw',
    `${comment('cilium: NOTRACK for proxy traffic')} -m mark --mark 0x200/0xf00 -j CT --notrack`,
  ),
  appendRules('mangle', 'PREROUTING', `${comment('cilium-feeder: CILIUM_PRE_mangle')} -j CILIUM_PRE_mangle`),
  appendRules(
    'mangle',
    'CILIUM_PRE_mangle',
    '! -o lo -m socket --transparent -j MARK --set-xmark 0x200/0xffffffff',
    '-p tcp -m mark --mark 0x57840200 -j TPROXY --on-port 33879 --on-ip 127.0.0.1 --tproxy-mark 0x200/0xffffffff',
  ),
];

const TAILSCALE: readonly Edit[] = [
  insertRules('filter', 'FORWARD', '-j ts-forward'),
  appendRules(
    'filter',
    'ts-forward',
    '-i tailscale0 -j MARK --set-xmark 0x40000/0xff0000',
    '-m mark --mark 0x40000/0xff0000 -j ACCEPT',
    '-s 100.64.0.0/10 -o tailscale0 -j DROP',
  ),
  insertRules('nat', 'POSTROUTING', '-m mark --mark 0x40000/0xff0000 -j MASQUERADE'),
];

const FIREWALL: readonly Edit[] = [
  insertRules(
    'filter',
    'INPUT',
    '-i lo -j ACCEPT',
    '-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
    '-p tcp -m tcp --dport 22 -j ACCEPT',
    '-s 198.18.0.0/15 -j DROP',
  ),
  insertRules('filter', 'FORWARD', '-d 192.0.2.7/32 -j DROP', '-s 203.0.113.66/32 -j DROP'),
];

const UNKNOWN: readonly Edit[] = [
  insertRules(
    'filter',
    'FORWARD',
    '-m string --string "bad" --algo bm --to 65535 -j DROP',
    '-m geoip --source-country XX -j DROP',
    '-p tcp -m connlimit --connlimit-above 500 --connlimit-mask 32 --connlimit-saddr -j REJECT --reject-with tcp-reset',
  ),
];

/** By the program that writes them. */
export const CNI_RULES: Readonly<Record<string, readonly Edit[]>> = {
  Calico: CALICO,
  'a network policy of Calico': CALICO_POLICY,
  Flannel: FLANNEL,
  'the AWS VPC CNI': AWS,
  Docker: DOCKER,
  'kube-router (k3s)': KUBE_ROUTER,
  'Cilium beside kube-proxy': CILIUM,
  Tailscale: TAILSCALE,
  'a host firewall': FIREWALL,
  'extensions nobody knows': UNKNOWN,
};
