import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
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
import { runWorkflow } from './run-workflow.ts';

const ROOT = join(import.meta.dirname, '../..');
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kp-explain-action-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the script of action.yml, as the action does. */
function act(inputs: Readonly<Record<string, string>>) {
  const { status, stdout } = spawnSync('bash', [join(ROOT, '.github/check-captures.sh')], {
    cwd: ROOT,
    encoding: 'utf8',
    env: {
      PATH: process.env.PATH,
      GITHUB_OUTPUT: join(folder, 'output'),
      KP_PROGRAM: join(ROOT, 'bin/kp-explain.cjs'),
      KP_SEVERITY: 'warning',
      KP_IGNORE: '',
      KP_EXPECT: '',
      KP_SARIF: '',
      KP_JUNIT: '',
      ...inputs,
    },
  });
  return { status, out: stdout, output: readFileSync(join(folder, 'output'), 'utf8') };
}

describe('the GitHub action', () => {
  it('passes where every capture does, and writes the reports that were asked for', () => {
    const KP_SARIF = join(folder, 'check.sarif');
    const KP_JUNIT = join(folder, 'check.xml');
    const inputs = {
      KP_CAPTURES: 'fixtures/demo\n\nfixtures/kube-proxy-1.20-legacy\n',
      KP_IGNORE: 'KP101\n',
    };
    const { status, out, output } = act({ ...inputs, KP_SARIF, KP_JUNIT });
    expect(status).toBe(0);
    expect(out).toBe('kp-explain check: 2 captures passed\n');
    expect(output).toBe('passed=true\n');
    expect(JSON.parse(readFileSync(KP_SARIF, 'utf8')).version).toBe('2.1.0');
    expect(readFileSync(KP_JUNIT, 'utf8')).toMatch(/<testsuite name="fixtures\/demo"/);
  });

  it('fails with annotations where one does not', () => {
    const { status, out, output } = act({ KP_CAPTURES: 'fixtures/demo' });
    expect(status).toBe(1);
    expect(out).toMatch(
      /^::error file=fixtures\/demo\/conntrack\.txt,line=\d+,title=KP101 stale UDP flows::/m,
    );
    expect(output).toBe('passed=false\n');
  });

  it('takes no input for a command or an option', () => {
    const mark = join(folder, 'owned');
    const { status } = act({ KP_CAPTURES: `$(touch ${mark})\n\`touch ${mark}\`\n; touch ${mark}\n--update` });
    expect(status).toBe(2);
    expect(existsSync(mark)).toBe(false);
  });
});

describe('the example workflow of docs/ci.md', () => {
  const example =
    readFileSync(join(ROOT, 'docs/ci.md'), 'utf8')
      .match(/```yaml\n[\s\S]*?```/g)
      ?.map((block) => block.replace(/^```yaml\n|```$/g, ''))
      .find((block) => block.includes('/kp-explain@')) ?? '';
  const workflow = () =>
    example
      .replace('captures/', join(ROOT, 'fixtures/demo'))
      .replaceAll(/(?<=(?:sarif|html): )kp-explain/g, join(folder, 'kp-explain'));

  it('runs: annotations, SARIF, a page and a summary with a diagram, out of one check', () => {
    const { status, out, passed, summary } = runWorkflow(workflow(), ROOT, folder);
    expect(out).toMatch(/^kp-explain is built already$/m);
    expect([status, passed]).toEqual([1, 'false']);
    expect(out).toMatch(/^::error file=.*conntrack\.txt,line=\d+,title=KP101/m);
    expect(out.match(/^kp-explain check: /gm)).toHaveLength(1);
    expect(JSON.parse(readFileSync(join(folder, 'kp-explain.sarif'), 'utf8')).runs[0].results).not.toEqual(
      [],
    );
    expect(readFileSync(join(folder, 'kp-explain.html'), 'utf8')).toMatch(/^<!doctype html>/);
    expect(summary).toMatch(/^# kp-explain check: 1 of 1 capture failed/);
    expect(summary).toMatch(/```mermaid\nflowchart LR/);
  });

  /** A checkout of the action that nobody has built. */
  function checkout(): string {
    const root = join(folder, 'action');
    cpSync(join(ROOT, '.github'), join(root, '.github'), { recursive: true });
    cpSync(join(ROOT, 'action.yml'), join(root, 'action.yml'));
    return root;
  }

  it('takes the release of the tag, and builds nothing', () => {
    const root = checkout();
    const release = join(folder, 'releases/OWNER/kp-explain/releases/download/v0');
    mkdirSync(release, { recursive: true });
    const packed = ['bin', 'dist', 'docs/findings', 'package.json', 'node_modules/yaml'];
    spawnSync('tar', ['-czf', join(release, 'kp-explain.tar.gz'), ...packed], { cwd: ROOT });
    const { status, out, passed } = runWorkflow(
      workflow(),
      root,
      folder,
      {},
      {
        'github.server_url': `file://${join(folder, 'releases')}`,
      },
    );
    expect(out).toMatch(/^kp-explain of the release v0$/m);
    expect([status, passed]).toEqual([1, 'false']);
    expect(existsSync(join(root, 'node_modules'))).toBe(false);
  });

  it('builds where there is no release, also under NODE_ENV=production', () => {
    const root = checkout();
    const tools = join(folder, 'tools');
    mkdirSync(tools);
    writeFileSync(
      join(tools, 'npm'),
      `#!/bin/sh\necho "npm $*, NODE_ENV=$NODE_ENV, in $(basename "$PWD")"\nexit 1\n`,
    );
    chmodSync(join(tools, 'npm'), 0o755);
    const env = { PATH: `${tools}:${process.env.PATH}`, NODE_ENV: 'production' };
    const { status, out, passed } = runWorkflow(workflow(), root, folder, env);
    expect(out).toMatch(/^npm ci --include=dev --no-audit --no-fund, NODE_ENV=production, in action$/m);
    // What could not be built checks nothing, and does not pass.
    expect([status, passed]).toEqual([1, '']);
  });
});

describe('where a capture cannot be read', () => {
  it('every document that was asked for is whole and says so', () => {
    const KP_SARIF = join(folder, 'check.sarif');
    const KP_JUNIT = join(folder, 'check.xml');
    const empty = join(folder, 'empty.txt');
    writeFileSync(empty, 'nothing of a node\n');
    const { status, out } = act({ KP_CAPTURES: empty, KP_SARIF, KP_JUNIT });
    expect(status).toBe(2);
    expect(out).toMatch(/^::error title=not checked::/m);
    const [run] = JSON.parse(readFileSync(KP_SARIF, 'utf8')).runs;
    expect(run.invocations[0].executionSuccessful).toBe(false);
    expect(readFileSync(KP_JUNIT, 'utf8')).toMatch(/errors="1"[\s\S]*<\/testsuites>\n$/);
  });

  it('leaves nothing where a file cannot be written', () => {
    const KP_SARIF = join(folder, 'nowhere/check.sarif');
    const { status } = act({ KP_CAPTURES: 'fixtures/demo', KP_SARIF, KP_JUNIT: join(folder, 'check.xml') });
    expect(status).toBe(74);
    expect(readdirSync(folder).filter((name) => name.includes('tmp'))).toEqual([]);
  });
});
