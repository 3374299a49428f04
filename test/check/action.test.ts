import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

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
      KP_ACTION: ROOT,
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
