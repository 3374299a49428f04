import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findIn, findInFolder } from './altered-capture.ts';

const SHARED = join(import.meta.dirname, '../../../shared');

/** What was broken on real nodes in IPVS mode, and the finding that must come first. */
const BROKEN: Readonly<Record<string, RegExp>> = {
  'ipvs-address-missing': /^KP302 kube-ipvs0 lacks 10\.96\.10\.1, which IPVS balances for shop\/web/,
  'ipvs-all-weights-zero': /^KP303 shop\/web: IPVS 10\.96\.10\.1:80 has only real servers of weight 0/,
  'ipvs-bridge-nf-off': /^KP115 answers between pods behind cni0 skip iptables/,
  'ipvs-conntrack-off': /^KP301 net\.ipv4\.vs\.conntrack is 0/,
  'ipvs-forward-drop': /^KP107 the policy of ipv4 FORWARD is DROP/,
  'ipvs-input-drop': /^KP211 filter INPUT rule 4 drops packets/,
  'ipvs-leftovers-iptables-mode': /^KP305 .*10\.96\.10\.36:80/,
  'ipvs-nodeport-member-missing': /^KP304 set KUBE-NODE-PORT-TCP lacks 30080, for shop\/np-cluster/,
  'ipvs-persistence-dead-destination-expire-template-0':
    /^KP301 net\.ipv4\.vs\.expire_quiescent_template is 0.*10\.244\.2\.11:8080/,
  'ipvs-stale-real-server':
    /^KP303 shop\/web: IPVS 10\.96\.10\.1:80 sends to 10\.244\.1\.12:8080, which is no endpoint/,
  'ipvs-udp-dead-destination-expire-nodest-0': /^KP301 net\.ipv4\.vs\.expire_nodest_conn is 0.*3 UDP flows/,
};

async function alarmsOf(folder: string): Promise<string[]> {
  return (await findInFolder(folder))
    .filter(({ severity }) => severity !== 'info')
    .map(({ code, message }) => `${code} ${message}`);
}

describe('What is wrong with a node in IPVS mode?', () => {
  it('nothing, where nothing is', async () => {
    const found = await findIn([], 'ipvs');
    expect(found.filter(({ severity }) => severity !== 'info')).toEqual([]);
  });

  it('a listing that breaks off behind a virtual server proves nothing about it', async () => {
    const cut = (text: string) =>
      `${text.slice(0, text.indexOf('-A -t 10.96.10.1:80 '))}-A -t 10.96.10.1:80 -s rr\n-a -t 10.96`;
    const found = await findIn([['ipvsadm.txt', cut]], 'ipvs');
    expect(found.filter(({ code }) => code === 'KP303')).toEqual([]);
  });

  it('a virtual server of keepalived is not called kube-proxy’s where the API was not compared', async () => {
    const balanced =
      '-A -t 192.168.77.100:6443 -s rr\n-a -t 192.168.77.100:6443 -r 192.168.77.11:6443 -m -w 1\n';
    const found = await findIn([
      ['ipvsadm.txt', () => balanced],
      ['endpointslices.json', () => ''],
    ]);
    // The command that KP305 names for kube-proxy's own takes away all of IPVS.
    expect(found.filter(({ code }) => code === 'KP305')).toEqual([]);
  });

  it('policy Local without a local endpoint: the cluster IP is refused, as measured; outside clients time out', async () => {
    const found = await findIn([], 'ipvs');
    expect(found.find(({ code }) => code === 'KP105')?.message).toMatch(
      /itp-local-none is refused on this node/,
    );
    const { hits } = found.find(({ code }) => code === 'KP104') ?? {};
    expect(hits).toContain('IPVS sends them on to other nodes');
    // Measured: the node itself reaches neither 172.31.0.11:30082 nor 198.51.100.14:80.
    expect(hits).toContain(
      'a process sends from that very address, which is not masqueraded: it times out where',
    );
  });

  const there = existsSync(join(SHARED, 'broken'));
  if (!there) console.log('skipped: ../shared/broken is not here');
  it.skipIf(!there).each(Object.entries(BROKEN))('%s: its cause comes first', async (name, says) => {
    const [first] = await alarmsOf(join(SHARED, 'broken', name));
    expect(first).toMatch(says);
  });

  // Its lab had lost the IPv6 addresses of kube-ipvs0 by then: neither the links nor the routes have them.
  it.skipIf(!there)('the healthy node of the lab: nothing but the IPv6 addresses that it lacks', async () => {
    const alarms = await alarmsOf(join(SHARED, 'healthy/ipvs-healthy'));
    expect(alarms).toHaveLength(1);
    expect(alarms[0]).toMatch(/^KP302 kube-ipvs0 lacks fd00:10:96::17, .* and 2 more/);
  });

  it.skipIf(!there).each(['6.1-ipvs-default', '6.1-ipvs-default-node2', '6.12-ipvs-nodeportaddr-mh'])(
    '%s: nothing',
    async (name) => {
      expect(await alarmsOf(join(SHARED, 'captures', name))).toEqual([]);
    },
  );
});
