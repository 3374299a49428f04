import { describe, expect, it } from 'vitest';
import { ask, type Question } from './ask.ts';

// What packets met on Linux 6.18 (connlabel_match, net/netfilter/xt_connlabel.c).

const FLOW =
  'udp 17 29 src=192.168.1.7 dst=8.8.4.4 sport=1000 dport=53 [UNREPLIED] src=8.8.4.4 dst=192.168.1.7 sport=53 dport=1000 mark=0 use=1';

/** Of each match in turn: whether the rule took the packet. */
function hits(matches: readonly string[], question: Question = {}): string[] {
  const rules = matches.map((match, at) => {
    const bit = `0x${(1 << at).toString(16)}`;
    return `-A FORWARD -m connlabel ${match} -j MARK --set-xmark ${bit}/${bit}`;
  });
  const { outcomes } = ask(`*filter\n:FORWARD ACCEPT\n${rules.join('\n')}`, {
    from: '192.168.1.7:1000',
    to: '8.8.4.4:53',
    protocol: 'udp',
    ...question,
  });
  return outcomes.map(({ end }) =>
    matches.map((_, at) => (((end.mark ?? 0) >> at) & 1 ? 'y' : 'n')).join(''),
  );
}

describe('Which labels has a connection?', () => {
  const rules = [
    '--label "5"',
    '! --label "5"',
    '--label "5" --set',
    '--label "5"',
    '! --label "5"',
    '--label "6"',
  ];
  it('a new one none, until a rule gives it one', () => expect(hits(rules)).toEqual(['nyyynn']));
  it('a rule gives it also where it does not take the packet, if the kernel gets that far', () => {
    expect(hits(['! --label "5" --set', '--label "5"'])).toEqual(['ny']);
    expect(hits(['--label "5" --set -m mark --mark 0x99', '--label "5"'])).toEqual(['ny']);
    expect(hits(['--label "6" -m connlabel --label "5" --set', '--label "5"'])).toEqual(['nn']);
    // u32 is not known: both ways.
    expect(hits(['--label "6" --set -m u32 --u32 "0x0=0x1" -m mark --mark 0x99', '--label "6"'])).toEqual([
      'ny',
    ]);
  });
  it('what is not tracked has none, and is given none', () => {
    expect(hits(rules, { state: 'UNTRACKED' })).toEqual(['nynnyn']);
  });
  it('a listed flow those that conntrack lists (-o labels); by number, or without the option, that is open', () => {
    const listed = FLOW.replace('use=1', 'labels=eth0-in,web use=1');
    expect(hits(['--label web', '--label db', '! --label db'], { flows: listed })).toEqual(['yny']);
    expect(hits(['--label db --set', '--label db'], { flows: listed })).toEqual(['yy']);
    expect(hits(['--label "5"'], { flows: listed })).toEqual(['y', 'n']);
    expect(hits(['--label web'], { flows: FLOW })).toEqual(['y', 'n']);
    expect(hits(['--label web --set'], { flows: FLOW })).toEqual(['y', 'n']);
  });
  it('what is not known is asked once: turned round it is the same label, and one that a rule has set since is there', () => {
    expect(hits(['--label web', '! --label web'], { flows: FLOW })).toEqual(['yn', 'ny']);
    const set = ['--label web', '--label web --set', '--label web', '! --label web --set'];
    // An older connection without labels may have no room for one.
    expect(hits(set, { flows: FLOW })).toEqual(['yyyn', 'nyyn', 'nnny']);
    // One that was given a label has room for others, and one that was not has not.
    expect(hits(['--label web --set', '--label db --set', '--label db'], { flows: FLOW })).toEqual([
      'yyy',
      'nnn',
    ]);
    const listed = FLOW.replace('use=1', 'labels=web use=1');
    expect(hits(['--label "5"', '--label "5" --set', '--label "5"'], { flows: listed })).toEqual([
      'yyy',
      'nyy',
    ]);
  });
});
