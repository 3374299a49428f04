import type { LiveTarget } from './live-state.ts';

/** Rights of one scope, as a rule of RBAC has them, and what for. */
interface Right {
  readonly why: string;
  readonly apiGroup: string;
  readonly resources: readonly string[];
  readonly names?: readonly string[];
  readonly verbs: readonly string[];
}

/** What is asked for besides the node itself. */
export interface RoleNeeds {
  readonly target: LiveTarget;
  readonly allNodes: boolean;
  /** False: `--no-api`. */
  readonly api: boolean;
  /** The pod that is asked for, to learn its node; null: none is. */
  readonly pod: { readonly namespace: string } | null;
}

/** The verb of a command in a pod: WebSockets (kubectl 1.31) begin with a GET, and the API server asks for both since 1.35. */
const EXEC = ['create', 'get'];

/** @returns the Roles that reading the target takes, and nothing more, as YAML for `kubectl apply -f -`. */
export function roleManifest({ target, allNodes, api, pod }: RoleNeeds): string {
  const { node } = target;
  const cluster = [
    ...(api ? NAMES : []),
    ...(node === null ? [] : [NODE]),
    ...(node !== null && allNodes ? [NODES] : []),
    ...(node === null || node.via === 'debug' || node.pod !== null ? [] : [PODS]),
  ];
  const withExec = node !== null && node.via !== 'debug';
  const withDebug = node !== null && node.via !== 'exec';
  // Of two Roles of one name and namespace the later one would take the place of the first.
  const roles = new Map<string, readonly Right[]>();
  const allow = (namespace: string, rights: readonly Right[]): void => {
    roles.set(namespace, [...(roles.get(namespace) ?? []), ...rights]);
  };
  if (pod !== null) allow(pod.namespace, [POD]);
  if (withExec) allow(node.pod?.namespace ?? 'kube-system', inProxyPod(target.needs.host === 'all'));
  if (withDebug) allow(node.debugNamespace ?? 'NAMESPACE', IN_DEBUG_POD);
  const documents = [
    ...(cluster.length === 0 ? [] : [clusterRole(cluster)]),
    ...[...roles].map(([namespace, rights]) => role(namespace, rights)),
  ];
  if (documents.length === 0) return '# The API server is not asked for anything: no Role is needed.';
  return [
    '# What this question takes, and nothing more; bind it with a ClusterRoleBinding and RoleBindings of the same name.',
    ...(node?.via === 'auto' ? ['# --via exec or --via debug takes less.'] : []),
    ...(withDebug && node.debugNamespace === null
      ? [
          '# NAMESPACE: that of the kubeconfig’s context, where the debug pod is made (--debug-namespace names another).',
        ]
      : []),
    ...documents.flatMap((lines, index) => (index === 0 ? lines : ['---', ...lines])),
  ].join('\n');
}

const NAMES: readonly Right[] = [
  {
    why: 'names, and what rules should be',
    apiGroup: '',
    resources: ['services', 'pods', 'nodes'],
    verbs: ['list'],
  },
  {
    why: 'the same',
    apiGroup: 'discovery.k8s.io',
    resources: ['endpointslices'],
    verbs: ['list'],
  },
];
const NODE: Right = { why: 'whether the node answers', apiGroup: '', resources: ['nodes'], verbs: ['get'] };
const NODES: Right = { why: '--all-nodes', apiGroup: '', resources: ['nodes'], verbs: ['list'] };
const PODS: Right = {
  why: 'the node’s kube-proxy pod (list in kube-system alone does, too)',
  apiGroup: '',
  resources: ['pods'],
  verbs: ['list'],
};

const POD: Right = { why: 'on which node the pod runs', apiGroup: '', resources: ['pods'], verbs: ['get'] };

function inProxyPod(details: boolean): Right[] {
  return [
    { why: 'kubectl exec', apiGroup: '', resources: ['pods'], verbs: ['get'] },
    { why: 'kubectl exec', apiGroup: '', resources: ['pods/exec'], verbs: EXEC },
    ...(details
      ? [
          {
            why: 'kube-proxy’s last errors (may be left out)',
            apiGroup: '',
            resources: ['pods/log'],
            verbs: ['get'],
          },
          {
            why: 'its configuration (may be left out)',
            apiGroup: '',
            resources: ['configmaps'],
            names: ['kube-proxy', 'kube-proxy-config'],
            verbs: ['get'],
          },
        ]
      : []),
  ];
}

const IN_DEBUG_POD: readonly Right[] = [
  {
    why: 'made, found, waited for and removed: kubectl delete lists and watches until it is gone',
    apiGroup: '',
    resources: ['pods'],
    verbs: ['create', 'get', 'list', 'watch', 'delete'],
  },
  { why: 'kubectl exec', apiGroup: '', resources: ['pods/exec'], verbs: EXEC },
];

function clusterRole(rights: readonly Right[]): string[] {
  return [...head('ClusterRole'), '  name: kp-explain', 'rules:', ...rights.flatMap(rule)];
}

function role(namespace: string, rights: readonly Right[]): string[] {
  return [
    ...head('Role'),
    '  name: kp-explain',
    `  namespace: ${JSON.stringify(namespace)}`,
    'rules:',
    ...rights.flatMap(rule),
  ];
}

function head(kind: string): string[] {
  return ['apiVersion: rbac.authorization.k8s.io/v1', `kind: ${kind}`, 'metadata:'];
}

function rule({ why, apiGroup, resources, names, verbs }: Right): string[] {
  return [
    `  - apiGroups: [${JSON.stringify(apiGroup)}] # ${why}`,
    `    resources: [${resources.join(', ')}]`,
    ...(names === undefined ? [] : [`    resourceNames: [${names.join(', ')}]`]),
    `    verbs: [${verbs.join(', ')}]`,
  ];
}
