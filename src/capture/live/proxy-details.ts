import { fieldsOf, isFields, objectsOf, textOf } from '../../json/fields.ts';
import type { Kubectl } from './kubectl.ts';
import type { PodRef } from './pod-commands.ts';
import { flagsOfConfig } from './proxy-flags.ts';
import { UnreachableError } from './unreachable-error.ts';

type Fields = Readonly<Record<string, unknown>>;

/** What else of kube-proxy the API server tells, where it may be asked. */
export interface ProxyDetails {
  /** Of its ConfigMap, as flags; empty where it has none or may not be read. */
  readonly flags: readonly string[];
  /** Lines of its log that say that a sync failed; null where the log was not read. */
  readonly errors: readonly string[] | null;
}

/** @returns of a kube-proxy Pod what tells how its container fares, and nothing else: no environment, no message. */
export function proxyPodOf(pod: Fields, container: string): object {
  const { name, namespace } = fieldsOf(pod.metadata);
  const statuses = objectsOf(fieldsOf(pod.status).containerStatuses);
  const status = statuses.find((each) => each.name === container);
  return {
    metadata: { name, namespace, labels: { 'k8s-app': 'kube-proxy' } },
    spec: { nodeName: fieldsOf(pod.spec).nodeName },
    status: {
      phase: fieldsOf(pod.status).phase,
      ...(status === undefined ? {} : { containerStatuses: [stateOf(status)] }),
    },
  };
}

function stateOf(status: Fields): object {
  const { state, lastState } = status;
  const ended = (value: unknown): object | undefined => {
    if (!isFields(value)) return undefined;
    return { reason: value.reason, exitCode: value.exitCode, finishedAt: value.finishedAt };
  };
  return {
    restartCount: status.restartCount,
    state: {
      waiting: isFields(fieldsOf(state).waiting)
        ? { reason: fieldsOf(fieldsOf(state).waiting).reason }
        : undefined,
      terminated: ended(fieldsOf(state).terminated),
    },
    lastState: { terminated: ended(fieldsOf(lastState).terminated) },
  };
}

/** @returns the arguments that read the end of kube-proxy's log. */
function logArgs({ namespace, name, container }: PodRef): string[] {
  return ['logs', `pod/${name}`, `--namespace=${namespace}`, `--container=${container}`, '--tail=500'];
}

/**
 * Asks for kube-proxy's configuration and the end of its log. What may not be read is not told: nothing depends on it.
 * @param pod kube-proxy's, as the API has it. Throws InterruptedError.
 */
export async function readProxyDetails(kubectl: Kubectl, ref: PodRef, pod: Fields): Promise<ProxyDetails> {
  const [flags, errors] = await Promise.all([configFlags(kubectl, ref, pod), logErrors(kubectl, ref)]);
  return { flags, errors };
}

async function configFlags(kubectl: Kubectl, { namespace }: PodRef, pod: Fields): Promise<readonly string[]> {
  const names = objectsOf(fieldsOf(pod.spec).volumes).flatMap(
    (volume) => textOf(fieldsOf(volume.configMap).name) ?? [],
  );
  try {
    // A cluster's certificates come as ConfigMaps too; and the kubeconfig may be one (EKS), beside that with the configuration.
    for (const name of new Set(names.filter((each) => each.includes('proxy')))) {
      const { data } = await kubectl.getJson(
        ['get', `configmap/${name}`, `--namespace=${namespace}`],
        `ConfigMap ${name}`,
        'where the pod is kube-proxy’s, and has one',
      );
      const texts = Object.values(fieldsOf(data)).filter((text) => typeof text === 'string');
      const config = texts.find((text) => text.includes('KubeProxyConfiguration'));
      if (config !== undefined) return await flagsOfConfig(config);
    }
    return [];
  } catch (error) {
    if (error instanceof UnreachableError) return [];
    throw error;
  }
}

const LOG = { timeoutMs: 20_000, maxBytes: 16 * 1024 * 1024, only: 'where the pod is kube-proxy’s' };

/** How many lines are kept, and of each how much. */
const LINES = 5;
const LONGEST_LINE = 600;

async function logErrors(kubectl: Kubectl, ref: PodRef): Promise<readonly string[] | null> {
  const { failure, stdout } = await kubectl.run(logArgs(ref), { limits: LOG, remote: true });
  return failure === null ? syncErrors(stdout.toString('utf8')) : null;
}

/**
 * klog's errors that are about writing rules (`E1128 01:02:03.4 1 proxier.go:1505] "Failed to execute iptables-restore" …`), or about
 * its end (`"Error running ProxyServer"`, `"command failed"`).
 */
const SYNC_ERROR =
  /^E\d{4} .*\bproxier\w*\.go:\d+\] .*(?:fail|error|sync)|^F\d{4} |^E\d{4} .*\] "(?:Error running ProxyServer|command failed)"/i;

/** @returns the last lines that say that kube-proxy could not write its rules, or could not go on. */
export function syncErrors(log: string): string[] {
  return log
    .split('\n')
    .filter((line) => SYNC_ERROR.test(line))
    .slice(-LINES)
    .map((line) => line.slice(0, LONGEST_LINE));
}
