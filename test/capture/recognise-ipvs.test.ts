import { describe, expect, it } from 'vitest';
import { recognise } from '../../src/capture/recognise.ts';

const HEADINGS: readonly (readonly [kind: string, text: string])[] = [
  ['ipvs', '-A -t 10.96.0.1:443 -s rr\n-a -t 10.96.0.1:443 -r 10.244.1.1:6443 -m -w 1\n'],
  [
    'ipvs',
    'IP Virtual Server version 1.2.1 (size=4096)\nProt LocalAddress:Port Scheduler Flags\n  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn\nTCP  10.96.0.1:443 rr\n  -> 192.168.100.1:6443           Masq    1      0          0\n',
  ],
  [
    'ipvs',
    'TCP  10.96.0.1:443 rr persistent 10800\n  -> 192.168.100.1:6443           Masq    1      0          0\n',
  ],
  ['ipvs', 'TCP  0A60000A:0035 rr\n  -> 0AF4020F:0035      Masq    1      0          18\n'],
  [
    'ipvs-connections',
    'IPVS connection entries\npro expire state       source             virtual            destination\n',
  ],
  ['ipvs-connections', 'TCP 14:42  ESTABLISHED 10.244.1.13:35816  10.96.10.1:80 10.244.1.12:8080\n'],
  ['ipvs-connections', 'TCP 0AF4010C 71E2 C0A8640B 7596 0AF4010B 1F90 TIME_WAIT        18\n'],
];

describe('Is a listing of IPVS known by its content?', () => {
  it.each(HEADINGS)('%s: %j', (kind, text) => {
    expect(recognise(Buffer.from(text)).kind).toBe(kind);
  });
});
