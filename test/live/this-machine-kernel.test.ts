import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { whyNoKernel } from '../kernel/lab.ts';
import { itemsOf } from './answers.ts';
import { DEMO } from './cluster.ts';

const ROOT = join(import.meta.dirname, '../..');
const PROGRAM = join(ROOT, 'bin/kp-explain.cjs');
const missing = whyNoKernel();
const required = (process.env.KP_EXPLAIN_REQUIRE_KERNEL ?? '') !== '';

/** A network namespace with the demo node's rules, addresses like its own, and two flows of its client-a. */
class Machine {
  readonly name: string;
  readonly work = mkdtempSync(join(tmpdir(), 'kp-explain-machine-'));

  constructor(suffix: string) {
    this.name = `kpxl${process.pid}${suffix}`;
    execFileSync('ip', ['netns', 'add', this.name]);
  }

  run(command: readonly string[], input = ''): string {
    return execFileSync('ip', ['netns', 'exec', this.name, ...command], {
      encoding: 'utf8',
      input,
      stdio: ['pipe', 'pipe', 'pipe'],
      maxBuffer: 64 * 1024 * 1024,
    });
  }

  /** Runs the built program in the namespace. */
  explain(...args: readonly string[]): { status: number | null; out: string; err: string } {
    const { status, stdout, stderr } = spawnSync(
      'ip',
      ['netns', 'exec', this.name, process.execPath, PROGRAM, ...args, '--no-api'],
      {
        cwd: this.work,
        encoding: 'utf8',
        maxBuffer: 64 * 1024 * 1024,
        env: { PATH: process.env.PATH, NO_COLOR: '1' },
      },
    );
    return { status, out: stdout, err: stderr };
  }

  setUp(): void {
    for (const family of ['', '6']) {
      const dump = readFileSync(join(DEMO, `ip${family}tables-save.txt`), 'utf8');
      // This kernel counts no packets by name (xt_nfacct); the rules are the same without the counting.
      this.run([`ip${family}tables-nft-restore`], dump.replace(/-m nfacct --nfacct-name +\S+ /g, ''));
    }
    this.run(
      ['ip', '-batch', '-'],
      `link set lo up
link add cni0 type bridge
link add eth0 type veth peer name peer0
addr add 192.168.100.11/24 dev eth0
addr add 10.244.1.1/24 dev cni0
link set peer0 up
link set eth0 up
link set cni0 up
route add default via 192.168.100.254
`,
    );
    this.run(['sysctl', '-qw', 'net.ipv4.ip_forward=1', 'net.ipv4.conf.all.rp_filter=0']);
    for (const [port, reply] of [
      ['41001', '10.244.1.11'],
      ['41002', '10.244.2.11'],
    ] as const)
      this.flow('10.96.10.1', port, reply);
    this.flow('10.96.10.2', '41003', '10.244.1.12');
  }

  flow(service: string, port: string, endpoint: string): void {
    this.run([
      ...['conntrack', '-I', '-p', 'tcp', '--state', 'ESTABLISHED', '-u', 'ASSURED,SEEN_REPLY', '-t', '600'],
      ...['-s', '10.244.1.13', '-d', service, '--sport', port, '--dport', '80'],
      ...['-r', endpoint, '-q', '10.244.1.13', '--reply-port-src', '8080', '--reply-port-dst', port],
    ]);
  }

  /** Everything that must not change: rules of both backends without their counters, sets, flows' number, modules' tables. */
  state(): string {
    const counters = /\[\d+:\d+\]|counter packets \d+ bytes \d+|^#.*$/gm;
    return [
      this.run(['nft', 'list', 'ruleset']).replace(counters, ''),
      this.run(['iptables-legacy-save']).replace(counters, ''),
      this.run(['cat', '/proc/net/ip_tables_names', '/proc/net/ip6_tables_names']),
      this.run(['ipset', 'save']),
      this.run(['sysctl', 'net.netfilter.nf_conntrack_count']),
      this.run(['ip', '-4', 'addr']),
    ].join('\n---\n');
  }

  close(): void {
    spawnSync('ip', ['netns', 'del', this.name]);
    rmSync(this.work, { recursive: true, force: true });
  }
}

describe.skipIf(missing !== null && !required)('this machine', () => {
  let machine: Machine;
  beforeAll(() => {
    machine = new Machine('a');
    machine.setUp();
  });
  afterAll(() => machine.close());

  it('can be asked', () => expect(missing).toBeNull());

  it.each([
    ['a Service', ['trace', 'shop/web']],
    ['without conntrack', ['trace', 'shop/web', '--no-conntrack']],
    ['DNS by its address', ['trace', '10.96.0.10:53', '--protocol', 'udp', '--from', '10.244.1.13']],
    ['a node port from outside', ['trace', 'node:30081', '--from', 'external', '--detail', 'full']],
    [
      'a known connection',
      [
        'trace',
        '10.96.10.1:80',
        '--from',
        '10.244.1.13',
        '--source-port',
        '41002',
        '--ctstate',
        'ESTABLISHED',
      ],
    ],
    ['stuck flows', ['conntrack', '--svc', 'shop/web']],
    ['the whole table', ['conntrack']],
    ['services', ['services']],
    ['a chain', ['chain', 'KUBE-SVC-E3PXEPMWAWIUT6ZV']],
  ])('answers as a capture of it does: %s', (_, question) => {
    const before = machine.state();
    const name = `cap-${question.join('').replace(/\W/g, '')}`;
    const live = machine.explain(...question, '-o', 'json');
    expect(live.status, live.err).toBe(0);
    const conntrack = question.includes('--no-conntrack') ? ['--no-conntrack'] : [];
    const saved = machine.explain('capture', '-w', name, ...conntrack);
    expect(saved.status, saved.err).toBe(0);
    const replay = machine.explain(...question, '-o', 'json', '-f', name);
    const items = itemsOf(replay);
    // A flow stands on another line in a listing of all of them, and its time runs on between the two.
    const unplaced = (value: unknown) =>
      JSON.stringify(value)
        .replace(/[^"]*conntrack[^"(]*? line \d+/g, 'conntrack line N')
        .replace(/("clear":(?:null|"[^"]*"),"line":)\d+/g, '$1N')
        .replace(/"timeoutSeconds":\d+|\d+ s left/g, 'time left')
        // Packets go on while both are read.
        .replace(/"counters":\{[^}]*\}/g, '"counters":{}');
    expect(unplaced(itemsOf(live))).toBe(unplaced(items));
    expect(JSON.parse(live.out).problems).toEqual([]);
    expect(JSON.parse(replay.out).problems).toEqual([]);
    expect(machine.state()).toBe(before);
  });

  it('lists only the flows to the destination', () => {
    const { out } = machine.explain('trace', '10.96.10.1:80', '--from', '10.244.1.13', '-o', 'json');
    expect(JSON.parse(out).items[0].flows.total).toBe(2);
  });

  it('counts a flow to itself once, though it is its own answer’s too', () => {
    machine.run([
      ...['conntrack', '-I', '-p', 'tcp', '--state', 'ESTABLISHED', '-u', 'ASSURED,SEEN_REPLY', '-t', '600'],
      ...['-s', '192.168.100.11', '-d', '192.168.100.11', '--sport', '41009', '--dport', '9999'],
    ]);
    const question = [
      'trace',
      '192.168.100.11:9999',
      '--from',
      'node',
      '--source-port',
      '41010',
      '-o',
      'json',
    ];
    const total = (run: { out: string }) => JSON.parse(run.out).items[0].flows.total;
    machine.explain('capture', '-w', 'self');
    expect(total(machine.explain(...question))).toBe(1);
    expect(total(machine.explain(...question, '-f', 'self'))).toBe(1);
  });

  it('as an archive answers the same as its folder', () => {
    machine.explain('capture', '-w', 'one.tar.gz');
    machine.explain('capture', '-w', 'one');
    const ask = (name: string) => itemsOf(machine.explain('services', '-o', 'json', '-f', name));
    expect(ask('one.tar.gz')).toEqual(ask('one'));
    const listed = execFileSync('tar', ['tzf', join(machine.work, 'one.tar.gz')], { encoding: 'utf8' });
    expect(listed).toContain('iptables-save.txt\n');
    expect(listed).toContain('xt_recent/KUBE-SEP-');
  });

  it('is captured for its owner only, and a capture that is there is kept', () => {
    machine.explain('capture', '-w', 'mine');
    const path = join(machine.work, 'mine');
    expect(statSync(path).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(path, { recursive: true, encoding: 'utf8' })) {
      const stat = statSync(join(path, name));
      expect([name, (stat.mode & 0o777).toString(8)]).toEqual([name, stat.isDirectory() ? '700' : '600']);
    }
    const again = machine.explain('capture', '-w', 'mine');
    expect(again.status).toBe(2);
    expect(again.err).toContain('--force');
    expect(machine.explain('capture', '-w', 'mine', '--force').status).toBe(0);
  });

  it('whose legacy tables hold rules too gives both, and gets no new one', () => {
    const both = new Machine('b');
    try {
      both.setUp();
      both.run(['iptables-legacy', '-t', 'filter', '-A', 'OUTPUT', '-d', '192.0.2.1', '-j', 'DROP']);
      const before = both.state();
      const { out, err } = both.explain('services', '-o', 'json');
      expect(JSON.parse(out).capture.backends, err).toEqual(['iptables-nft', 'iptables-legacy']);
      both.explain('capture', '-w', 'cap');
      expect(readFileSync(join(both.work, 'cap/iptables-legacy-save.txt'), 'utf8')).toContain(
        '-A OUTPUT -d 192.0.2.1/32 -j DROP',
      );
      expect(readdirSync(join(both.work, 'cap'))).not.toContain('ip6tables-legacy-save.txt');
      expect(both.state()).toBe(before);
    } finally {
      both.close();
    }
  });

  it.each(['services', 'check'])('without rules: %s says so', (command) => {
    const bare = new Machine('c');
    try {
      const { status, err } = bare.explain(command);
      expect(status).toBe(2);
      expect(err).toContain('this machine has no iptables rules');
    } finally {
      bare.close();
    }
  });

  it('without iptables-save asks for a state', () => {
    const empty = mkdtempSync(join(tmpdir(), 'kp-explain-empty-'));
    // In a mount namespace of its own: the machine's programs stay where they are for everyone else.
    const hide = ['/usr/sbin', '/sbin', '/usr/local/sbin']
      .map((path) => `mount --bind ${empty} ${path}`)
      .join(' && ');
    const { status, stderr } = spawnSync(
      'unshare',
      ['-m', 'sh', '-c', `${hide} && exec "$0" "$@"`, process.execPath, PROGRAM, 'services'],
      { encoding: 'utf8', env: { PATH: process.env.PATH } },
    );
    rmSync(empty, { recursive: true });
    expect(status, stderr).toBe(2);
    expect(stderr).toMatch(
      /^error: no node state given, and this machine has no iptables-save: .*-f.*--node.*--demo/,
    );
  });

  it('that may not be asked says who may', () => {
    const { status, stderr } = spawnSync(process.execPath, [PROGRAM, 'services'], {
      encoding: 'utf8',
      uid: 65534,
      cwd: '/',
      env: { PATH: process.env.PATH },
    });
    expect(status).toBe(2);
    expect(stderr).toMatch(/the rules of this machine cannot be read: .*sudo/);
    expect(stderr).not.toContain(' at ');
  });
});
