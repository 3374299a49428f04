import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from './run-main.ts';

const PROGRAM = join(import.meta.dirname, '../../bin/kp-explain.cjs');

/** Asks bash what it would complete. */
async function completed(words: readonly string[]): Promise<string[]> {
  const { out } = await run(['completion', 'bash']);
  const folder = mkdtempSync(join(tmpdir(), 'kp-explain-completion-'));
  try {
    const script = join(folder, 'script');
    writeFileSync(
      script,
      `kp-explain() { ${process.execPath} ${PROGRAM} "$@"; }\n${out}\nCOMP_WORDS=("$@")\nCOMP_CWORD=$(($# - 1))\n_kp_explain\nprintf '%s\\n' "\${COMPREPLY[@]}"\n`,
    );
    const { stdout, stderr } = spawnSync('bash', [script, 'kp-explain', ...words], {
      encoding: 'utf8',
      cwd: folder,
    });
    expect(stderr).toBe('');
    return stdout.split('\n').filter((line) => line !== '');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe('completion in bash', () => {
  it('knows every command', async () => {
    const help = (await run(['--help'])).out;
    const commands = [...help.matchAll(/^ {2}([a-z]+)(?: \[options\]| <)/gm)].map((match) => match[1]);
    expect(commands.length).toBeGreaterThan(4);
    expect(await completed([''])).toEqual(expect.arrayContaining(commands));
    expect(await completed(['tr'])).toEqual(['trace']);
  });

  it('knows a command’s options and their values', async () => {
    expect(await completed(['trace', 'shop/web', '--no-'])).toEqual([
      '--no-conntrack',
      '--no-api',
      '--no-pager',
    ]);
    expect(await completed(['trace', 'shop/web', '--via', ''])).toEqual(['auto', 'exec', 'debug']);
    expect(await completed(['services', '-o', 'j'])).toEqual(['json']);
    expect(await completed(['check', '-o', 'j'])).toEqual(['json', 'junit']);
    expect(await completed(['trace', '-o', 'm'])).toEqual(['markdown', 'mermaid']);
    expect(await completed(['completion', 'f'])).toEqual(['fish']);
    expect(await completed(['trace', '--node', 'x'])).toEqual([]);
  });

  it('offers files where a path is meant', async () => {
    expect(await completed(['services', '-f', 'scr'])).toEqual(['script']);
  });
});

describe('completion of what is there', () => {
  const offered = async (...words: string[]) => {
    const { out } = await run(['__complete', ...words]);
    return out
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t')[0]);
  };

  it('names Services, pods, namespaces, nodes and chains of the capture, and codes of findings', async () => {
    expect(await offered('trace', '--demo', 'shop/we')).toEqual([
      'shop/web',
      'shop/web-extip',
      'shop/web-headless',
      'shop/web-sticky',
      ':4',
    ]);
    expect(await offered('trace', 'shop/web', '--demo', '--from', 'shop/client-')).toContain('shop/client-a');
    expect(await offered('services', '--demo', '-n', 'kube')).toEqual(['kube-system', ':4']);
    expect(await offered('chain', '--demo', 'KUBE-SERV')).toEqual(['KUBE-SERVICES', ':4']);
    expect(await offered('explain', 'KP20')).toContain('KP206');
    expect(await offered('conntrack', '--svc=shop/big', '--demo', '--svc=shop/bi')).toEqual([
      '--svc=shop/big',
      ':4',
    ]);
    expect(await offered('trace', '--demo', '--node', 'node-')).toContain('node-1');
  });

  it('knows contexts of the kubeconfig', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kp-explain-contexts-'));
    try {
      const file = join(folder, 'config');
      const contexts =
        '- context:\n    cluster: a\n  name: prod\n- context:\n    cluster: b\n  name: test-1\n';
      writeFileSync(
        file,
        `apiVersion: v1\nclusters:\n- cluster: {}\n  name: a\ncontexts:\n${contexts}kind: Config\n`,
      );
      expect(await offered('trace', '--kubeconfig', file, '--context', '')).toEqual(['prod', 'test-1', ':4']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it.each([
    [
      'set in by four',
      'contexts:\n    - context: {}\n      name: prod\n    - name: "test 1"\n      context:\n        name: no\n',
    ],
    ['JSON', '{"contexts":[{"name":"prod"},{"name":"test 1"}]}'],
  ])('also where they are written otherwise: %s', async (_, text) => {
    const folder = mkdtempSync(join(tmpdir(), 'kp-explain-contexts-'));
    try {
      const file = join(folder, 'config');
      writeFileSync(file, text);
      expect(await offered('trace', '--kubeconfig', file, '--context', '')).toEqual(['prod', ':4']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('offers no name that a shell would run', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kp-explain-hostile-'));
    try {
      const item = (name: string) => ({ metadata: { namespace: 'shop', name } });
      writeFileSync(
        join(folder, 'services.json'),
        JSON.stringify({ items: [item('$(reboot)'), item('a;b'), item('web')] }),
      );
      expect(await offered('trace', '-f', folder, '')).toEqual(['shop/web', ':4']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('completion of a live cluster', () => {
  /** A kubectl that is a script of the shell's. @returns what is offered, and how long that took. */
  const offeredBy = (
    kubectl: string,
    ...words: string[]
  ): { offered: string[]; seconds: number; calls: string } => {
    const folder = mkdtempSync(join(tmpdir(), 'kp-explain-live-names-'));
    try {
      writeFileSync(join(folder, 'kubectl'), `#!/bin/sh\necho "$@" >> ${folder}/calls\n${kubectl}\n`);
      chmodSync(join(folder, 'kubectl'), 0o755);
      const start = performance.now();
      const { stdout, stderr, status } = spawnSync(process.execPath, [PROGRAM, '__complete', ...words], {
        encoding: 'utf8',
        env: { PATH: `${folder}:/usr/bin:/bin`, HOME: folder },
      });
      const seconds = (performance.now() - start) / 1000;
      expect([status, stderr]).toEqual([0, '']);
      const offered = stdout
        .trimEnd()
        .split('\n')
        .map((line) => line.split('\t')[0] ?? '');
      const calls = existsSync(join(folder, 'calls')) ? readFileSync(join(folder, 'calls'), 'utf8') : '';
      return { offered, seconds, calls };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };

  it.each([
    [['trace', 'sh'], 'get services --all-namespaces', ['shop/web', ':4']],
    [['trace', 'shop/w'], 'get services --namespace=shop', ['shop/web', ':4']],
    [['trace', '-n', 'shop', ''], 'get services --namespace=shop', ['shop/web', 'team/api', ':4']],
    [['trace', 'x', '--from', 'te'], 'get pods --all-namespaces', ['team/api', ':4']],
    [['services', '--node', ''], 'get nodes --request-timeout', ['shop/web', 'team/api', ':4']],
    [
      ['services', '--context', 'test', '-n', ''],
      '--context=test get namespaces',
      ['shop/web', 'team/api', ':4'],
    ],
    [
      ['trace', '--user', 'ci', '--cluster=c', '--as', 'bob', '--as-group', 'dev', '--token', 't', 'sh'],
      '--cluster=c --user=ci --token=t --as=bob --as-group=dev get services',
      ['shop/web', ':4'],
    ],
  ])('asks kubectl: %j', (words, call, names) => {
    const { offered, calls } = offeredBy('echo shop/web; echo team/api', ...words);
    expect(calls).toContain(call);
    expect(offered).toEqual(names);
  });

  it.each([
    ['fails', 'echo "error: no cluster" >&2; exit 1'],
    ['hangs', 'sleep 30'],
    ['hangs and will not end', "trap '' TERM INT; while :; do sleep 1; done"],
    ['leaves a program behind that keeps its pipes', 'sleep 30 & sleep 30'],
    ['writes without end', 'yes shop/web'],
  ])('a kubectl that %s says nothing, soon', (_, script) => {
    const { offered, seconds } = offeredBy(script, 'trace', 'sh');
    expect(offered).toEqual([':4']);
    expect(seconds).toBeLessThan(2.5);
  });

  it.each([[['trace', '--no-api', 'sh']], [['trace', '--demo', 'kube-sys']], [['tr']]])(
    'nobody is asked where nobody has to be: %j',
    (words) => {
      expect(offeredBy('echo kube-system/x', ...words).calls).toBe('');
    },
  );
});

describe('completion in other shells', () => {
  it.each(['zsh', 'fish'] as const)('asks the program in %s', async (shell) => {
    const { status, out } = await run(['completion', shell]);
    expect(status).toBe(0);
    expect(out).toContain('__complete');
  });

  it('of an unknown shell is refused with those that are known', async () => {
    const { status, err } = await run(['completion', 'tcsh']);
    expect(status).toBe(2);
    expect(err).toContain('bash, zsh, fish');
  });
});
