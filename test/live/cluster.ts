import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hear } from '../support/hear.ts';
import { runOnTerminal, type TerminalRun } from '../support/terminal.ts';

const ROOT = join(import.meta.dirname, '../..');
const PROGRAM = join(ROOT, 'bin/kp-explain.cjs');
/** The real node whose outputs the stand-in replays. */
export const DEMO = join(ROOT, 'fixtures/demo');

/** What a call of the stand-in fails with, before or instead of its answer. */
export interface Trouble {
  readonly status?: number;
  readonly out?: string;
  readonly err?: string;
  readonly sleepMs?: number;
  /** It goes wrong so often, and then no more. Absent: always. */
  readonly times?: number;
  /** Writes to this stream without end. */
  readonly flood?: 'stdout' | 'stderr';
  /** Leaves a program behind that keeps its pipes open for so long. */
  readonly grandchildMs?: number;
  /** `debug`: the pod is made all the same, as where the answer was lost. */
  readonly named?: boolean;
}

/** A cluster as the stand-in knows it. */
export interface Scenario {
  readonly nodes: readonly string[];
  readonly pods: readonly object[];
  readonly context?: { readonly name: string; readonly namespace?: string };
  readonly trouble?: Readonly<Record<string, Trouble>>;
  readonly podPrograms: readonly string[];
  readonly hostPrograms: readonly string[];
  readonly imagePrograms?: Readonly<Record<string, readonly string[]>>;
  /** Of a list each call prints the next. */
  readonly outputs: Readonly<Record<string, string | Trouble | readonly (string | Trouble)[]>>;
  /** What a node prints that is not as the others are, by its name. */
  readonly outputsOf?: Readonly<Record<string, Scenario['outputs']>>;
  readonly debugStatus?: object;
  /** The data of ConfigMaps by their name, and kube-proxy's log. */
  readonly configMaps?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly log?: string;
  /** The Ready condition of a node, where it is not true. */
  readonly ready?: Readonly<Record<string, object>>;
  /** Each call begins with a login that writes this and takes so long. */
  readonly login?: { readonly asks: string; readonly ms: number };
  /** The user's kuberc makes `delete` ask first. */
  readonly interactiveDelete?: true;
}

/** What a run of the built program did. */
export interface LiveRun {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

const SYSCTL =
  'sysctl -e net.bridge net.ipv4.conf net.ipv4.fib_multipath_hash_policy net.ipv4.fwmark_reflect net.ipv4.icmp_echo_ignore_all net.ipv4.icmp_echo_ignore_broadcasts net.ipv4.icmp_ratelimit net.ipv4.icmp_ratemask net.ipv4.ip_forward net.ipv4.ip_forward_update_priority net.ipv4.ip_forward_use_pmtu net.ipv4.ip_local_port_range net.ipv4.ip_local_reserved_ports net.ipv4.ip_nonlocal_bind net.ipv4.tcp_fwmark_accept net.ipv4.vs net.ipv6.conf net.ipv6.fwmark_reflect net.ipv6.icmp.echo_ignore_all net.ipv6.icmp.echo_ignore_anycast net.ipv6.icmp.echo_ignore_multicast net.netfilter';

function demo(name: string): string {
  return join(DEMO, name);
}

/** The demo node's outputs by command. */
export const OUTPUTS: Scenario['outputs'] = {
  'iptables --version': { out: 'iptables v1.8.9 (nf_tables)\n' },
  'iptables-save -c': demo('iptables-save.txt'),
  'ip6tables-save -c': demo('ip6tables-save.txt'),
  'ip -j -d addr': demo('ip-addr.json'),
  'ip -j route show table all': demo('ip-route.json'),
  'ip -j -6 route show table all': demo('ip6-route.json'),
  'ip -j rule': demo('ip-rule.json'),
  'ip -j -6 rule': demo('ip6-rule.json'),
  'nft -j list ruleset': demo('nft.json'),
  [SYSCTL]: demo('sysctl.txt'),
  'ss -ltnu': { out: 'tcp LISTEN 0 128 0.0.0.0:22 0.0.0.0:*\n' },
  'conntrack -L': demo('conntrack.txt'),
  'conntrack -L -f ipv6': { err: 'conntrack v1.4.7 (conntrack-tools): 0 flow entries have been shown.\n' },
  'conntrack -L --orig-dst 10.96.10.1': { out: flowsTo('10.96.10.1') },
  'conntrack -S': demo('conntrack-stats.txt'),
  'cat /proc/net/ip_tables_names': { out: '' },
  'cat /proc/net/ip6_tables_names': { out: '' },
};

/** What conntrack chooses for `--orig-dst` of shop/web. */
function flowsTo(address: string): string {
  const lines = readFileSync(demo('conntrack.txt'), 'utf8').split('\n');
  return lines
    .filter((line) => /dst=(\S+)/.exec(line)?.[1] === address)
    .map((line) => `${line}\n`)
    .join('');
}

const TOOLS = ['iptables', 'iptables-save', 'ip6tables-save', 'conntrack', 'ipset', 'nft'];

/** A kube-proxy pod of a node. */
export function proxyPod(node: string, more: object = {}): object {
  return {
    metadata: { name: `kube-proxy-${node}`, namespace: 'kube-system', labels: { 'k8s-app': 'kube-proxy' } },
    spec: {
      nodeName: node,
      hostNetwork: true,
      containers: [
        {
          name: 'kube-proxy',
          image: 'example.test/kube-proxy:v1.36.3',
          command: [
            '/usr/local/bin/kube-proxy',
            '--config=/var/lib/kube-proxy/config.conf',
            '--hostname-override=$(NODE_NAME)',
            '--proxy-mode=iptables',
          ],
          env: [{ name: 'TOKEN', value: 'SECRET-OF-THE-POD' }],
        },
      ],
    },
    status: { phase: 'Running', podIP: '192.168.100.11' },
    ...more,
  };
}

/** A cluster of one node whose kube-proxy image has no ip, sysctl, cat or shell, as those since 1.25. */
export const PLAIN: Scenario = {
  nodes: ['node-1'],
  pods: [proxyPod('node-1')],
  context: { name: 'prod', namespace: 'team' },
  podPrograms: TOOLS,
  hostPrograms: [...TOOLS, 'ip', 'sysctl', 'cat', 'grep'],
  outputs: OUTPUTS,
};

/** The stand-in on a PATH of its own, and runs of the built program with it. */
export class FakeCluster {
  readonly home = mkdtempSync(join(tmpdir(), 'kp-explain-live-'));
  readonly work = join(this.home, 'work');
  /** A script that the program runs before its own, to bring a fault about in it. */
  preload: string | null = null;

  constructor(scenario: Scenario) {
    const bin = join(this.home, 'bin');
    for (const folder of [bin, this.work]) mkdirSync(folder);
    copyFileSync(join(import.meta.dirname, 'fake-kubectl.mjs'), join(bin, 'kubectl.mjs'));
    // The name without extension is what PATH is searched for; the script itself has to be a module.
    writeFileSync(
      join(bin, 'kubectl'),
      `#!${process.execPath}\nimport(${JSON.stringify(join(bin, 'kubectl.mjs'))});\n`,
    );
    chmodSync(join(bin, 'kubectl'), 0o755);
    this.set(scenario);
  }

  set(scenario: Scenario): void {
    writeFileSync(join(this.home, 'scenario.json'), JSON.stringify(scenario));
  }

  get #env(): NodeJS.ProcessEnv {
    const env = { PATH: join(this.home, 'bin'), HOME: this.home, FAKE_KUBECTL: this.home, NO_COLOR: '1' };
    if (this.preload === null) return env;
    const path = join(this.home, 'preload.cjs');
    writeFileSync(path, `if (process.argv[1].endsWith('kp-explain.cjs')) {${this.preload}}`);
    return { ...env, NODE_OPTIONS: `--require=${path}` };
  }

  run(...args: readonly string[]): LiveRun {
    const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, ...args], {
      cwd: this.work,
      env: this.#env,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    });
    return { status, out: stdout, err: stderr };
  }

  /** The same on a machine that has no kubectl. */
  runWithout(...args: readonly string[]): LiveRun {
    rmSync(join(this.home, 'bin/kubectl'));
    return this.run(...args);
  }

  /** What lies in the folder that the program was run in, hidden files too. */
  files(): string[] {
    return readdirSync(this.work);
  }

  /** All that a written capture folder holds, as one text. */
  text(folder: string): string {
    const names = readdirSync(join(this.work, folder), { recursive: true, encoding: 'utf8' });
    const paths = names
      .map((name) => join(this.work, folder, name))
      .filter((path) => statSync(path).isFile());
    return paths.map((path) => readFileSync(path, 'utf8')).join('\n');
  }

  /** The same without blocking this process, for a server in it. */
  async runBeside(...args: readonly string[]): Promise<LiveRun> {
    return await this.interrupt(args, () => true, []);
  }

  /** Runs the program and sends signals once the stand-in was called in a certain way. */
  async interrupt(
    args: readonly string[],
    when: (call: readonly string[]) => boolean,
    signals: readonly NodeJS.Signals[],
  ): Promise<LiveRun> {
    return await this.#interrupt(args, when, signals, true);
  }

  /** The same where nobody reads what is said on standard error. */
  async interruptUnheard(
    args: readonly string[],
    when: (call: readonly string[]) => boolean,
    signals: readonly NodeJS.Signals[],
  ): Promise<LiveRun> {
    return await this.#interrupt(args, when, signals, false);
  }

  async #interrupt(
    args: readonly string[],
    when: (call: readonly string[]) => boolean,
    signals: readonly NodeJS.Signals[],
    heard: boolean,
  ): Promise<LiveRun> {
    const child = spawn(process.execPath, [PROGRAM, ...args], {
      cwd: this.work,
      env: this.#env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    if (!heard) child.stderr.destroy();
    const { ended } = hear(child);
    while (!this.calls().some(when) && child.exitCode === null) await pause(20);
    for (const signal of signals) {
      await pause(150);
      child.kill(signal);
    }
    return await ended;
  }

  /** Runs the program on a terminal that is closed once `when` stands there. */
  async hangUp(args: readonly string[], when: RegExp): Promise<TerminalRun> {
    const env = { ...this.#env, PATH: `${this.#env.PATH}:${process.env.PATH}` };
    return await runOnTerminal(args, when, 'close', { cwd: this.work, env });
  }

  /** The arguments of each call of kubectl, in order. */
  calls(): string[][] {
    return this.#recorded('calls.jsonl');
  }

  /** The words of each command that ran in the shell of a session, in order. */
  inShell(): string[][] {
    return this.#recorded('in-shell.jsonl');
  }

  #recorded(name: string): string[][] {
    const file = join(this.home, name);
    if (!existsSync(file)) return [];
    return readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as string[]);
  }

  /** Names of debug pods that are still there. */
  podsLeft(): string[] {
    const file = join(this.home, 'pods.json');
    if (!existsSync(file)) return [];
    return (JSON.parse(readFileSync(file, 'utf8')) as { metadata: { name: string } }[]).map(
      ({ metadata }) => metadata.name,
    );
  }

  close(): void {
    rmSync(this.home, { recursive: true, force: true });
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
