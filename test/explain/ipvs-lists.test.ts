import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { describeName, suggestNames } from '../../src/explain/chains/chain-readers.ts';
import type { Known } from '../../src/explain/question/question.ts';
import { CARRIERS, listProgrammed, noteProgrammed } from '../../src/explain/services/carriers.ts';
import { findUnprogrammed } from '../../src/explain/services/unprogrammed-services.ts';
import { parseIpvs } from '../../src/ipvs/parse-ipvs.ts';
import { IpvsTable } from '../../src/ipvs/table.ts';
import { describeRemarks } from '../../src/render/service-remarks.ts';
import { run } from '../cli/run-main.ts';
import { ask, readPaste } from '../pastes/paste.ts';
import { openCapture } from '../support/open-capture.ts';

const FOLDER = join(import.meta.dirname, '../../fixtures/ipvs');
const LISTING = readFileSync(join(FOLDER, 'ipvsadm.txt'), 'utf8');

let node: Known;
beforeAll(async () => {
  node = (await openCapture(FOLDER)).known;
});

/** The node with another listing of IPVS. */
function balancing(edit: (listing: string) => string): Known {
  const { rulesets, host, cluster, book, flows, proxyMode } = node;
  return {
    ...{ rulesets, host, cluster, book, flows, proxyMode, node: node.node },
    ipvs: new IpvsTable(parseIpvs(edit(LISTING))),
  };
}

const without = (virtual: string) => (listing: string) =>
  listing
    .split('\n')
    .filter((line) => !line.includes(` ${virtual} `))
    .join('\n');

function itemsOf(known: Known, name: string, family = 'ipv4') {
  return listProgrammed(known).filter((item) => item.name === name && item.family === family);
}

describe('Which Services does IPVS balance?', () => {
  it('each with its endpoints, their weights and shares, and what drains', () => {
    expect(itemsOf(node, 'web')).toMatchObject([
      {
        backend: 'ipvs',
        clusterIPs: [{ address: '10.96.10.1', port: 80 }],
        endpoints: [
          { address: '10.244.1.12', share: 0.5, weight: 1, endpoint: { pod: 'web-a2', thisNode: true } },
          { address: '10.244.2.11', share: 0.5, weight: 1, endpoint: { pod: 'web-b1' } },
        ],
        ipvs: { scheduler: 'rr', exactShares: true, drained: [{ address: '10.244.1.11', port: 8080 }] },
      },
    ]);
  });

  it('wrr: shares by weight; a hash: those of many clients, which is said', () => {
    const wrr = (listing: string) =>
      listing
        .replace('-A -t 10.96.10.3:80 -s rr', '-A -t 10.96.10.3:80 -s wrr')
        .replace(
          '-a -t 10.96.10.3:80 -r 10.244.1.12:8080 -m -w 1',
          '-a -t 10.96.10.3:80 -r 10.244.1.12:8080 -m -w 2',
        );
    const [item] = itemsOf(balancing(wrr), 'web-extip');
    expect(item?.endpoints.map(({ address, share }) => [address, share])).toContainEqual([
      '10.244.1.12',
      0.5,
    ]);
    expect(item === undefined ? '' : describeRemarks(item, false)).toContain('uneven shares');
    const hash = (listing: string) =>
      listing.replace('-A -t 10.96.10.3:80 -s rr', '-A -t 10.96.10.3:80 -s sh');
    const [hashed] = itemsOf(balancing(hash), 'web-extip');
    expect(hashed?.ipvs).toMatchObject({ scheduler: 'sh', exactShares: false });
    expect(hashed === undefined ? '' : describeRemarks(hashed, false)).toContain('IPVS sh');
  });

  it('policy Local: what is on this node stands beside what the cluster IP has', () => {
    const [item] = itemsOf(node, 'np-local');
    expect(item?.endpoints.map(({ address, scope }) => [address, scope])).toEqual([
      ['10.244.1.11', 'cluster'],
      ['10.244.2.11', 'cluster'],
      ['10.244.1.11', 'local'],
    ]);
    // Where no endpoint is local, outer addresses have all: none of them is local.
    const [none] = itemsOf(node, 'np-local-none');
    expect(none?.endpoints.map(({ scope }) => scope)).not.toContain('local');
  });

  it('source ranges are what the set holds', () => {
    expect(itemsOf(node, 'lb-ranges')[0]?.sourceRanges).toEqual(['172.16.0.0/12', '192.168.100.50']);
    expect(itemsOf(node, 'lb')[0]?.sourceRanges).toEqual([]);
  });

  it('a node port at an address that is also a load balancer IP is none of its addresses', () => {
    const both = (listing: string) =>
      `${listing}-A -t 192.168.100.210:30110 -s rr\n-a -t 192.168.100.210:30110 -r 10.244.1.11:8080 -m -w 1\n`;
    expect(itemsOf(balancing(both), 'lb-lan')[0]?.loadBalancerIPs).toEqual([
      { address: '192.168.100.210', port: 80 },
    ]);
  });

  it('an address that has none is missing, unless the listing breaks off', () => {
    const lost = (known: Known) =>
      itemsOf(known, 'web-extip').flatMap(({ unprogrammed }) =>
        unprogrammed.map(({ kind, state }) => [kind, state]),
      );
    expect(lost(node)).toEqual([]);
    expect(lost(balancing(without('203.0.113.10:80')))).toEqual([['externalIP', 'no-rule']]);
    const cut = (listing: string) => `${without('203.0.113.10:80')(listing)}-a -t 10.96`;
    expect(lost(balancing(cut))).toEqual([['externalIP', 'not-captured']]);
  });

  it('a Service without any virtual server is missing, unless the listing breaks off', () => {
    const missing = (known: Known) =>
      findUnprogrammed(listProgrammed(known), CARRIERS.ipvs.families(known), known.cluster).map(
        ({ name }) => name,
      );
    expect(missing(node)).toEqual([]);
    expect(missing(balancing(without('10.96.10.1:80')))).toEqual(['web']);
    expect(missing(balancing((listing) => `${without('10.96.10.1:80')(listing)}-a -t 10.96`))).toEqual([]);
  });

  it('what no Service has, and what goes by mark, is named', () => {
    const foreign = (listing: string) => `${listing}-A -t 9.9.9.9:99 -s rr\n-A -f 7 -s rr\n`;
    const known = balancing(foreign);
    const notes = noteProgrammed(listProgrammed(known), known).map(({ code, text }) => `${code} ${text}`);
    expect(notes).toEqual([
      'ipvs-foreign IPVS balances 1 virtual server that no Service of the API has: 9.9.9.9:99',
      'ipvs-by-mark IPVS balances 1 virtual server by mark, which kube-proxy never makes: FWM 7',
    ]);
    expect(noteProgrammed(listProgrammed(node), node)).toEqual([]);
  });

  it('a paste of `ipvsadm -Ln` alone tells address, scheduler and endpoint', async () => {
    const { out } = await ask(readPaste('16-calico-ipvsadm'), 'services');
    expect(out).toMatch(/^10\.96\.0\.1:443 .*IPVS rr → 192\.0\.2\.11:6443$/m);
  });

  it('where it was not captured nothing is called missing', () => {
    const { rulesets, host, cluster, book, flows, proxyMode } = node;
    const known: Known = {
      rulesets,
      host,
      cluster,
      book,
      flows,
      proxyMode,
      node: null,
      ipvs: 'not-captured',
    };
    expect(CARRIERS.ipvs.families(known)).toEqual([]);
    expect(noteProgrammed([], known)).toMatchObject([{ code: 'ipvs-not-captured' }]);
  });
});

describe('What does a virtual server stand for?', () => {
  it.each([
    '10.96.10.1:80',
    'TCP 10.96.10.1:80',
    '10.96.10.1:80/tcp',
    '10.96.10.1',
    'shop/web',
    'shop/web:80',
  ])('%s: its Service, and each real server with its share', (name) => {
    const [item, second] = describeName(name, node);
    expect(second).toBeUndefined();
    expect(item).toMatchObject({
      kind: 'virtual-server',
      name: '10.96.10.1:80',
      service: { namespace: 'shop', name: 'web', via: 'clusterIP' },
      leadsTo: ['10.244.1.12:8080', '10.244.2.11:8080'],
    });
    expect(item?.rules.map(({ note }) => note)).toContain(
      'no new connections; weight 0, it drains; pod shop/web-a1 on this node.',
    );
    expect(item?.purpose).toContain('Packets from elsewhere come to it in INPUT');
  });

  it('another protocol at the same place is another one', () => {
    expect(describeName('UDP 10.96.0.10:53', node).map(({ service }) => service?.port)).toEqual(['dns']);
    expect(describeName('10.96.0.10:53', node)).toHaveLength(2);
    expect(describeName('UDP 10.96.10.1:80', node)).toEqual([]);
  });

  it('without its address on the node only processes of the node come to it', () => {
    const known = balancing((listing) => `${listing}-A -t 9.9.9.9:99 -s rr\n`);
    expect(describeName('9.9.9.9:99', known)[0]?.purpose).toContain("Its address is none of this node's");
  });

  it('a set: its members with their Services, and the rules that ask for it', () => {
    const [item] = describeName('kube-cluster-ip', node);
    expect(item).toMatchObject({
      kind: 'set',
      name: 'KUBE-CLUSTER-IP',
      backend: 'hash:ip,port',
      owner: 'kube-proxy',
    });
    expect(item?.rules).toContainEqual(
      expect.objectContaining({ text: '10.96.10.1,tcp:80', note: 'shop/web.' }),
    );
    expect(item?.jumpedFrom.map(({ chain }) => chain)).toContain('filter KUBE-IPVS-FILTER');
  });

  it('names that are like it', () => {
    expect(suggestNames('10.96.10.1:81', node)).toContain('10.96.10.1:80');
    expect(suggestNames('CLUSTER-I', node)).toContain('KUBE-CLUSTER-IP');
  });
});

describe('Is a client outside the cluster one of 50 endpoints?', () => {
  it('no: only whose address may be is asked', async () => {
    const asked = ['trace', '10.96.10.21:80', '--from', 'external', '-f', FOLDER, '--detail', 'answer'];
    const { out } = await run(asked);
    expect(out).toContain("if the client's address lies outside 10.244.0.0/16");
    expect(out).not.toContain('KUBE-LOOP-BACK');
    expect(out).not.toContain('more open ways than are followed');
  });
});
