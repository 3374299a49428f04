import { describe, expect, it } from 'vitest';
import { parseCiliumServices } from '../../src/cilium/parse-services.ts';
import { parseIpvs } from '../../src/ipvs/parse-ipvs.ts';
import { seenOf } from '../../src/kubernetes/kubectl-endpoints.ts';
import { formatSocket, readDecimalSocket, readSocket } from '../../src/net/listed-socket.ts';
import { ProblemList } from '../../src/problems/problem.ts';

const LONG = '[2001:1db8:1111:2222:3333:4444:5555:6666]';

describe('is a port of four digits behind an address of 32 digits decimal?', () => {
  it('yes in ipvsadm-save', () => {
    const { servers } = parseIpvs(`-A -t ${LONG}:8443 -s rr\n-a -t ${LONG}:8443 -r ${LONG}:8080 -m -w 1\n`);
    const [server] = servers ?? [];
    expect(server?.takes).toMatchObject({ port: 8443 });
    expect(server?.servers.map(({ port }) => port)).toEqual([8080]);
  });

  it('yes in a table of kubectl', () => {
    expect(seenOf('web', 'shop', `${LONG}:8080`, true)[0]?.sockets).toEqual([`${LONG}:8080`]);
  });

  it('yes in what Cilium lists', () => {
    const table = `1    ${LONG}:8443/TCP    ClusterIP      1 => ${LONG}:8080/TCP (active)\n`;
    const [front] = parseCiliumServices(table, 'cilium.txt', new ProblemList()).frontends;
    expect([front?.port, front?.backends[0]?.port]).toEqual([8443, 8080]);
  });

  it('no in /proc/net/ip_vs', () => expect(readSocket(`${LONG}:1F90`)?.port).toBe(8080));
});

it.each(['10.0.0.1:80', '[fd00::a]:65535'])('%s is read', (text) => {
  const socket = readDecimalSocket(text);
  expect(socket && formatSocket(socket)).toBe(text);
});

it.each(['', '10.0.0.1', '10.0.0.1:65536', '[fd00::a]:1F90', '0A60000A:0035', 'fd00::a:80', '[x]:80'])(
  '%j is none',
  (text) => expect(readDecimalSocket(text)).toBeNull(),
);
