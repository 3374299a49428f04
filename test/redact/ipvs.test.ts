import { describe, expect, it } from 'vitest';
import { parseIpvs } from '../../src/ipvs/parse-ipvs.ts';
import { formatAddress } from '../../src/net/address.ts';
import { ProblemList } from '../../src/problems/problem.ts';
import { renameIpvs } from '../../src/redact/lines.ts';
import { Renamer } from '../../src/redact/renamer.ts';

const renamer = (key = 'a fixed key'): Renamer => new Renamer(key);

/** What a listing tells, with the addresses as they are renamed: it must be what the redacted listing tells. */
function told(text: string, names: Renamer | null): unknown {
  const problems = new ProblemList();
  const listing = parseIpvs(text, 'ipvsadm.txt', problems);
  expect(problems.list().filter(({ code }) => code !== 'partial-listing')).toEqual([]);
  return JSON.parse(
    JSON.stringify(listing, (key, value) => {
      if (key === 'address')
        return names === null ? formatAddress(value) : names.address(formatAddress(value));
      return typeof value === 'bigint' ? String(value) : value;
    }),
  );
}

const rename = (text: string, names: Renamer): string =>
  text
    .split('\n')
    .map((line) => (line === '' ? '' : renameIpvs(line, names)))
    .join('\n');

const V6 = '[fd00:0010:0096:0000:0000:0000:0000:0017]';
const LISTINGS: readonly (readonly [string, string])[] = [
  [
    '/proc/net/ip_vs',
    `IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port Forward Weight ActiveConn InActConn
TCP  0A60000A:0035 rr persistent 10800 FFFFFF00
  -> 0AF4010C:0050      Masq    1      0          0
TCP  ${V6}:0050 rr
  -> [fd00:0010:0244:0000:0000:0000:0000:0005]:1F90      Masq    1      2          3
FWM  0000001A wrr
  -> DEADBEEF:0050      Masq    1      0          0
`,
  ],
  [
    '/proc/net/ip_vs_conn',
    `Pro FromIP   FPrt ToIP     TPrt DestIP   DPrt State       Expires PEName PEData
TCP 64600101 9040 64400010 0050 64610203 1090 ESTABLISHED     889
TCP DEADBEEF 9040 FACADEDE 0050 0AF4010B 1F90 TIME_WAIT        22 sip ACME
UDP ${V6} 9040 ${V6} 1F90 [fd12:3456:789a:bcde:1234:5678:9abc:def0] 1F90 UDP 7
`,
  ],
  [
    'ipvsadm -Ln',
    `Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn
TCP  10.96.0.1:443 rr persistent 10800 mask 255.255.255.0
  -> 10.40.0.1:6443               Masq    1      3          0
TCP  [fd00::a]:8080 mh (mh-port)
  -> [fd12:3456:789a:bcde::def0]:8080 Masq 1 3 0
`,
  ],
  [
    'ipvsadm-save',
    '-A -t [fd00::a]:8080 -s rr\n-a -t [fd00::a]:8080 -r [fd12:3456:789a:bcde::def0]:8080 -m -w 1\n',
  ],
  ['ipvsadm -Lnc', 'TCP 14:42  ESTABLISHED 10.244.1.13:35816  10.96.10.1:80 10.244.1.12:8080\n'],
];

describe('IPVS', () => {
  it.each(LISTINGS)('%s tells the same in new names', (_name, text) => {
    for (const key of ['a', 'b', 'c', 'd']) {
      const names = renamer(key);
      const after = rename(text, names);
      expect(told(after, null)).toEqual(told(text, names));
      expect(after).not.toMatch(/DEADBEEF|FACADEDE|ACME|6[04]{2}\d{5}|0A60000A|0AF401|10\.96\.|10\.244\./);
    }
  });

  it.each([
    'TCP 64600101 9040 64400010 0050 64610203 1090',
    'TCP 64600101 904',
    'TCP 64600101',
    'TCP FACADEDE',
    'FACADEDE 0050',
    '64600101 0050',
    '  -> 64600101 Masq 1 0 0',
    'TCP  0A60000A:0035 rr FACADEDE',
    'TCP  0A60000A:0035 rr persistent 10800 FACADEDE',
    'TCP 14:42 ESTABLISHED 10.244.1.13:35816 10.96.10.1:80 10.244.1.12:8080 sip acme',
  ])('%s is left out', (line) => expect(renameIpvs(line, renamer())).toBeNull());

  it('leaves a port of ipvsadm-save as it is, behind an address of 32 digits too', () => {
    const saved = '-a -t [2001:1db8:1111:2222:3333:4444:5555:6666]:8443 -r [2001:1db8:1111::7]:8080 -m';
    expect(renameIpvs(saved, renamer())).toMatch(/^-a -t \[[^\]]+\]:8443 -r \[[^\]]+\]:8080 -m$/);
  });

  it('lets an address without a port stand only as a mask', () => {
    const names = renamer();
    const renamed = renameIpvs('TCP  10.96.0.1:443 rr persistent 10 mask 255.255.0.0 10.9.8.7', names);
    expect(renamed).toBe(
      `TCP  ${names.socket('10.96.0.1:443')} rr persistent 10 mask 255.255.0.0 ${names.address('10.9.8.7')}`,
    );
  });
});
