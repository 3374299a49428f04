import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/** A step of a workflow or of a composite action, as far as these use it. */
interface Step {
  readonly id?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly shell?: string;
  readonly with?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
}

interface Action {
  readonly inputs: Readonly<Record<string, { readonly default?: string; readonly required?: boolean }>>;
  readonly outputs: Readonly<Record<string, { readonly value: string }>>;
  readonly runs: { readonly steps: readonly Step[] };
}

/** What a job did. */
export interface JobRun {
  readonly status: number;
  readonly out: string;
  readonly passed: string;
  readonly summary: string;
}

/**
 * Runs the job of a workflow that uses this action, as a runner of GitHub does: inputs with their defaults, expressions filled in,
 * steps with `env`, what a step writes to GITHUB_ENV given to the next. Actions of others are passed over.
 * @param root of the action. @param folder for the runner's files. Throws where an input is unknown or an expression is not.
 */
export function runWorkflow(
  workflow: string,
  root: string,
  folder: string,
  env: Readonly<Record<string, string>> = {},
  github: Readonly<Record<string, string>> = {},
): JobRun {
  const { jobs } = parse(workflow) as { jobs: Record<string, { steps: Step[] }> };
  const action = parse(readFileSync(join(root, 'action.yml'), 'utf8')) as Action;
  const [job] = Object.values(jobs);
  const step = job?.steps.find(({ uses }) => /\/kp-explain@/.test(uses ?? ''));
  if (step === undefined) throw new Error('the workflow does not use the action');
  const given = step.with ?? {};
  const unknown = Object.keys(given).find((name) => !(name in action.inputs));
  if (unknown !== undefined) throw new Error(`the action has no input ${unknown}`);
  const inputs = Object.fromEntries(
    Object.entries(action.inputs).map(([name, input]) => [name, String(given[name] ?? input.default ?? '')]),
  );
  const known: Readonly<Record<string, string>> = {
    'github.action_path': root,
    'github.action_ref': step.uses?.split('@')[1] ?? '',
    'github.action_repository': 'OWNER/kp-explain',
    'github.server_url': 'file:///nowhere',
    ...github,
    ...Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`inputs.${name}`, value])),
  };
  const filled = (text: string) =>
    text.replace(/\$\{\{\s*(.*?)\s*\}\}/g, (_, name: string) => {
      const value = known[name];
      if (value === undefined) throw new Error(`an expression that the runner does not know: ${name}`);
      return value;
    });
  mkdirSync(folder, { recursive: true });
  const files = {
    GITHUB_ENV: join(folder, 'env'),
    GITHUB_OUTPUT: join(folder, 'output'),
    GITHUB_STEP_SUMMARY: join(folder, 'summary'),
  };
  let out = '';
  let status = 0;
  for (const { run, env: own = {} } of action.runs.steps) {
    if (run === undefined) continue;
    const { status: ended, stdout } = spawnSync('bash', ['-c', filled(run)], {
      cwd: root,
      encoding: 'utf8',
      env: {
        PATH: process.env.PATH,
        RUNNER_TEMP: folder,
        ...files,
        ...env,
        ...linesOf(files.GITHUB_ENV),
        ...Object.fromEntries(Object.entries(own).map(([name, value]) => [name, filled(value)])),
      },
    });
    out += stdout;
    status = ended ?? -1;
    if (status !== 0) break;
  }
  return {
    status,
    out,
    passed: linesOf(files.GITHUB_OUTPUT).passed ?? '',
    summary: existsSync(files.GITHUB_STEP_SUMMARY) ? readFileSync(files.GITHUB_STEP_SUMMARY, 'utf8') : '',
  };
}

function linesOf(path: string): Record<string, string> {
  if (!existsSync(path)) return {};
  const lines = readFileSync(path, 'utf8').split('\n');
  return Object.fromEntries(
    lines
      .filter((line) => line.includes('='))
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
}
