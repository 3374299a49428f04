import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';

const ROOT = join(import.meta.dirname, '../..');
const MANIFEST = readFileSync(join(ROOT, 'deploy/node-check.yaml'), 'utf8');
const DOCKERFILE = readFileSync(join(ROOT, 'deploy/Dockerfile'), 'utf8');

interface Container {
  readonly command: string[];
  readonly args: string[];
  readonly securityContext: Record<string, unknown>;
}

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly rules?: { readonly resources: string[]; readonly verbs: string[] }[];
  readonly spec?: {
    readonly template: {
      readonly spec: {
        readonly containers: Container[];
        readonly volumes?: unknown[];
        readonly priorityClassName?: string;
      };
    };
  };
}

const parsed = parseAllDocuments(MANIFEST);
const documents = parsed.map((each) => each.toJS() as Manifest);
const ofKind = (kind: string): Manifest => {
  const found = documents.find((each) => each.kind === kind);
  if (found === undefined) throw new Error(`no ${kind}`);
  return found;
};

describe('the manifest that checks every node', () => {
  it('is YAML, and all of it but the cluster role stands in its namespace', () => {
    expect(parsed.flatMap(({ errors }) => errors)).toEqual([]);
    expect(documents.map(({ kind }) => kind)).toEqual([
      'Namespace',
      'ServiceAccount',
      'ClusterRole',
      'ClusterRoleBinding',
      'DaemonSet',
    ]);
  });

  it('lets its account list what docs/live-nodes.md says that names need, and no more', () => {
    const rules = ofKind('ClusterRole').rules ?? [];
    expect(new Set(rules.flatMap(({ verbs }) => verbs))).toEqual(new Set(['list']));
    const may = rules.flatMap(({ resources }) => resources).sort();
    expect(may).toEqual(['endpointslices', 'nodes', 'pods', 'services']);
    const said = /Permissions: `list` of (.*?);/s.exec(
      readFileSync(join(ROOT, 'docs/live-nodes.md'), 'utf8'),
    )?.[1];
    for (const resource of may) expect(said).toContain(`\`${resource}`);
  });

  it('gives the pod no right that reading does not ask for, and no file of the host', () => {
    const { containers, volumes, priorityClassName } = ofKind('DaemonSet').spec?.template.spec ?? {
      containers: [],
    };
    expect(volumes).toBeUndefined();
    // One that must run would drive others off a full node.
    expect(priorityClassName).toBeUndefined();
    expect(containers).toHaveLength(1);
    expect(containers[0]?.securityContext).toEqual({
      runAsUser: 0,
      privileged: false,
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      seccompProfile: { type: 'RuntimeDefault' },
      capabilities: { drop: ['ALL'], add: ['NET_ADMIN', 'NET_RAW'] },
    });
  });
});

describe('the loop in the pod', () => {
  let folder: string | undefined;
  afterEach(() => {
    if (folder !== undefined) rmSync(folder, { recursive: true });
  });

  it('goes on after a finding, and ends at once when the pod is stopped', async () => {
    folder = mkdtempSync(join(tmpdir(), 'kp-deploy-'));
    const program = join(folder, 'kp-explain');
    writeFileSync(program, '#!/bin/sh\necho "asked: $*"\nexit 1\n');
    chmodSync(program, 0o755);
    const [container] = ofKind('DaemonSet').spec?.template.spec.containers ?? [];
    const [shell = '', ...options] = container?.command ?? [];
    const script = (container?.args[0] ?? '').replace('sleep 3600', 'sleep 0.1');
    const child = spawn(shell, [...options, script], {
      env: { ...process.env, PATH: `${folder}:${process.env.PATH}` },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    const twice = new Promise<void>((done) => {
      child.stdout.on('data', (chunk) => {
        output += chunk;
        if (output.split('\n').length > 2) done();
      });
    });
    await twice;
    const status = new Promise((done) => child.on('exit', done));
    child.kill('SIGTERM');
    expect(await status).toBe(0);
    expect(output).toMatch(/^asked: check --severity error -o json\nasked: /);
  });
});

describe('the image', () => {
  it('has the programs of .ci/run that read a node, and ipvsadm', () => {
    const installed = /apt-get install -y --no-install-recommends (.*?) \\/.exec(DOCKERFILE)?.[1]?.split(' ');
    expect(installed).toEqual([
      'conntrack',
      'iproute2',
      'ipset',
      'iptables',
      'ipvsadm',
      'nftables',
      'procps',
    ]);
  });

  it('has a Node that the package runs on', () => {
    const { engines } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      engines: { node: string };
    };
    const versions = [...DOCKERFILE.matchAll(/^FROM node:(\d+)/gm)].map(([, major]) => Number(major));
    expect(versions).toHaveLength(2);
    for (const major of versions)
      expect(major).toBeGreaterThanOrEqual(Number(engines.node.match(/\d+/)?.[0]));
  });
});
