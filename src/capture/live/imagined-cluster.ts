import type { ClusterAccess } from '../../command/kubectl-argv.ts';
import type { CommandResult } from './command-result.ts';
import { ended, failed, type Imagined, runOn } from './imagined-node.ts';

/** The container that a kube-proxy pod is known by, and the ConfigMap of its configuration. */
export const PROXY = 'kube-proxy';

/** @returns what a call of kubectl prints in a cluster with such a node. What only it tells stands in capitals. */
export function callKubectl(
  imagined: Imagined,
  node: string,
  access: ClusterAccess,
  args: readonly string[],
): CommandResult {
  const [verb, what = ''] = args;
  const json = (value: object): CommandResult => ended(args, JSON.stringify(value));
  if (verb === 'exec') return inPod(runOn(imagined, inNode(args.slice(args.indexOf('--') + 1))));
  if (verb === 'config') {
    const contexts = [{ context: { namespace: 'NAMESPACE' } }];
    return json({ 'current-context': access.context ?? 'CONTEXT', contexts });
  }
  if (verb === 'debug') return ended(args, 'Creating debugging pod POD with container');
  if (verb !== 'get' || args.includes('--ignore-not-found')) return ended(args, '');
  if (what === 'nodes') return json({ items: [{ metadata: { name: 'NODE' } }] });
  if (what === 'pods' && imagined.rich && args.includes('--all-namespaces'))
    return failed(args, 'Error from server (Forbidden): pods is forbidden');
  if (what === 'pods') return json({ items: [podOn(node, imagined, 'NAMESPACE', 'POD')] });
  if (!what.startsWith('pod/')) return json({});
  const namespace = args.find((word) => word.startsWith('--namespace='))?.replace('--namespace=', '');
  return json(podOn(node, imagined, namespace ?? '', what.replace('pod/', '')));
}

/** @returns a command as the node's own programs are asked, wherever they are looked for. */
export function inNode(argv: readonly string[]): readonly string[] {
  return argv[0] === 'chroot' ? argv.slice(2) : argv;
}

/** kube-proxy's pod, or where there is none another one that holds iptables. */
function podOn(node: string, { rich }: Imagined, namespace: string, name: string): object {
  const container = rich ? PROXY : 'CONTAINER';
  return {
    metadata: { namespace, name, labels: { 'k8s-app': rich ? PROXY : 'calico-node' } },
    spec: {
      nodeName: node,
      hostNetwork: true,
      containers: [{ name: container }],
      volumes: [{ configMap: { name: PROXY } }],
    },
    status: { phase: 'Running', containerStatuses: [{ name: container, state: { running: {} } }] },
  };
}

/** What kubectl makes of how a program ended. */
function inPod(result: CommandResult): CommandResult {
  if (result.failure === null) return result;
  const words =
    result.failure === 'missing'
      ? 'exec: executable file not found in $PATH'
      : `${result.lastWords}\ncommand terminated with exit code ${result.exitStatus}`;
  return failed(result.argv, words);
}
