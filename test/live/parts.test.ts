import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CommandResult, notThere } from '../../src/capture/live/command-result.ts';
import { runPool } from '../../src/capture/live/pool.ts';
import { syncErrors } from '../../src/capture/live/proxy-details.ts';
import { syncOf } from '../../src/capture/live/proxy-facts.ts';
import { flagsOfConfig, tellingFlags } from '../../src/capture/live/proxy-flags.ts';
import { runCommand } from '../../src/capture/live/run-command.ts';
import { keepSysctls } from '../../src/capture/live/sysctls.ts';
import { whyCutOff } from '../../src/capture/live/whole-output.ts';
import { CaptureWriter, findWriteTarget } from '../../src/capture/write/capture-writer.ts';
import { packTarGz } from '../../src/capture/write/tar-writer.ts';
import { quoteCommand, quoteWord, shortCommand } from '../../src/command/quote.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kp-explain-parts-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a command', () => {
  const limits = { timeoutMs: 5000, maxBytes: 1000 };
  const script = (text: string) => [process.execPath, '-e', text];

  it('gets its words as they are, nothing on standard input, and messages in English', async () => {
    const words = ['a b', "it's", '$HOME', '*', ';', '--', '', '\n'];
    const text =
      'process.stdout.write(JSON.stringify([process.argv.slice(1), process.env.LC_ALL, fs.readFileSync(0, "utf8")]))';
    const { stdout } = await runCommand([...script(text), '--', ...words], limits);
    expect(JSON.parse(stdout.toString())).toEqual([words, 'C', '']);
  });

  it.each([
    ['missing', ['no-such-program-here'], null],
    ['status', script('console.error("why"); process.exit(4)'), 4],
    ['timeout', script('setTimeout(() => {}, 60000)'), null],
    ['too-large', script('process.stdout.write("x".repeat(100000))'), null],
    ['signal', script('process.kill(process.pid, "SIGKILL")'), null],
    [null, script('process.stdout.write("x".repeat(1000))'), 0],
  ])('ends as %s', async (failure, argv, exitStatus) => {
    const result = await runCommand(argv, { ...limits, timeoutMs: failure === 'timeout' ? 300 : 20_000 });
    expect(result.failure).toBe(failure);
    // What is stopped for its size may have ended by itself just then.
    if (failure !== 'too-large') expect(result.exitStatus).toBe(exitStatus);
    if (failure === 'status') expect(result.lastWords).toBe('why');
  });

  it('ends by the signal with its reason', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    setTimeout(() => controller.abort(reason), 100);
    const run = runCommand(script('setTimeout(() => {}, 60000)'), {
      ...limits,
      timeoutMs: 60_000,
      signal: controller.signal,
    });
    await expect(run).rejects.toBe(reason);
  });
});

describe('words for reading', () => {
  it.each(['plain', 'a b', "it's", '"', '$x', '', 'é', '\\', '*', '~', '!', 'a\nb', '\x1b[2J', '#', '-n'])(
    'quoted, %j is one word of a shell again',
    (word) => {
      const text = `printf '%s|' ${quoteWord(word)}`;
      expect(execFileSync('bash', ['-c', text], { encoding: 'utf8' })).toBe(`${word}|`);
      expect(quoteWord(word)).not.toMatch(/[\x00-\x1f]/);
    },
  );

  it('are cut where they are long, between words', () => {
    expect(
      shortCommand(['sysctl', '-e', 'net.ipv4.conf', 'net.ipv6.conf', 'net.bridge', 'net.netfilter']),
    ).toBe('sysctl -e net.ipv4.conf net.ipv6.conf net.bridge …');
    expect(quoteCommand(['a', 'b c'])).toBe("a 'b c'");
  });
});

describe('what arrived', () => {
  const result = (out: string, lastWords = ''): CommandResult => ({
    ...notThere([]),
    failure: null,
    exitStatus: 0,
    stdout: Buffer.from(out),
    lastWords,
  });

  it.each([
    ['iptables-save.txt', '*nat\nCOMMIT\n# Completed on Sat\n', null],
    ['iptables-save.txt', '*nat\nCOMMIT', null],
    ['iptables-save.txt', "# Table `x' is incompatible, use 'nft' tool.\n", null],
    ['iptables-save.txt', '', null],
    ['iptables-save.txt', '*nat\n:A - [0:0]\n-A A -j COMM', 'it does not end with COMMIT'],
    ['ip6tables-legacy-save.txt', '*nat\n', 'it does not end with COMMIT'],
    ['ip-addr.json', '[{}]\n', null],
    ['nft.json', '{"nftables": [{"a": 1}', null],
    ['nft.json', '{"nftables": [{"a": 1', 'its JSON has no end'],
  ])('%s %j', (file, out, why) => expect(whyCutOff(file, result(out))).toBe(why));

  it('is counted where conntrack told how much it is', () => {
    const told = (count: number) =>
      `conntrack v1.4.7 (conntrack-tools): ${count} flow entries have been shown.`;
    expect(whyCutOff('conntrack.txt', result('a\nb\n', told(2)))).toBeNull();
    expect(whyCutOff('conntrack.txt', result('a\n', told(2)))).toBe(
      'conntrack told of 2 flows and 1 arrived',
    );
    expect(whyCutOff('conntrack.txt', result('a\n', 'other words'))).toBeNull();
  });
});

describe('what kube-proxy’s ConfigMap says', () => {
  it('is told as the flags that say the same, and defaults are not', async () => {
    const config = [
      'apiVersion: kubeproxy.config.k8s.io/v1alpha1',
      'bindAddress: 0.0.0.0',
      'clusterCIDR: 10.244.0.0/16,fd00::/56',
      'detectLocalMode: ""',
      'nftables:',
      '  masqueradeAll: true',
      '  syncPeriod: 0s',
      'kind: KubeProxyConfiguration',
      'mode: "nftables"',
      'nodePortAddresses:',
      '- 10.0.0.0/8',
      '- 192.168.0.0/16',
      'portRange: ""',
    ];
    expect((await flagsOfConfig(config.join('\n'))).sort()).toEqual([
      '--cluster-cidr=10.244.0.0/16,fd00::/56',
      '--masquerade-all=true',
      '--nodeport-addresses=10.0.0.0/8,192.168.0.0/16',
      '--proxy-mode=nftables',
    ]);
    const plain = 'clusterCIDR: ""\niptables:\n  masqueradeAll: false\nmode: ""\nnodePortAddresses: null\n';
    expect(await flagsOfConfig(plain)).toEqual([]);
    expect(await flagsOfConfig('nodePortAddresses: ["10.0.0.0/8"]\n')).toEqual([
      '--nodeport-addresses=10.0.0.0/8',
    ]);
  });
});

describe('what kube-proxy’s log says of its syncs', () => {
  it('is its own errors about writing rules', () => {
    const error =
      'E1128 01:02:03.456789       1 proxier.go:1505] "Failed to execute iptables-restore" err="exit status 4"';
    const log = [
      'I1128 01:02:03.456789       1 proxier.go:802] "SyncProxyRules complete" elapsed="1s"',
      error,
      'E1128 01:02:03.456789       1 reflector.go:147] Failed to watch *v1.Service: Unauthorized',
    ];
    expect(syncErrors(log.join('\n'))).toEqual([error]);
  });
});

describe('what is kept', () => {
  it('of sysctls are those that decide about packets, and no secret', () => {
    const lines = [
      'net.ipv4.conf.eth0.rp_filter = 2',
      'net.ipv4.conf.eth0/100.forwarding = 1',
      'net.ipv4.conf.eth0.tag = 0',
      'net.ipv4.ip_forward = 1',
      'net.ipv4.ip_forward_evil = 1',
      'net.ipv4.tcp_fastopen_key = deadbeef',
      'net.ipv6.conf.all.stable_secret = fd00::1',
      'net.ipv6.conf.all.forwarding = 1',
      'net.bridge.bridge-nf-call-iptables = 1',
      'net.netfilter.nf_conntrack_max = 262144',
      'kernel.hostname = x',
    ];
    const kept = keepSysctls(`${lines.join('\n')}\n`)
      .trim()
      .split('\n');
    expect(kept).toEqual([0, 1, 3, 7, 8, 9].map((index) => lines[index]));
    expect(keepSysctls('')).toBe('');
  });

  it('of kube-proxy’s flags are those that say how rules are written', () => {
    expect(
      tellingFlags([
        '--config=/x',
        '--proxy-mode',
        'ipvs',
        '--cluster-cidr=10.0.0.0/8',
        '--kubeconfig=/secret',
        '--hostname-override=$(NODE)',
        '-v=2',
        '--master=https://1.2.3.4',
      ]),
    ).toEqual(['--proxy-mode=ipvs', '--cluster-cidr=10.0.0.0/8']);
  });
});

describe('a pool', () => {
  it('runs a few at once, keeps the order, and starts nothing after an error', async () => {
    let running = 0;
    let most = 0;
    const task =
      (index: number, fails = false) =>
      async () => {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setTimeout(resolve, 5));
        running--;
        if (fails) throw new Error(`task ${index}`);
        return index;
      };
    expect(
      await runPool(
        3,
        [0, 1, 2, 3, 4, 5, 6].map((index) => task(index)),
      ),
    ).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(most).toBe(3);
    const started: number[] = [];
    const noted = (index: number) => async () => {
      started.push(index);
      return await task(index, index === 1)();
    };
    await expect(runPool(2, [0, 1, 2, 3, 4, 5].map(noted))).rejects.toThrow('task 1');
    expect(started.length).toBeLessThan(5);
  });
});

describe('an archive', () => {
  it('is read by tar as it was written, long names and empty files too', () => {
    const long = `${'n'.repeat(120)}/${'é'.repeat(60)}.txt`;
    const files = [
      { path: 'iptables-save.txt', bytes: Buffer.from('x'.repeat(513)) },
      { path: 'xt_recent/EMPTY', bytes: Buffer.alloc(0) },
      { path: long, bytes: Buffer.from('deep') },
    ];
    const path = join(folder, 'a.tar.gz');
    writeFileSync(path, packTarGz(files, 1_700_000_000));
    execFileSync('tar', ['xzf', path, '-C', folder]);
    for (const file of files) expect(readFileSync(join(folder, file.path))).toEqual(file.bytes);
    expect(execFileSync('tar', ['tvzf', path], { encoding: 'utf8' })).toContain('-rw-------');
  });
});

describe('writing a capture', () => {
  const file = (path: string, text = 'x') => ({ path, bytes: Buffer.from(text), origin: '' });
  const writeTo = (name: string, force = false) => {
    const writer = new CaptureWriter(findWriteTarget(join(folder, name), force));
    writer.add([file('iptables-save.txt', name)], '');
    return writer;
  };
  const refusal = (name: string, force: boolean): string => {
    try {
      findWriteTarget(join(folder, name), force);
    } catch (error) {
      return error instanceof Error && 'code' in error ? String(error.code) : String(error);
    }
    return 'none';
  };

  it.each(['cap', 'cap.tgz'])('shows nothing of that name before it is whole (%s)', (name) => {
    const writer = writeTo(name);
    expect(existsSync(join(folder, name))).toBe(false);
    writer.commit();
    expect(readdirSync(folder)).toEqual([name]);
  });

  it('has no folder called -, which -f would take for standard input; ./- is one', () => {
    expect(() => findWriteTarget('-', true)).toThrow('a capture is not written to standard output');
    expect(findWriteTarget('./-', true).form).toBe('folder');
  });

  it('leaves nothing where it is given up', () => {
    writeTo('cap').discard();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('replaces a capture with force, and keeps the old one until then', () => {
    writeTo('cap').commit();
    expect(refusal('cap', false)).toBe('exists');
    const writer = writeTo('cap', true);
    writer.add([file('xt_recent/A')], '');
    expect(readdirSync(join(folder, 'cap'))).toEqual(['iptables-save.txt']);
    writer.commit();
    expect(readdirSync(join(folder, 'cap')).sort()).toEqual(['iptables-save.txt', 'xt_recent']);
    expect(readdirSync(folder)).toEqual(['cap']);
  });

  it('never replaces a folder that holds anything else, nor a folder with an archive', () => {
    mkdirSync(join(folder, 'home/documents'), { recursive: true });
    writeFileSync(join(folder, 'home/documents/letter'), 'dear');
    expect(refusal('home', true)).toBe('not-a-capture');
    mkdirSync(join(folder, 'mixed'));
    for (const name of ['iptables-save.txt', 'letter']) writeFileSync(join(folder, 'mixed', name), '');
    expect(refusal('mixed', true)).toBe('not-a-capture');
    mkdirSync(join(folder, 'folder.tar.gz'));
    expect(refusal('folder.tar.gz', true)).toBe('not-a-capture');
    writeFileSync(join(folder, 'file'), '');
    expect(refusal('file', true)).toBe('not-a-capture');
    mkdirSync(join(folder, 'empty'));
    expect(refusal('empty', true)).toBe('none');
    expect(refusal('no/such/parent', false)).toBe('no-such-folder');
  });

  it('replaces a capture of all nodes with force', () => {
    mkdirSync(join(folder, 'all/node-1/xt_recent'), { recursive: true });
    writeFileSync(join(folder, 'all/node-1/capture.json'), '{}');
    expect(refusal('all', true)).toBe('none');
    writeFileSync(join(folder, 'all/node-1/letter'), '');
    expect(refusal('all', true)).toBe('not-a-capture');
  });

  it('keeps what came there in the meantime', () => {
    const writer = writeTo('cap');
    mkdirSync(join(folder, 'cap'));
    expect(() => writer.commit()).toThrow(/exists already/);
    writer.discard();
    expect(readdirSync(folder)).toEqual(['cap']);
  });
});

describe('when did kube-proxy last write its rules?', () => {
  const metrics = (...lines: readonly (readonly [string, string, string])[]) =>
    lines
      .map(
        ([what, labels, value]) => `kubeproxy_sync_proxy_rules_${what}_timestamp_seconds${labels} ${value}\n`,
      )
      .join('');
  const V4 = '{ip_family="IPv4"}';
  const V6 = '{ip_family="IPv6"}';

  it('both times are of one family: of that which waits', () => {
    const text = metrics(
      ['last', V4, '100'],
      ['last_queued', V4, '50'],
      ['last', V6, '60'],
      ['last_queued', V6, '90'],
    );
    expect(syncOf(text)).toEqual({ lastSync: 60, lastQueued: 90 });
  });

  it.each([
    ['no labels', metrics(['last', '', '1.7e+09'], ['last_queued', '', '1.6e+09']), 1.7e9, 1.6e9],
    ['one family alone', metrics(['last', V4, '7'], ['last_queued', V4, '9'], ['last', V6, '5']), 7, 9],
    ['nothing queued yet', metrics(['last', '', '7'], ['last_queued', '', '0']), 7, null],
    ['no such metric', 'up 1\n', null, null],
  ])('%s', (_, text, lastSync, lastQueued) => {
    expect(syncOf(text)).toEqual({ lastSync, lastQueued });
  });
});
