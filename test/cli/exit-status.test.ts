import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/capture/input-error.ts';
import { statusOfChains, statusOfError } from '../../src/cli/exit-status.ts';
import { programNameOf } from '../../src/cli/io.ts';
import { reportError } from '../../src/cli/report-error.ts';
import { UsageError } from '../../src/cli/usage-error.ts';

describe('exit status', () => {
  it('is 2 for wrong usage and unreadable input, 3 for an unreachable node, 70 for all else', () => {
    expect(statusOfError(new UsageError('x', 'y'))).toBe(2);
    expect(statusOfError(new InputError('x', 'y'))).toBe(2);
    expect(statusOfError(Object.assign(new Error('x'), { exitStatus: 3 }))).toBe(3);
    expect(statusOfError(Object.assign(new Error('x'), { exitStatus: 99 }))).toBe(70);
    expect(statusOfError(new TypeError('x'))).toBe(70);
    expect(statusOfError('thrown text')).toBe(70);
  });

  it('is 1 where no chain has the name', () => {
    expect(statusOfChains(0)).toBe(1);
    expect(statusOfChains(2)).toBe(0);
  });
});

describe('a bug', () => {
  function report(argv: readonly string[]): { status: number; err: string } {
    let err = '';
    const io = {
      programName: 'kp-explain',
      env: {},
      columns: null,
      showsProgress: false,
      out: () => undefined,
      err: (text: string) => {
        err += text;
      },
      async *stdin() {},
    };
    return { status: reportError(new TypeError('boom \x1b'), argv, io), err };
  }

  it('shows its stack and asks for a report', () => {
    const { status, err } = report(['trace']);
    expect(status).toBe(70);
    expect(err).toMatch(/^error: boom \\x1b\nthis is a bug in kp-explain; please report it/);
    expect(err).toMatch(/exit-status\.test/);
  });

  it('is JSON too where JSON was asked for', () => {
    expect(JSON.parse(report(['-o', 'json']).err)).toMatchObject({ error: { code: 'bug', exitStatus: 70 } });
  });
});

describe('the name in help', () => {
  it('is that of the kubectl plugin when run as one', () => {
    expect(programNameOf('/usr/bin/kubectl-kp_explain')).toBe('kubectl kp-explain');
    expect(programNameOf('/usr/lib/node_modules/kp-explain/bin/kp-explain.cjs')).toBe('kp-explain');
  });
});
