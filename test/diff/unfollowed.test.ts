import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Diff } from '../../src/diff/document.ts';
import { run } from '../cli/run-main.ts';

const IPVS = join(import.meta.dirname, '../../fixtures/ipvs');
const NFT = join(import.meta.dirname, '../../fixtures/demo-nftables');
const IPTABLES = join(import.meta.dirname, '../../fixtures/demo');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kp-unfollowed-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A copy of a capture in which one file says something else. */
function edited(capture: string, file: string, edit: (text: string) => string): string {
  const copy = mkdtempSync(join(folder, 'side-'));
  cpSync(capture, copy, { recursive: true });
  const text = readFileSync(join(copy, file), 'utf8');
  const other = edit(text);
  expect(other).not.toBe(text);
  writeFileSync(join(copy, file), other);
  return copy;
}

async function compare(before: string, after: string, ...more: string[]) {
  const args = ['diff', before, after, '--budget', '150', ...more];
  const { out, status } = await run(args);
  const document: Diff = JSON.parse((await run([...args, '-o', 'json'])).out);
  return { first: out.split('\n')[0] ?? '', out, status, document };
}

/** Enough for three senders to each of 163 virtual servers. */
const ALL = ['--budget', '600'];

const withoutServer = (text: string) =>
  text.replace(/^-a -t 172\.31\.0\.11:30080 -r 10\.244\.1\.11:8080.*\n/m, '');

describe('Does the first line of diff say what no packet is followed through?', () => {
  it('a real server of IPVS is gone, and the budget reaches no virtual server: that they differ, and that none was asked', async () => {
    const after = edited(IPVS, 'ipvsadm.txt', withoutServer);
    const { first, status, document } = await compare(IPVS, after, '--budget', '1');
    expect(status).toBe(1);
    expect(first).toMatch(
      /^virtual servers of IPVS differ; only sample packets are followed through them, and/,
    );
    expect(document.proof).toMatchObject({ notFollowed: ['ipvs'], sampled: ['ipvs'] });
    expect(document.proof.unexplored.join()).toMatch(/to 1 of them none was, as --budget was used up/);
    expect(document.state).toMatchObject([{ kind: 'ipvs', after: null }]);
  });

  it('a side does not tell what IPVS balances: no packet is followed', async () => {
    const after = edited(IPVS, 'ipvsadm.txt', (text) => text.slice(0, text.length / 2));
    const { first, document } = await compare(IPVS, after);
    expect(document.proof.sampled).toEqual([]);
    expect(first).toMatch(/no packet is followed through/);
    expect(document.witnesses.filter(({ before }) => before.outcomes.length > 1)).toEqual([]);
  });

  it('a Service of IPVS that has no real server left is listed', async () => {
    const { first, document } = await compare(
      IPVS,
      edited(IPVS, 'ipvsadm.txt', (text) => text.replace(/^-a -t 10\.96\.10\.22:80 .*\n/m, '')),
      ...ALL,
    );
    expect(first).toMatch(/^BEHAVIOUR CHANGED in 1 way|^BEHAVIOUR CHANGED in one way/);
    expect(document.witnesses).toMatchObject([{ change: 'rejected', severity: 'lost' }]);
    expect(document.services).toMatchObject([{ name: 'solo', severity: 'lost' }]);
  });

  it('what a listing of IPVS lacks that breaks off is not called removed', async () => {
    const { document } = await compare(
      IPVS,
      edited(IPVS, 'ipvsadm.txt', (text) => `${text.slice(0, text.length / 2)}`),
    );
    expect([document.identical, document.services, document.state]).toEqual([false, [], []]);
    expect(document.proof.notFollowed).toEqual(['ipvs']);
  });

  it('nothing differs on a node of IPVS: nothing is proved all the same', async () => {
    const { first, status } = await compare(IPVS, IPVS);
    expect(status).toBe(1);
    expect(first).toMatch(
      /^no behaviour change found, but only sample packets are followed through virtual servers of IPVS, and nothing is proved/,
    );
  });

  it('one element of a map of kube-proxy is gone: its packets are followed, and named', async () => {
    const after = edited(NFT, 'nft.json', (text) => {
      const document: { nftables: { map?: { name: string; elem: unknown[] } }[] } = JSON.parse(text);
      for (const { map } of document.nftables) if (map?.name === 'service-ips') map.elem.shift();
      return JSON.stringify(document);
    });
    const { first, document } = await compare(NFT, after);
    expect(first).toMatch(/^BEHAVIOUR CHANGED in \d+ ways/);
    expect(document.proof.notFollowed).toEqual([]);
  });
});

describe('What does diff say of packets to Services that another than iptables decides on?', () => {
  it.each([
    ['nftables', NFT],
    ['ipvs', IPVS],
  ])(
    'from iptables to %s: no packet to a Service fares otherwise by what iptables alone does',
    async (mode, other) => {
      for (const [before, after] of [[IPTABLES, other]] as const) {
        const { first, out, document } = await compare(before, after);
        // What IPVS does not take, as node ports of 127.0.0.1, is told.
        const told = document.witnesses.filter(
          ({ packet }) => !packet.destination.address.startsWith('127.'),
        );
        expect(told.filter(({ service }) => service !== null)).toEqual([]);
        expect(first + out.split('\n')[1]).toMatch(
          /kube-proxy’s mode differs, (iptables → \w+|\w+ → iptables)/,
        );
        expect(document.proof.notFollowed).toEqual([mode]);
        expect(document.identical).toBe(false);
      }
    },
  );

  it('a Service that both modes program is not added: its addresses and endpoints are compared', async () => {
    const { document } = await compare(IPTABLES, NFT);
    // Of all ports two had lost an endpoint in one capture.
    expect(document.services.map(({ name, details }) => [name, ...details.map(({ code }) => code)])).toEqual([
      ['udp-stale', 'endpoint-added'],
      ['udp-stale-np', 'endpoint-added'],
    ]);
  });

  it('where a rule drops what went to IPVS: the other side is unknown, not delivered to the node itself', async () => {
    const rule = '-A INPUT -d 10.96.10.1/32 -p tcp -j DROP\n';
    const after = edited(IPVS, 'iptables-save.txt', (text) => {
      const at = text.indexOf('*filter');
      return (
        text.slice(0, at) + text.slice(at).replace(/^(?:\[\d+:\d+\] )?-A INPUT /m, (line) => rule + line)
      );
    });
    const { document } = await compare(IPVS, after);
    const witness = document.witnesses.find(
      ({ service, before }) => service?.name === 'web' && before.outcomes[0]?.verdict === 'unknown',
    );
    expect(witness?.before.outcomes.map(({ reason }) => reason?.code)).toEqual(['ipvs-beyond']);
    expect(witness?.after.outcomes.map(({ verdict }) => verdict)).toEqual(['drop']);
  });
});

describe('What becomes of packets to virtual servers that differ?', () => {
  const told = async (file: string, edit: (text: string) => string): Promise<Diff> =>
    JSON.parse((await run(['diff', IPVS, edited(IPVS, file, edit), ...ALL, '-o', 'json'])).out);
  const destinations = ({ witnesses }: Diff) => witnesses.flatMap((one) => one.destinations.examples);

  it('a node port has lost a real server', async () => {
    const { witnesses } = await told('ipvsadm.txt', withoutServer);
    expect(witnesses).toMatchObject([
      { change: 'endpoints', severity: 'lost', service: { name: 'np-cluster', via: 'nodePort' } },
    ]);
    const ends = (side: 'before' | 'after') =>
      new Set(witnesses[0]?.[side].outcomes.map(({ destination }) => destination.address));
    expect([...ends('before')].filter((address) => !ends('after').has(address))).toEqual(['10.244.1.11']);
  });

  const weigh = (text: string) =>
    text.replace(/^(-a -t 10\.96\.10\.3:80 -r 10\.244\.1\.12:8080 -m -w) 1$/m, '$1 3');

  it('a weight does not count for rr', async () => {
    expect((await told('ipvsadm.txt', weigh)).witnesses).toEqual([]);
  });

  it('a weight counts for wrr', async () => {
    const wrr = (text: string) =>
      weigh(text).replace('-A -t 10.96.10.3:80 -s rr', '-A -t 10.96.10.3:80 -s wrr');
    const document = await told('ipvsadm.txt', wrr);
    expect(destinations(document)).toEqual(['10.96.10.3:80/tcp']);
    expect(document.witnesses).toMatchObject([{ change: 'endpoints', severity: 'changed' }]);
  });

  it('a member of a set is gone: what IPVS would take is rejected', async () => {
    const document = await told('ipset.txt', (text) =>
      text.replace('add KUBE-CLUSTER-IP 10.96.10.3,tcp:80\n', ''),
    );
    expect(document.state).toMatchObject([{ kind: 'ipset', before: '10.96.10.3,tcp:80' }]);
    expect(destinations(document)).toContain('10.96.10.3:80/tcp');
    expect(document.witnesses.map(({ change }) => change)).toContain('rejected');
  });

  it('who was asked before fares as templates tell, which are no matter of what is compared', async () => {
    const template = 'TCP 04:10  NONE        10.244.1.13:0 10.96.10.2:80 10.244.2.11:8080\n';
    const sticky = (text: string) => text + template;
    expect((await told('ipvsadm.txt', sticky)).witnesses).toEqual([]);
  });

  it('vs.conntrack is off: sources are kept that were masqueraded', async () => {
    const document = await told('sysctl.txt', (text) =>
      text.replace('net.ipv4.vs.conntrack = 1', 'net.ipv4.vs.conntrack = 0'),
    );
    expect(document.state).toMatchObject([{ kind: 'sysctl', name: 'net.ipv4.vs.conntrack', after: '0' }]);
    expect(new Set(document.witnesses.map(({ change }) => change))).toEqual(new Set(['source']));
  });
});
