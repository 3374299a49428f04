import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { FlowItem } from '../../../src/explain/flow-list.ts';
import type { Known } from '../../../src/explain/question/question.ts';
import { parseIpvs } from '../../../src/ipvs/parse-ipvs.ts';
import { IpvsTable } from '../../../src/ipvs/table.ts';
import { openCapture } from '../../support/open-capture.ts';
import { askOne, type Line } from './ask.ts';

const FOLDER = join(import.meta.dirname, '../../../fixtures/ipvs');
const LISTING = readFileSync(join(FOLDER, 'ipvsadm.txt'), 'utf8');

let node: Known;
beforeAll(async () => {
  node = (await openCapture(FOLDER)).known;
});

/** Asks about one flow on the IPVS node, with another listing and another setting. */
async function flowOf(
  flow: Line,
  expires: '0' | '1' | null,
  listing = LISTING,
  besideNat = false,
): Promise<FlowItem> {
  const { rulesets, host, cluster, book, flows, proxyMode } = node;
  const sysctls = new Map(host.sysctls);
  if (expires === null) sysctls.delete('net.ipv4.vs.expire_nodest_conn');
  else sysctls.set('net.ipv4.vs.expire_nodest_conn', expires);
  return await askOne(flow, {
    ...{ rulesets, cluster, book, flows, proxyMode, node: node.node },
    host: { ...host, sysctls },
    ipvs: new IpvsTable(parseIpvs(listing), besideNat),
  });
}

const GONE: Line = { protocol: 'udp', asked: '10.96.10.40:5353', answers: '10.244.1.11:5353' };
const DRAINED = LISTING.replace(
  /^(-A -u 10\.96\.10\.40:5353 .*)$/m,
  '$1\n-a -u 10.96.10.40:5353 -r 10.244.1.11:5353 -m -w 0',
);

// What each comes to was measured on 6.1: see the IPVS lane of docs/fidelity.md.
describe('What clears a flow that IPVS balances?', () => {
  it('nothing need to where IPVS forgets connections to a deleted real server', async () => {
    const item = await flowOf(GONE, '1');
    expect(item).toMatchObject({ stale: false, clear: null });
    expect(item.problems).toMatchObject([{ code: 'endpoint-gone', severity: 'info' }]);
    expect(item.problems[0]?.message).toContain('forgets the connection');
  });

  it('where it does not, the setting: deleting what conntrack holds changes nothing', async () => {
    const item = await flowOf(GONE, '0');
    expect(item).toMatchObject({ stale: true, clear: 'sysctl -w net.ipv4.vs.expire_nodest_conn=1' });
    expect(item.problems).toMatchObject([{ code: 'endpoint-gone', severity: 'error' }]);
  });

  it('where that was not captured, both are said and no command is given', async () => {
    const item = await flowOf(GONE, null);
    expect(item).toMatchObject({ clear: null });
    expect(item.problems).toMatchObject([{ code: 'endpoint-gone', severity: 'warning' }]);
    expect(item.problems[0]?.message).toContain('expire_nodest_conn, which was not captured');
  });

  it('of one that is kept at weight 0, deleting the real server', async () => {
    const item = await flowOf(GONE, '1', DRAINED);
    expect(item).toMatchObject({
      stale: true,
      clear: 'ipvsadm -d -u 10.96.10.40:5353 -r 10.244.1.11:5353',
    });
    expect(await flowOf(GONE, '0', DRAINED)).toMatchObject({ clear: null });
  });

  it('a listing that breaks off proves nothing about the real server', async () => {
    const at = LISTING.indexOf('-A -u 10.96.10.40:5353');
    const cut = `${LISTING.slice(0, at)}-A -u 10.96.10.40:5353 -s rr\n-a -u 10.96`;
    expect((await flowOf(GONE, '0', cut)).problems).toMatchObject([{ severity: 'warning' }]);
  });

  it('a sound one has no command that would not work', async () => {
    const item = await flowOf({ asked: '10.96.10.1:80', answers: '10.244.1.12:8080' }, '1');
    expect(item).toMatchObject({
      stale: false,
      clear: null,
      problems: [],
      ipvs: { server: '10.96.10.1:80' },
    });
  });

  it('a flow that no virtual server takes is conntrack’s: its entry is deleted', async () => {
    const item = await flowOf({ asked: '10.244.2.11:8080' }, '1');
    expect(item.ipvs).toBeUndefined();
    expect(item.clear).toContain('conntrack -D');
  });
});

// Shown by 6.1: a flow that a rule of nat took goes on there, whatever real servers the virtual server has.
describe('Is a flow stuck whose virtual server is left over beside nat?', () => {
  const other = 'UDP 04:59 UDP 10.244.1.13:41000 10.96.10.40:5353 10.244.2.11:5353\n';

  it('yes, where nat took it: IPVS does not have it', async () => {
    const item = await flowOf(GONE, '1', LISTING + other, true);
    expect(item).toMatchObject({ stale: true, problems: [{ code: 'endpoint-gone', severity: 'error' }] });
    expect(item.clear).toContain('conntrack -D');
    expect(item.ipvs).toBeUndefined();
  });

  it('perhaps, where the connections of IPVS were not listed, and both are said', async () => {
    const item = await flowOf(GONE, '1', LISTING, true);
    expect(item).toMatchObject({ stale: true, problems: [{ code: 'endpoint-gone', severity: 'warning' }] });
    expect(item.problems[0]?.message).toContain(
      'what IPVS 10.96.10.40:5353 took before, if not the rules (ipvsadm -Lnc tells), goes to another real server',
    );
  });
});

describe('What has IPVS of a flow?', () => {
  const ENTRY = 'TCP 14:42  ESTABLISHED 10.244.1.13:40000 10.96.10.2:80 10.244.2.11:8080\n';
  const TEMPLATE = 'TCP 02:30  ASSURED     10.244.1.13:0 10.96.10.2:80 10.244.2.11:8080\n';
  const STICKY: Line = { asked: '10.96.10.2:80', answers: '10.244.2.11:8080' };

  it('its own entry, and the template of the client', async () => {
    expect((await flowOf(STICKY, '1', LISTING + ENTRY + TEMPLATE)).ipvs).toEqual({
      server: '10.96.10.2:80',
      listed: true,
      connection: { state: 'ESTABLISHED', expiresSeconds: 882, destination: '10.244.2.11:8080' },
      template: { state: 'ASSURED', expiresSeconds: 150, destination: '10.244.2.11:8080' },
    });
  });

  it('none, or not listed, are told apart', async () => {
    const other = ENTRY.replace(':40000', ':41000');
    expect((await flowOf(STICKY, '1', LISTING + other)).ipvs).toMatchObject({
      listed: true,
      connection: null,
    });
    expect((await flowOf(STICKY, '1')).ipvs).toMatchObject({ listed: false, connection: null });
  });
});
