import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const ROOT = join(import.meta.dirname, '../..');
const NPM = join(ROOT, 'bin/kp-explain.cjs');

interface Manifest {
  readonly spec: {
    readonly version: string;
    readonly platforms: readonly {
      readonly selector: { readonly matchLabels: { readonly os: string } };
      readonly uri: string;
      readonly sha256: string;
      readonly bin: string;
    }[];
  };
}

describe('does what `npm run release` makes work where nothing else is?', () => {
  let home = '';
  let program = '';
  const release = () => join(home, 'release');

  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), 'kp-explain-release-'));
    // Any Node stands for that of a Mac here: its own has the parts put in by the same call.
    const mac = `darwin-arm64=${process.execPath}`;
    const args = ['release.mjs', '--out', release(), '--url', 'https://example.test/v1', '--node', mac];
    execFileSync(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] });
    // As krew installs a plugin: the archive's sum, its files in a folder of their own, the program linked on PATH.
    const { spec } = parse(readFileSync(join(release(), 'kp-explain.yaml'), 'utf8')) as Manifest;
    const [platform] = spec.platforms;
    expect(platform?.selector.matchLabels.os).toBe(process.platform);
    const archive = join(release(), platform?.uri.replace('https://example.test/v1/', '') ?? '');
    expect(createHash('sha256').update(readFileSync(archive)).digest('hex')).toBe(platform?.sha256);
    for (const folder of ['store', 'bin']) mkdirSync(join(home, folder));
    execFileSync('tar', ['-xzf', archive, '-C', join(home, 'store')]);
    program = join(home, 'bin', 'kubectl-kp_explain');
    symlinkSync(join(home, 'store', platform?.bin ?? ''), program);
  }, 300_000);

  afterAll(() => rmSync(home, { recursive: true, force: true }));

  const run = (...args: readonly string[]) =>
    spawnSync(program, args, { cwd: home, env: { HOME: home, PATH: join(home, 'bin') }, encoding: 'utf8' });

  it.each([
    ['trace', 'shop/web', '--demo', '-o', 'json'],
    ['services', '--demo=nftables'],
    ['services', '--demo=ipvs'],
    ['explain', 'KP206'],
    ['--version'],
  ])('%s %s answers as the npm package does', (...args) => {
    const { stdout } = spawnSync(process.execPath, [NPM, ...args], { encoding: 'utf8' });
    const own = run(...args);
    expect(own.stderr).toBe('');
    expect(own.stdout).toBe(stdout);
  });

  it('packages that only some commands ask for are in it: YAML, and commands that are run', () => {
    expect(run('services', '--demo', '-o', 'yaml').stdout).toContain('kind: ServiceList');
    expect(run('services', '--node', 'x').stderr).toContain('kubectl is not installed here');
  });

  it('every archive has its sum', () => {
    const sums = readFileSync(join(release(), 'SHA256SUMS'), 'utf8').trim().split('\n');
    expect(sums.length).toBe(3);
    for (const line of sums) {
      const [sum, file = ''] = line.split('  ');
      expect(
        createHash('sha256')
          .update(readFileSync(join(release(), file)))
          .digest('hex'),
      ).toBe(sum);
    }
  });

  it('an executable for a Mac that no Mac has signed says so, and krew is not told of it', () => {
    const name = 'kp-explain-darwin-arm64-unsigned.tar.gz';
    const readme = execFileSync('tar', ['-xzOf', join(release(), name), 'README.txt'], { encoding: 'utf8' });
    expect(readme).toContain('codesign --sign - kubectl-kp_explain');
    expect(readFileSync(join(release(), 'kp-explain.yaml'), 'utf8')).not.toContain('darwin');
  });

  it('the archive that the action takes holds what the npm package does', () => {
    const npm = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
      cwd: ROOT,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [packed] = JSON.parse(npm) as { files: { path: string }[] }[];
    const listed = execFileSync('tar', ['-tzf', join(release(), 'kp-explain.tar.gz')], { encoding: 'utf8' });
    const names = new Set(listed.split('\n'));
    expect(packed?.files.map(({ path }) => path).filter((path) => !names.has(path))).toEqual([]);
  });

  it('the archive that the action takes runs without installing anything', () => {
    const folder = join(home, 'action');
    mkdirSync(folder);
    execFileSync('tar', ['-xzf', join(release(), 'kp-explain.tar.gz'), '-C', folder]);
    const { stdout } = spawnSync(
      process.execPath,
      ['bin/kp-explain.cjs', 'services', '--demo', '-o', 'yaml'],
      {
        cwd: folder,
        encoding: 'utf8',
      },
    );
    expect(stdout).toContain('kind: ServiceList');
  });
});

describe('the part of the Kubernetes client that is bundled', () => {
  const { packageFile } = createRequire(import.meta.url)(join(ROOT, 'bin/load.cjs')) as {
    packageFile(name: string): string;
  };
  const client = createRequire(import.meta.url)(
    packageFile('@kubernetes/client-node'),
  ) as typeof import('@kubernetes/client-node');

  it.each(['http://127.0.0.1:1', 'socks5://127.0.0.1:1'])('goes through the proxy %s', async (proxyUrl) => {
    const config = new client.KubeConfig();
    config.loadFromOptions({
      clusters: [{ name: 'c', server: 'https://127.0.0.1:2', proxyUrl, skipTLSVerify: false }],
      users: [{ name: 'u' }],
      contexts: [{ name: 'x', cluster: 'c', user: 'u' }],
      currentContext: 'x',
    });
    const options: { agent?: object } = {};
    await config.applyToHTTPSOptions(options);
    expect(options.agent).toMatchObject({ proxy: expect.anything() });
  });
});
