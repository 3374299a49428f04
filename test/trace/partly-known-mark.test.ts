import { describe, expect, it } from 'vitest';
import { ask } from './ask.ts';
import { nodeOf } from './node.ts';

/** What may become of a packet whose mark is not known when it comes to these rules: verdict, and the answers it rests on. */
function ways(rules: readonly string[], before = '--restore-mark'): string[] {
  const dump = `*raw
    :PREROUTING ACCEPT
    -A PREROUTING -j CT --zone 1
    -A PREROUTING -j CONNMARK ${before}
    *mangle
    :PREROUTING ACCEPT
    ${rules.map((rule) => `-A PREROUTING ${rule}`).join('\n')}`;
  const { outcomes } = ask(dump, { from: '10.244.1.5:1000', via: 'cni0', to: '8.8.8.8:80' });
  return outcomes
    .map(({ verdict, given }) =>
      [verdict, ...given.map(({ question, held }) => `${held ? '' : 'not '}${question.code}`)].join(' '),
    )
    .sort();
}

describe('What do rules find in a mark that is known in part (xt_mark.c)?', () => {
  const four = '0x4000/0x4000';

  it('the bits that a rule wrote', () => {
    expect(ways([`-j MARK --set-xmark ${four}`, `-m mark --mark ${four} -j DROP`])).toEqual(['drop']);
    expect(ways(['-j MARK --set-xmark 0x0/0x4000', `-m mark --mark ${four} -j DROP`])).toEqual(['accept']);
    expect(ways([`-j MARK --set-xmark ${four}`, '-m mark --mark 0x4001/0x4001 -j DROP'])).toEqual([
      'accept not mark',
      'drop mark',
    ]);
  });
  it('not what they had before: an answer about them is none about what a rule made of them', () => {
    const asked = `-m mark --mark ${four} -j ACCEPT`;
    const drop = `-m mark --mark ${four} -j DROP`;
    expect(ways([asked, `-j MARK --set-xmark ${four}`, drop])).toEqual(['accept mark', 'drop not mark']);
    // Turned over.
    expect(ways([asked, '-j MARK --set-xmark 0x4000/0x0', drop])).toEqual(['accept mark', 'drop not mark']);
    expect(
      ways([
        '-m mark --mark 0x3/0x3 -j ACCEPT',
        '-j MARK --set-xmark 0x1/0x0',
        '-m mark --mark 0x3/0x3 -j DROP',
      ]),
    ).toEqual(['accept mark', 'accept not mark not mark', 'drop not mark mark']);
  });
  it('what an answer told of other bits stays known', () => {
    const rules = [
      '-m mark --mark 0x1/0x1 -j MARK --set-xmark 0x4000/0x4000',
      '-m mark ! --mark 0x1/0x1 -j MARK --set-xmark 0x0/0x4000',
      '-m mark --mark 0x4001/0x4001 -j DROP',
      '-m mark --mark 0x1/0x1 -j DROP',
    ];
    expect(ways(rules)).toEqual(['accept not mark', 'drop mark']);
  });
  it('and of a connection’s mark those that are not restored', () => {
    const nibble = '--restore-mark --nfmask 0xff --ctmask 0xf';
    expect(ways(['-m mark --mark 0x10/0xf0 -j DROP'], nibble)).toEqual(['accept']);
    expect(ways(['-m mark --mark 0x1/0xf -j DROP'], nibble)).toEqual(['accept not mark', 'drop mark']);
  });
  it('nor does a policy rule that asks for these bits', () => {
    const byMark = { priority: 100, src: 'all', fwmark: '0x100', fwmask: '0x100', table: '100' };
    const host = nodeOf({ rules: [byMark], routes: ['default via 172.16.0.254 dev eth1 table 100'] });
    const rules = `*mangle\n:OUTPUT ACCEPT
      -A OUTPUT -j CONNMARK --restore-mark
      -A OUTPUT -m mark --mark 0x100/0x100 -j ACCEPT
      -A OUTPUT -j MARK --set-xmark 0x100/0x100`;
    const question = {
      via: null,
      from: '192.168.1.1:1000',
      to: '8.8.4.4:80',
      state: 'ESTABLISHED',
      host,
    } as const;
    const exits = ask(rules, question).outcomes.map(({ exit }) => exit?.kind === 'interface' && exit.name);
    expect(exits).toEqual(['eth1', 'eth1']);
  });
  it('nor an answer about a connection’s mark, which is saved and restored by its bits', () => {
    const established = (rules: readonly string[]) =>
      ask(`*filter\n:FORWARD ACCEPT\n${rules.map((rule) => `-A FORWARD ${rule}`).join('\n')}`, {
        ...{ from: '10.244.1.5:1000', via: 'cni0', to: '8.8.8.8:80', state: 'ESTABLISHED' },
      })
        .outcomes.map(({ verdict, given }) => `${verdict} ${given.map(({ held }) => held).join()}`)
        .sort();
    const [asked, drop] = ['ACCEPT', 'DROP'].map((to) => `-m connmark --mark 0x80/0x80 -j ${to}`);
    expect(established([`${asked}`, '-j CONNMARK --set-xmark 0x80/0x80', `${drop}`])).toEqual([
      'accept true',
      'drop false',
    ]);
    const back = '-j CONNMARK --restore-mark --nfmask 0x80 --ctmask 0x80';
    expect(established([`${asked}`, back, '-m mark --mark 0x0/0x80 -j DROP'])).toEqual([
      'accept true',
      'drop false',
    ]);
    const on = '-j CONNMARK --save-mark --nfmask 0x80 --ctmask 0x80';
    expect(established(['-j MARK --set-xmark 0x80/0x80', on, `${drop}`])).toEqual(['drop ']);
  });
});
