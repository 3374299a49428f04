import { describe, expect, it } from 'vitest';
import { ask, type Question } from './ask.ts';
import { nodeOf } from './node.ts';

const FLOW =
  'tcp 6 300 ESTABLISHED src=192.168.1.7 dst=8.8.8.8 sport=1000 dport=80 src=8.8.8.8 dst=192.168.1.7 sport=80 dport=1000 [ASSURED] mark=0 use=1';

function verdicts(match: string, question: Question = {}, table = 'filter', chain = 'FORWARD'): string[] {
  const rules = `*${table}\n:${chain} ACCEPT\n-A ${chain} -m connbytes ${match} -j DROP`;
  const { outcomes } = ask(rules, { from: '192.168.1.7:1000', to: '8.8.8.8:80', ...question });
  return outcomes.map(({ verdict }) => verdict);
}

const packets = (range: string, of = 'original'): string =>
  `--connbytes ${range} --connbytes-mode packets --connbytes-dir ${of}`;
const bytes = (range: string): string => `--connbytes ${range} --connbytes-mode bytes --connbytes-dir both`;

describe('What has a connection carried whose first packet is on its way (nf_ct_refresh_acct, xt_connbytes.c)?', () => {
  it('that packet, in its direction', () => {
    expect(verdicts(packets('1:1'))).toEqual(['drop']);
    expect(verdicts(packets('1', 'both'))).toEqual(['drop']);
    expect(verdicts(packets('2:18446744073709551615'))).toEqual(['accept']);
    expect(verdicts(`! ${packets('2:9')}`)).toEqual(['drop']);
    expect(verdicts(packets('1:9', 'reply'))).toEqual(['accept']);
  });
  it('its bytes, where its length is known; else both ways', () => {
    expect(verdicts(bytes('100:'))).toEqual(['drop', 'accept']);
    expect(verdicts(bytes('100:'), { header: { length: 60 } })).toEqual(['accept']);
    expect(verdicts(bytes('60:100'), { header: { length: 60 } })).toEqual(['drop']);
  });
  it('raw sees it before it is counted: not matched, negated or not', () => {
    expect(verdicts(packets('0:9'), {}, 'raw', 'PREROUTING')).toEqual(['accept']);
    expect(verdicts(`! ${packets('2:9')}`, {}, 'raw', 'PREROUTING')).toEqual(['accept']);
  });
  it('nothing where connections are not counted', () => {
    const host = nodeOf({ sysctls: { 'net.netfilter.nf_conntrack_acct': '0' } });
    expect(verdicts(packets('0:9'), { host })).toEqual(['accept']);
  });
  it('of one that was there before, no listing tells', () => {
    expect(verdicts(packets('1:1'), { flows: FLOW, header: { tcpFlags: 16 } })).toEqual(['drop', 'accept']);
  });
  it('of a flow that was counted more than was listed: a bound below that is passed, and one above is open', () => {
    const flows = FLOW.replace('dport=80 ', 'dport=80 packets=10 bytes=900 ').replace(
      'dport=1000 ',
      'dport=1000 packets=5 bytes=400 ',
    );
    const asked = { flows, header: { tcpFlags: 16 } };
    expect(verdicts(packets('11:18446744073709551615'), asked)).toEqual(['drop']);
    expect(verdicts(packets('16:18446744073709551615', 'both'), asked)).toEqual(['drop']);
    expect(verdicts(packets('0:10'), asked)).toEqual(['accept']);
    expect(verdicts(packets('12:18446744073709551615'), asked)).toEqual(['drop', 'accept']);
    expect(verdicts(packets('11:50'), asked)).toEqual(['drop', 'accept']);
    expect(verdicts(bytes('0:1000'), asked)).toEqual(['accept']);
  });
});
