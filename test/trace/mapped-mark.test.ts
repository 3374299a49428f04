import { describe, expect, it } from 'vitest';
import { ask } from './ask.ts';
import { nodeOf } from './node.ts';

// What `SET --map-mark` wrote on Linux 6.18 into the mark of packets that had 0xff00ff (set_target_v3, net/netfilter/xt_set.c).

const SETS = `create A hash:ip family inet skbinfo
add A 10.0.0.1 skbmark 0x12/0xf2
add A 10.0.0.2
add A 10.0.0.3 skbmark 0x77
add A 10.0.0.5 skbprio 1:2 skbqueue 3
create B hash:ip family inet
add B 10.0.0.1
create C hash:net family inet skbinfo
add C 10.0.0.0/8 skbmark 0x100/0x100
add C 10.0.0.0/24 skbmark 0x200/0x200
add C 10.0.0.9 nomatch
create P hash:ip,port family inet skbinfo
add P 10.0.0.1,udp:53 skbmark 0x5
create L list:set size 8
add L B
add L A
create D hash:ip family inet skbinfo
`;

/** The mark behind the rule, on each way: a number, or null where it is not known. */
function marks(rule: string, to: string, ipsets: string | null = SETS): (number | null)[] {
  const host = ipsets === null ? { ...nodeOf(), ipsets: null } : nodeOf({ ipsets });
  const rules = `*mangle\n:OUTPUT ACCEPT\n-A OUTPUT -j MARK --set-xmark 0xff00ff\n-A OUTPUT -j SET ${rule}`;
  const packet = { via: null, from: '192.168.1.1:1000', to: `${to}:53`, protocol: 'udp', host };
  return ask(rules, packet).outcomes.map(({ end }) => end.mark);
}

describe('Which mark does a packet get from an ipset?', () => {
  const BEFORE = 0xff00ff;
  it('that of its element, under the mask of its element', () => {
    expect(marks('--map-set A dst --map-mark', '10.0.0.1')).toEqual([0xff001f]);
    expect(marks('--map-set A dst --map-mark', '10.0.0.3')).toEqual([0x77]);
    expect(marks('--map-set C dst --map-mark', '10.0.0.1')).toEqual([0xff02ff]);
    expect(marks('--map-set C dst --map-mark', '10.9.9.9')).toEqual([0xff01ff]);
    expect(marks('--map-set P dst,dst --map-mark', '10.0.0.1')).toEqual([5]);
  });
  it('none where the element has none, the set has no element for it, or only a queue is asked for', () => {
    for (const to of ['10.0.0.2', '10.0.0.4', '10.0.0.5'])
      expect(marks('--map-set A dst --map-mark', to)).toEqual([BEFORE]);
    expect(marks('--map-set B dst --map-mark', '10.0.0.1')).toEqual([BEFORE]);
    expect(marks('--map-set C dst --map-mark', '10.0.0.9')).toEqual([BEFORE]);
    expect(marks('--map-set P dst --map-mark', '10.0.0.1')).toEqual([BEFORE]);
    expect(marks('--map-set A dst --map-prio', '10.0.0.1')).toEqual([BEFORE]);
  });
  it('of a list the first set that has it counts (list_set_ktest)', () => {
    expect(marks('--map-set L dst --map-mark', '10.0.0.1')).toEqual([BEFORE]);
    expect(marks('--map-set L dst --map-mark', '10.0.0.3')).toEqual([0x77]);
  });
  it('is open where a rule has just added the element, or the sets were not captured, and that is named', () => {
    expect(marks('--add-set D dst --map-set D dst --map-mark', '10.0.0.1')).toEqual([null]);
    expect(marks('--map-set A dst --map-mark', '10.0.0.1', null)).toEqual([null, BEFORE]);
  });
});
