import { describe, expect, it } from 'vitest';
import { run } from '../cli/run-main.ts';
import { BrokenDemo } from './broken-demo.ts';

const demo = new BrokenDemo({ 'capture.json': (text) => `${text} ` });

describe('how a destination is read', () => {
  it.each([
    ['fd00:10:96::17:80', 'if port 80 of fd00:10:96::17 is meant, write [fd00:10:96::17]:80'],
    ['fd00::1:80', 'if port 80 of fd00::1 is meant, write [fd00::1]:80'],
    ['fd00::a', 'is read as an IPv6 address without a port, which would be [fd00::a]:80; for a ping say'],
    // Nobody writes `fe80:::1`: the 1 is of the address.
    ['fe80::1', 'which would be [fe80::1]:80; for a ping say'],
    ['10.96.10.1', '10.96.10.1 needs a port, such as 10.96.10.1:80; for a ping say --protocol icmp'],
  ])('%s needs a port', async (destination, hint) => {
    const { status, err } = await demo.run([destination]);
    expect(status).toBe(2);
    expect(err).toContain(hint);
  });

  it('an IPv6 client asks a dual-stack Service at its IPv6 address', async () => {
    expect((await demo.ask('shop/dual', 'fd00:10:244:1::13')).packet.destination.address).toBe(
      'fd00:10:96::17',
    );
    expect((await demo.ask('shop/dual', '10.244.1.13')).packet.destination.address).toBe('10.96.10.17');
    const { status, err } = await demo.run(['shop/web', '--from', 'fd00:10:244:1::13']);
    expect([status, err]).toEqual([2, expect.stringContaining('are of different families')]);
  });
});

describe('a listing of single chains', () => {
  const listing = (rules: string): string => `*nat\n${rules}\nCOMMIT\n`;

  it('is not said to lack the chains that were supplied for it', async () => {
    const text = [
      '-N KUBE-SERVICES',
      '-A KUBE-SERVICES -d 10.96.0.9/32 -p tcp -m comment --comment "shop/web cluster IP" -m tcp --dport 80 -j KUBE-SVC-AAAAAAAAAAAAAAAA',
      '-N KUBE-SVC-AAAAAAAAAAAAAAAA',
      '-A KUBE-SVC-AAAAAAAAAAAAAAAA -p tcp -j DNAT --to-destination 10.244.1.5:80',
      '',
    ].join('\n');
    const { out } = await run(
      ['trace', '10.96.0.9:80', '--from', '10.244.9.9', '--detail', 'answer', '-f', '-'],
      {
        stdin: text,
      },
    );
    expect(out).toContain('nat PREROUTING is not in the listing; it is taken to lead to KUBE-SERVICES');
    expect(out).toContain('filter FORWARD is not in the capture: taken for empty, with policy ACCEPT');
    expect(out).not.toMatch(/nat .* taken for empty|table nat are not in the capture/);
  });

  it('says which chains are missing where none is supplied', async () => {
    const { out } = await run(
      ['trace', '10.9.9.9:80', '--from', '10.8.8.8', '--detail', 'answer', '-f', '-'],
      {
        stdin: listing(':OUTPUT ACCEPT [0:0]\n-A OUTPUT -j ACCEPT'),
      },
    );
    expect(out).toContain('nat PREROUTING and nat POSTROUTING are not in the capture: taken for empty');
  });

  it('names the Service of each way where host names hide which rule is meant', async () => {
    const text = [
      'Chain PREROUTING (policy ACCEPT)',
      'target     prot opt source               destination',
      'KUBE-SERVICES  all  --  anywhere             anywhere             /* kubernetes service portals */',
      '',
      'Chain KUBE-SERVICES (2 references)',
      'target     prot opt source               destination',
      'KUBE-SVC-AAAAAAAAAAAAAAAA  tcp  --  anywhere             web.example.com      /* shop/web cluster IP */ tcp dpt:http',
      'KUBE-SVC-BBBBBBBBBBBBBBBB  tcp  --  anywhere             api.example.com      /* shop/api cluster IP */ tcp dpt:http',
      '',
      'Chain KUBE-SVC-AAAAAAAAAAAAAAAA (1 references)',
      'target     prot opt source               destination',
      'DNAT       tcp  --  anywhere             anywhere             tcp to:10.42.0.1:80',
      '',
      'Chain KUBE-SVC-BBBBBBBBBBBBBBBB (1 references)',
      'target     prot opt source               destination',
      'DNAT       tcp  --  anywhere             anywhere             tcp to:10.42.0.2:80',
      '',
    ].join('\n');
    const args = ['trace', '10.43.0.9:80', '--from', '10.42.9.9', '--detail', 'answer', '-f', '-'];
    const { out } = await run(args, { stdin: text });
    expect(out.split('\n')[0]).toContain(
      'may be one of several Services, as the rules here leave open: shop/web (cluster IP, named by a rule comment), shop/api (cluster IP',
    );
    expect(out).toMatch(
      /it is shop\/web\n {2}ACCEPT to 1 endpoint.*\n {2}but filter FORWARD was not captured.*\n.*\n.*10\.42\.0\.1:80/,
    );
    expect(out).toMatch(
      /it is shop\/api\n {2}ACCEPT to 1 endpoint.*\n {2}but filter FORWARD was not captured.*\n.*\n.*10\.42\.0\.2:80/,
    );
    const [item] = JSON.parse((await run([...args, '-o', 'json'], { stdin: text })).out).items;
    expect(item.service).toBeNull();
    expect(
      item.outcomes.map((one: { service: { name: string } | null }) => one.service?.name ?? null),
    ).toEqual(['web', 'api', null]);
  });
});

describe('how --in-interface is read', () => {
  it('an interface that the node does not have is an error that names those it has', async () => {
    const { status, err } = await demo.run(['node:30081', '--from', 'external', '--in-interface', 'nosuch']);
    expect(status).toBe(2);
    expect(err).toContain(
      '--in-interface nosuch: the node has no interface of this name; it has lo, eth0, int0',
    );
  });
  it('what the node itself sends comes in through none', async () => {
    const { status, err } = await demo.run(['node:30081', '--from', 'node', '--in-interface', 'eth0']);
    expect([status, err]).toEqual([2, expect.stringContaining('comes in through no interface')]);
  });
  it('an address of the node that comes in from outside is a martian', async () => {
    const strict = new BrokenDemo({
      'sysctl.txt': (text) =>
        `${text}\n${['all', 'int0']
          .flatMap((name) => [
            `net.ipv4.conf.${name}.accept_local = 0`,
            `net.ipv4.conf.${name}.rp_filter = 0`,
          ])
          .join('\n')}\n`,
    });
    const item = await strict.ask('10.96.0.10:53', '192.168.100.11', {
      protocol: 'udp',
      inInterface: 'int0',
    });
    expect(item.packet).toMatchObject({ entersAt: 'PREROUTING', inInterface: 'int0' });
    expect(item.outcomes.map(({ verdict, reason }) => [verdict, reason?.code])).toContainEqual([
      'drop',
      'martian-source',
    ]);
    expect(item.outcomes.every(({ verdict }) => verdict === 'drop')).toBe(true);
  });
});
