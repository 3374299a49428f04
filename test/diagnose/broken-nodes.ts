import { existsSync } from 'node:fs';
import { join } from 'node:path';

const SHARED = join(import.meta.dirname, '../../../shared');

/** @returns the path of a folder of the shared data; null where that is not on this machine. */
export function shared(path: string): string | null {
  const folder = join(SHARED, path);
  return existsSync(folder) ? folder : null;
}

/**
 * Every broken node whose proxy writes iptables rules: whom `broken.json` names, or where it names everybody the Service whose
 * address its symptom has, and the code of the fault.
 */
export const BROKEN_NODES = [
  ['01a-stale-udp-clusterip', 'shop/udp-stale', 'KP101'],
  ['02a-proxy-stopped', 'shop/newcomer', 'KP102'],
  ['02a-proxy-stopped', 'shop/web', 'KP102'],
  ['03a-services-flushed', 'shop/web', 'KP103'],
  ['04a-etp-local-none', 'shop/np-local-none', 'KP104'],
  ['05a-itp-local-none', 'shop/itp-local-none', 'KP105'],
  ['06a-accept-before-reject', 'shop/empty', 'KP106'],
  ['07a-forward-drop', 'shop/web', 'KP107'],
  ['08a-portmap-wiped', '192.168.100.11:8888', 'KP108'],
  ['09a-legacy-later', 'shop/web', 'KP109'],
  ['11a-duplicate-hostport', '192.168.100.11:8888', 'KP111'],
  ['14a-hairpin-no-masq', 'shop/solo', 'KP114'],
  ['15a-bridge-nf-off', 'shop/multi', 'KP115'],
  ['16a-no-default-route', 'shop/web', 'KP116'],
  ['17a-rp-filter', 'shop/np-cluster', 'KP117'],
  ['19a-mark-cleared', 'shop/np-cluster', 'KP119'],
  ['22a-wrong-cluster-cidr', 'shop/np-local-none', 'KP122'],
  ['23a-route-localnet-off', 'shop/np-cluster', 'KP123'],
  ['24a-affinity-dead-endpoint', 'shop/web-sticky', 'KP124'],
  ['25a-leftover-iptables', 'shop/web', 'KP125'],
  ['26a-conntrack-full', 'shop/web', 'KP126'],
  ['28a-notrack-duplicated', 'kube-system/kube-dns', 'KP128'],
  ['29a-docker-raw-drop', 'shop/web', 'KP129'],
  ['31a-prerouting-jump-gone', 'shop/web', 'KP202'],
  ['32a-foreign-dnat', 'shop/web', 'KP203'],
  ['33a-after-nodeports', 'shop/np-cluster', 'KP204'],
  ['34a-uneven-shares', 'shop/web', 'KP205'],
  ['35a-svc-chain-empty', 'shop/web', 'KP206'],
  ['36a-wrong-port', 'shop/web', 'KP207'],
] as const;

/** The same where the proxy works in IPVS mode, and where it did: what is asked stands for the Service that is gone. */
export const BROKEN_IPVS_NODES = [
  ['ipvs-address-missing', 'shop/web', 'KP302'],
  ['ipvs-all-weights-zero', 'shop/web', 'KP303'],
  ['ipvs-bridge-nf-off', 'shop/web', 'KP115'],
  ['ipvs-conntrack-off', 'shop/np-cluster', 'KP301'],
  ['ipvs-forward-drop', 'shop/web', 'KP107'],
  ['ipvs-input-drop', 'shop/web', 'KP211'],
  ['ipvs-leftovers-iptables-mode', '10.96.10.36:80', 'KP305'],
  ['ipvs-nodeport-member-missing', 'shop/np-cluster', 'KP304'],
  ['ipvs-persistence-dead-destination-expire-template-0', 'shop/web-sticky', 'KP301'],
  ['ipvs-stale-real-server', 'shop/web', 'KP303'],
  ['ipvs-udp-dead-destination-expire-nodest-0', 'shop/udp-stale', 'KP301'],
] as const;

/** @returns the rows of a terminal that a text takes: longer lines go on in the next row. */
export function rowsOf(text: string, columns: number): string[] {
  return text
    .replace(/\n$/, '')
    .split('\n')
    .flatMap((line) => (line === '' ? [''] : (line.match(new RegExp(`.{1,${columns}}`, 'gu')) ?? [])));
}
