import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { PLAIN } from './cluster.ts';
import { clustersLike } from './clusters.ts';

const volumes = [{ name: 'config', configMap: { name: 'kube-proxy' } }];
const [pod] = PLAIN.pods as { spec: object }[];
const cluster = clustersLike({ ...PLAIN, pods: [{ ...pod, spec: { ...pod?.spec, volumes } }] });

/** What a call of kubectl asks of the API server (kubectl 1.27 to 1.36, seen in audit logs), as `scope resource verb`. */
function rightsOf(call: readonly string[]): string[] {
  const words = call.filter((word) => !word.startsWith('--context='));
  const [verb = '', what = ''] = words;
  const namespace = words.find((word) => word.startsWith('--namespace='))?.slice('--namespace='.length);
  const at = (resource: string, ...verbs: string[]) =>
    verbs.map((each) => `${namespace ?? 'cluster'} ${resource} ${each}`);
  const ofNode = (...verbs: string[]) => verbs.map((each) => `cluster nodes ${each}`);
  if (verb === 'config') return [];
  if (verb === 'exec') return [...at('pods', 'get'), ...at('pods/exec', 'create', 'get')];
  if (verb === 'logs') return [...at('pods/log', 'get'), ...at('pods', 'get')];
  if (verb === 'debug') return [...ofNode('get'), ...at('pods', 'create')];
  if (verb === 'delete') return at('pods', 'delete', 'get', 'list', 'watch');
  if (what === 'nodes') return ofNode('list');
  if (what.startsWith('node/')) return ofNode('get');
  if (what.startsWith('configmap/')) return at('configmaps', 'get');
  return at('pods', what === 'pods' ? 'list' : 'get');
}

interface Rule {
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

function grantedBy(yaml: string): string[] {
  return parseAllDocuments(yaml)
    .map((document) => document.toJS() as { kind: string; metadata: { namespace?: string }; rules: Rule[] })
    .flatMap(({ metadata: { namespace }, rules }) =>
      rules.flatMap(({ resources, verbs }) =>
        resources.flatMap((resource) => verbs.map((verb) => `${namespace ?? 'cluster'} ${resource} ${verb}`)),
      ),
    );
}

describe('is the Role that --show-role prints what is needed, and nothing more?', () => {
  it.each([
    ['trace via exec', ['trace', 'shop/web', '--node', 'node-1', '--via', 'exec']],
    ['capture via exec', ['capture', '-w', 'cap', '--node', 'node-1', '--via', 'exec']],
    [
      'capture via debug',
      ['capture', '-w', 'cap', '--node', 'node-1', '--via', 'debug', '--debug-namespace', 'team'],
    ],
    ['all nodes', ['capture', '-w', 'cap', '--all-nodes', '--via', 'exec']],
  ])('%s', (_, args) => {
    const node = cluster();
    const shown = node.run(...args, '--no-api', '--show-role');
    expect(shown.status, shown.err).toBe(0);
    expect(node.calls()).toEqual([]);
    const run = node.run(...args, '--no-api');
    expect(run.status, run.err).toBe(0);
    const asked = new Set(node.calls().flatMap(rightsOf));
    expect([...new Set(grantedBy(shown.out))].sort()).toEqual([...asked].sort());
  });

  it('one Role for a namespace, which a second of that name would replace', () => {
    const args = ['--node', 'node-1', '--debug-namespace', 'kube-system', '--no-api', '--show-role'];
    const { out } = cluster().run('capture', '-w', 'cap', ...args);
    expect(out.match(/namespace: "kube-system"/g)).toHaveLength(1);
    expect(grantedBy(out)).toEqual(
      expect.arrayContaining(['kube-system pods/log get', 'kube-system pods delete']),
    );
  });

  it('of two nodes both are documents of one file', () => {
    const { out } = cluster().run('diff', 'node:node-1', 'node:node-2', '--via', 'exec', '--show-role');
    const kinds = parseAllDocuments(out).map((document) => document.toJS().kind);
    expect(kinds).toEqual(['ClusterRole', 'Role', 'ClusterRole', 'Role']);
  });

  it('and where nothing is asked of the API server it says so', () => {
    const { out } = cluster().run('services', '--no-api', '--show-role');
    expect(out).toBe('# The API server is not asked for anything: no Role is needed.\n');
  });

  it('with names from the API it may list what names come from', () => {
    const { out } = cluster().run('services', '--node', 'node-1', '--via', 'exec', '--show-role');
    expect(grantedBy(out)).toEqual(
      expect.arrayContaining(['cluster services list', 'cluster endpointslices list']),
    );
  });
});
