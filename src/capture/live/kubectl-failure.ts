import { quoteCommand } from '../../command/quote.ts';
import type { CommandResult } from './command-result.ts';
import { UnreachableError } from './unreachable-error.ts';

/** The code of what may fare better a little later. */
export const OVERLOADED = 'overloaded';

/** Something kubectl or the API server says, the code it gets, and the way out. First match wins. */
const SAYINGS: readonly (readonly [RegExp, string, string])[] = [
  [
    /exceeded quota|failed quota/i,
    'denied',
    'the namespace’s ResourceQuota has no room for the pod, or asks for limits that it does not name; try --debug-namespace with another namespace, or --via exec',
  ],
  [
    /container not found|stopped container|container .* is not running|not running container/i,
    'container-not-running',
    'its container does not run just now: `kubectl logs --previous` and `kubectl describe pod` say why; the rules that it left are read with --via debug',
  ],
  [
    /dialing backend|:10250|no agent available|proxy error from .*while dialing/i,
    'kubelet-unreachable',
    'the API server does not get to the node’s kubelet (port 10250): look at the node, its firewall, and the tunnel of the control plane (konnectivity)',
  ],
  [
    /violates PodSecurity|PodSecurityPolicy|denied the request|admission webhook/i,
    'denied',
    'an admission policy forbids such a pod; try --debug-namespace with a namespace that may run privileged pods, such as kube-system, or --via exec',
  ],
  [
    /TooManyRequests|too many requests/i,
    OVERLOADED,
    'the API server asks to slow down: ask fewer nodes at once with --concurrency, or later',
  ],
  [
    /Forbidden|cannot (?:get|list|create|delete|watch) resource/i,
    'forbidden',
    'the message names the verb and the resource that a Role must allow',
  ],
  [
    /Unauthorized|must be logged in|credentials? (?:has|have) expired|token (?:is|has) expired|getting credentials/i,
    'unauthorized',
    'the credentials are missing or expired: log in again, or choose others with --kubeconfig and --context',
  ],
  [
    /unknown profile/i,
    'old-kubectl',
    'this kubectl is too old: profile netadmin came with kubectl 1.27, sysadmin with 1.30',
  ],
  [
    /x509|certificate|tls:/i,
    'tls',
    'the server’s certificate is not trusted: check the kubeconfig and the clock',
  ],
  [
    /context .*(?:does not exist|was not found)|no context exists|cluster .* does not exist/i,
    'no-such-context',
    '`kubectl config get-contexts` lists what there is',
  ],
  [
    /(?:stat|open|read) .*: (?:no such file|permission denied)|error loading config file/i,
    'no-kubeconfig',
    'check --kubeconfig and KUBECONFIG',
  ],
  [
    /connection refused|was refused|no such host|i\/o timeout|Unable to connect|network is unreachable|deadline exceeded|localhost:8080|EOF$/i,
    'unreachable',
    'check the kubeconfig, the network and the VPN',
  ],
  [/\(NotFound\)|not found/i, 'not-found', 'it does not exist, or has just gone'],
];

/** @returns the code and the way out for what kubectl said; `kubectl-failed` where it is not known. */
export function classifyKubectl(text: string): { readonly code: string; readonly advice: string } {
  for (const [pattern, code, advice] of SAYINGS) if (pattern.test(text)) return { code, advice };
  return { code: 'kubectl-failed', advice: 'run it by hand to see more' };
}

/** @returns the error for a call of kubectl that failed. @param what was asked for, in words. */
export function describeKubectl(result: CommandResult, what: string): UnreachableError {
  const command = `\`${quoteCommand(result.argv)}\``;
  if (result.failure === 'missing') {
    return new UnreachableError(
      'no-kubectl',
      'kubectl is not installed here, or not on PATH; a node is reached through it (or run kp-explain on the node itself)',
    );
  }
  if (result.failure === 'timeout') {
    return new UnreachableError(
      'timeout',
      `cannot get ${what}: ${command} did not end in time and was stopped; check the network, and \`kubectl version\``,
    );
  }
  const said = result.lastWords === '' ? 'no message' : lastLines(result.lastWords);
  const { code, advice } = classifyKubectl(result.lastWords);
  return new UnreachableError(code, `cannot get ${what}: ${said}\n  ${command} failed; ${advice}`);
}

/** Client-side log lines (`E1121 … memcache.go`) repeat the same cause many times. */
function lastLines(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !/^[EWI]\d{4} /.test(line));
  return (lines.length === 0 ? text.split('\n').slice(-1) : lines.slice(-3))
    .join(' ')
    .replace(/^(?:error: |Error from server )/i, '');
}
