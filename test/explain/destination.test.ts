import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { run } from '../cli/run-main.ts';

const SAVE = readFileSync(new URL('../../fixtures/demo/iptables-save.txt', import.meta.url), 'utf8');

async function chosen(argv: readonly string[], stdin = '') {
  const { out, err } = await run(['trace', ...argv, '--from', 'external', '-o', 'json'], { stdin });
  if (out === '') throw new Error(err);
  const [item] = JSON.parse(out).items;
  const notes: { code: string; text: string }[] = item.assumptions;
  const { protocol, destination } = item.packet;
  return {
    to: `${destination.address}:${destination.port}/${protocol}`,
    service: item.service,
    said: notes.find(({ code }) => code === 'destination-chosen')?.text ?? null,
  };
}

describe('an address and port without a protocol', () => {
  it.each([
    ['by the API', ['10.96.0.10:53', '--demo'], ''],
    ['by the rules alone', ['10.96.0.10:53', '-f', '-'], SAVE],
  ])('of a TCP and a UDP Service port is TCP, and the other is named, %s', async (_, argv, stdin) => {
    expect(await chosen(argv, stdin)).toMatchObject({
      to: '10.96.0.10:53/tcp',
      said: '10.96.0.10:53 is a Service port for TCP (kube-system/kube-dns:dns-tcp) and UDP (kube-system/kube-dns:dns); this is TCP, and --protocol udp asks for the other',
    });
  });

  it.each([
    ['by the API', ['10.96.10.31:5353', '--demo'], ''],
    ['by the rules alone', ['10.96.10.31:5353', '-f', '-'], SAVE],
  ])('of a UDP Service port alone is UDP, and said to be, %s', async (_, argv, stdin) => {
    expect(await chosen(argv, stdin)).toMatchObject({
      to: '10.96.10.31:5353/udp',
      said: '10.96.10.31:5353 is a Service port for UDP (shop/udp-echo:echo) only, so this is UDP; --protocol tcp asks for TCP',
    });
  });

  it('of a refused UDP port is UDP too', async () => {
    expect(await chosen(['10.96.10.4:53', '-f', '-'], SAVE)).toMatchObject({ to: '10.96.10.4:53/udp' });
  });

  it('of a node port is what the node port is for, by either name of the node', async () => {
    for (const to of ['node:30099', '192.168.100.11:30099']) {
      const { to: packet, said } = await chosen([to, '--demo']);
      expect(packet).toBe('192.168.100.11:30099/udp');
      expect(said).toContain('UDP (shop/udp-echo:echo) only');
    }
    expect((await chosen(['node:30099', '-f', '-'], SAVE)).to).toMatch(/:30099\/udp$/);
  });

  it.each(['10.96.10.1:80', '10.244.1.11:8080', '8.8.8.8:53'])('%s is TCP without a word', async (to) => {
    expect(await chosen([to, '--demo'])).toMatchObject({ to: `${to}/tcp`, said: null });
  });

  it('says nothing where the protocol was asked for', async () => {
    expect(await chosen(['10.96.0.10:53', '--protocol', 'udp', '--demo'])).toMatchObject({ said: null });
  });
});

describe('which of several ports is meant does not depend on where the name came from', () => {
  it.each([
    ['kube-system/kube-dns', '10.96.0.10:53/udp'],
    ['shop/empty', '10.96.10.4:53/udp'],
    ['shop/multi', '10.96.10.36:80/tcp'],
    ['shop/multi-np', /:80\/tcp$/],
    ['shop/same-port', /:8080\/tcp$/],
  ])('%s: the lowest, and of one number the first by name', async (name, to) => {
    const fromApi = await chosen([name, '--demo']);
    const fromRules = await chosen([name, '-f', '-'], SAVE);
    expect(fromApi.to).toMatch(to);
    expect(fromRules.to).toBe(fromApi.to);
  });
});

describe('a Service that only comments name', () => {
  it('is traced by its node port where the rules know no address of it', async () => {
    // Without the table of kubectl beside them, which shows its cluster IP.
    const { to, service, said } = await chosen([
      'default/echo-local',
      '-f',
      'fixtures/k3s-echo/iptables-nat-L.txt',
      '-f',
      'fixtures/k3s-echo/iptables-nat-S-KUBE-SERVICES.txt',
    ]);
    expect(to).toMatch(/:31534\/tcp$/);
    expect(service).toEqual({
      namespace: 'default',
      name: 'echo-local',
      port: '',
      via: 'nodePort',
      namedBy: 'comment',
    });
    expect(said).toMatch(/^the rules tell of default\/echo-local by its node port alone; this is node:31534/);
  });

  it('is traced by its cluster IP before any other, and the others are told', async () => {
    expect(await chosen(['kube-system/traefik:web', '-f', 'fixtures/k3s-echo'])).toMatchObject({
      to: '10.43.24.120:80/tcp',
      said: 'kube-system/traefik has several addresses and ports in the rules; this is 10.43.24.120:80/tcp (web), others are 172.31.42.23:80/tcp (web), node:30784/tcp (web)',
    });
  });

  it('is found by the cluster IP in its own chain', async () => {
    expect((await chosen(['default/echo-session', '-f', 'fixtures/k3s-echo'])).to).toBe(
      '10.43.16.138:6711/tcp',
    );
  });

  it('that has no endpoints is found by what refuses it', async () => {
    expect(await chosen(['shop/lb-empty', '-f', '-'], SAVE)).toMatchObject({
      to: '10.96.10.32:80/tcp',
      service: { name: 'lb-empty', via: 'clusterIP' },
    });
  });

  it('is asked for by port and protocol', async () => {
    expect((await chosen(['kube-system/kube-dns:dns', '-f', '-'], SAVE)).to).toBe('10.96.0.10:53/udp');
    expect((await chosen(['kube-system/kube-dns', '--protocol', 'udp', '-f', '-'], SAVE)).to).toBe(
      '10.96.0.10:53/udp',
    );
  });

  it('is an error where no rule names it', async () => {
    const { status, err } = await run(['trace', 'shop/nosuch', '-f', '-'], { stdin: SAVE });
    expect(status).toBe(2);
    expect(err).toContain('no Service shop/nosuch in the comments of the rules');
  });
});
