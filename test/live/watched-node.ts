import { execFileSync, type SpawnOptions, spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEMO } from './cluster.ts';

/** Opens a connection or sends a datagram, and waits for the answer; says nothing where none comes. */
const CLIENT = `
import socket, sys
kind, host, port, source = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
with socket.socket(socket.AF_INET, socket.SOCK_STREAM if kind == 'tcp' else socket.SOCK_DGRAM) as s:
    s.settimeout(2 if kind == 'tcp' else 0.05)
    s.bind(('', source))
    s.connect((host, port))
    s.sendall(b'hello')
    try:
        s.recv(100)
    except OSError:
        pass
`;

/** Answers what comes to TCP port 8080, until it is ended. */
const SERVER = `
import socket
with socket.socket() as s:
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(('', 8080))
    s.listen()
    print('ready', flush=True)
    while True:
        c, _ = s.accept()
        c.recv(100)
        c.sendall(b'hello back')
        c.close()
`;

/** The demo node's rules in a kernel, with a client's pod and the pods behind its Services: packets really go there. */
export class WatchedNode {
  readonly node = `kpxw${process.pid}n`;
  readonly #client = `kpxw${process.pid}c`;
  readonly #servers = `kpxw${process.pid}s`;
  #server: ReturnType<typeof spawn> | null = null;

  async setUp(): Promise<void> {
    const { node } = this;
    const client = this.#client;
    const servers = this.#servers;
    for (const name of [node, client, servers]) execFileSync('ip', ['netns', 'add', name]);
    for (const family of ['', '6']) {
      const dump = readFileSync(join(DEMO, `ip${family}tables-save.txt`), 'utf8');
      // This kernel counts no packets by name (xt_nfacct); the rules are the same without the counting.
      this.#in(node, [`ip${family}tables-nft-restore`], dump.replace(/-m nfacct --nfacct-name +\S+ /g, ''));
    }
    this.#in(
      node,
      ['ip', '-batch', '-'],
      `link set lo up
link add cni0 type bridge
link add eth0 type veth peer name peer0
link add c0 type veth peer name eth0 netns ${client}
link add s0 type veth peer name eth0 netns ${servers}
link set c0 master cni0
link set s0 master cni0
addr add 192.168.100.11/24 dev eth0
addr add 10.244.1.1/24 dev cni0
${['peer0', 'eth0', 'c0', 's0', 'cni0'].map((name) => `link set ${name} up`).join('\n')}
route add 10.244.2.0/24 dev cni0
route add default via 192.168.100.254
`,
    );
    const pod = (addresses: readonly string[]): string =>
      `link set lo up
link set eth0 up
${addresses.map((address) => `addr add ${address}/24 dev eth0`).join('\n')}
route add default via 10.244.1.1
`;
    this.#in(client, ['ip', '-batch', '-'], pod(['10.244.1.13']));
    this.#in(servers, ['ip', '-batch', '-'], pod(['10.244.1.11', '10.244.1.12', '10.244.2.11']));
    this.#in(node, ['sysctl', '-qw', 'net.ipv4.ip_forward=1', 'net.ipv4.conf.all.rp_filter=0']);
    // Both pods answer through the node, as on a node whose bridge shows its packets to iptables.
    this.#in(servers, ['ip', 'route', 'add', '10.244.1.13', 'via', '10.244.1.1']);
    this.#server = spawn('ip', ['netns', 'exec', servers, 'python3', '-c', SERVER], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise((resolve) => this.#server?.stdout?.once('data', resolve));
  }

  /** Packets from the client's pod. @param port that they come from */
  send(kind: 'tcp' | 'udp', host: string, to: number, port: number): void {
    const args = [
      'netns',
      'exec',
      this.#client,
      'python3',
      '-c',
      CLIENT,
      kind,
      host,
      String(to),
      String(port),
    ];
    spawnSync('ip', args, { stdio: 'inherit' });
  }

  /** Runs a command on the node, and waits for it. */
  run(...command: readonly string[]): string {
    return this.#in(this.node, command);
  }

  /** Starts a command on the node. */
  start(command: readonly string[], options: SpawnOptions): ReturnType<typeof spawn> {
    return spawn('ip', ['netns', 'exec', this.node, ...command], options);
  }

  /** @returns the programs that run on the node. */
  programs(): string[] {
    const pids = execFileSync('ip', ['netns', 'pids', this.node], { encoding: 'utf8' });
    return pids
      .split('\n')
      .filter((pid) => pid !== '')
      .map((pid) => {
        try {
          return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
        } catch {
          return '';
        }
      })
      .filter((line) => line !== '');
  }

  close(): void {
    this.#server?.kill('SIGKILL');
    for (const name of [this.node, this.#client, this.#servers]) {
      const pids = spawnSync('ip', ['netns', 'pids', name], { encoding: 'utf8' }).stdout;
      for (const pid of pids.split('\n')) if (pid !== '') spawnSync('kill', ['-KILL', pid]);
      spawnSync('ip', ['netns', 'del', name]);
    }
  }

  #in(name: string, command: readonly string[], input = ''): string {
    return execFileSync('ip', ['netns', 'exec', name, ...command], {
      encoding: 'utf8',
      input,
      stdio: ['pipe', 'pipe', 'pipe'],
      maxBuffer: 64 * 1024 * 1024,
    });
  }
}
