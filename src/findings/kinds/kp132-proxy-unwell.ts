import { type Command, command } from '../../command/command.ts';
import type { ContainerEnd, ContainerState } from '../../kubernetes/objects.ts';
import { proxyLogs } from '../commands.ts';
import type { CheckContext } from '../context.ts';
import { factEvidence } from '../evidence.ts';
import type { Evidence, Finding, FindingKind } from '../finding.ts';
import { NO_HEALTH, type ProxyHealth } from '../proxy-health.ts';

/** kube-proxy itself does not run, keeps ending, or no longer writes its rules: whatever else is found follows from that. */
export const proxyUnwell: FindingKind<CheckContext> = {
  code: 'KP132',
  title: 'kube-proxy not well',
  find({ input }): Finding[] {
    const health = input.proxyHealth ?? NO_HEALTH;
    const told = notRunning(health) ?? notSyncing(health) ?? endedJustNow(health);
    if (told === null) return [];
    return [
      {
        code: 'KP132',
        service: null,
        objects: [health.pod === null ? 'kube-proxy' : `pod ${health.pod}`, 'kube-proxy'],
        hits: 'every Service port whose endpoints have changed since: new ones are not served, and gone ones still are',
        advice:
          'read why in its log, before any rule is looked at; the rules that stand there are those of its last sync',
        command: logOf(health),
        ...told,
      },
    ];
  },
};

type Told = Pick<Finding, 'severity' | 'message' | 'evidence' | 'certainty'>;

/** The container waits to be started again, or has ended. */
function notRunning({ container, errors }: ProxyHealth): Told | null {
  if (container === null) return null;
  const { waiting, ended } = container;
  // An ordinary start takes a few seconds.
  if (waiting === 'ContainerCreating' || waiting === 'PodInitializing') return null;
  const how =
    waiting !== null ? `is in ${waiting}` : ended !== null ? `has ended (${reasonOf(ended)})` : null;
  if (how === null) return null;
  return {
    severity: 'error',
    message: `kube-proxy does not run on this node: its container ${how}${restartsOf(container)}`,
    evidence: [...evidenceOf(container), ...(errors ?? []).map((line) => factEvidence(line))],
    certainty: 'certain',
  };
}

/**
 * What was queued is written within the minimum sync period (1 s by default, seldom more than 30 s); kube-proxy's own health
 * check gives up after twice the sync period (pkg/proxy/healthcheck, 1.20 to 1.36).
 */
const PATIENCE_S = 60;

function notSyncing({ errors, lastSync, lastQueued, takenAt }: ProxyHealth): Told | null {
  const lines = (errors ?? []).map((line) => factEvidence(line));
  if (lastSync !== null && lastQueued !== null) {
    if (lastSync >= lastQueued) return null;
    const now = takenAt === null ? null : Date.parse(takenAt) / 1000;
    if (now !== null && now - lastQueued >= PATIENCE_S)
      return {
        severity: 'error',
        message: `kube-proxy has not written its rules since ${timeOf(lastSync)}: what came at ${timeOf(lastQueued)} still waits`,
        evidence: [
          factEvidence(`kubeproxy_sync_proxy_rules_last_timestamp_seconds ${lastSync}`),
          factEvidence(`kubeproxy_sync_proxy_rules_last_queued_timestamp_seconds ${lastQueued}`),
          ...lines,
        ],
        certainty: 'certain',
      };
  }
  if (lines.length === 0) return null;
  return {
    severity: 'warning',
    message: 'kube-proxy’s log tells of syncs that failed; whether a later one did not is not known',
    evidence: lines,
    certainty: 'possible',
  };
}

/** An hour: who looks for a fault asks what happened lately. */
const LATELY_MS = 3_600_000;

/**
 * With the node it ends too: of a container whose task is gone when it comes up again containerd says 255 (`Unknown`;
 * unknownExitReason, internal/cri/server/restart.go of 2.0). One that the kubelet itself cannot find any more
 * (`ContainerStatusUnknown`, 137) has no time at which it ended. Both are taken from the source.
 */
function endedJustNow({ container, takenAt }: ProxyHealth): Told | null {
  const before = container?.endedBefore ?? null;
  if (container === null || before === null || before.at === null || takenAt === null) return null;
  const ago = Date.parse(takenAt) - Date.parse(before.at);
  if (before.exitCode === 0 || before.reason === 'Unknown' || !(ago >= 0 && ago < LATELY_MS)) return null;
  return {
    severity: 'warning',
    message: `kube-proxy ended ${Math.round(ago / 60_000)} min before this was read (${reasonOf(before)})${restartsOf(container)}`,
    evidence: evidenceOf(container),
    certainty: 'certain',
  };
}

function reasonOf({ reason, exitCode }: ContainerEnd): string {
  const code = exitCode === null ? null : `exit code ${exitCode}`;
  return [reason, code].filter((word) => word !== null).join(', ') || 'its end';
}

function restartsOf({ restarts }: ContainerState): string {
  return restarts === null || restarts === 0 ? '' : `, after ${restarts} restart${restarts === 1 ? '' : 's'}`;
}

function evidenceOf({ waiting, ended, endedBefore, restarts }: ContainerState): Evidence[] {
  return [
    ...(waiting === null ? [] : [factEvidence(`state.waiting.reason: ${waiting}`)]),
    ...(ended === null ? [] : [factEvidence(`state.terminated: ${reasonOf(ended)}`)]),
    ...(endedBefore === null
      ? []
      : [
          factEvidence(
            `lastState.terminated: ${reasonOf(endedBefore)}${endedBefore.at === null ? '' : ` at ${endedBefore.at}`}`,
          ),
        ]),
    ...(restarts === null ? [] : [factEvidence(`restartCount: ${restarts}`)]),
  ];
}

/** Of a container that has ended the log before it tells more. */
function logOf({ pod, container }: ProxyHealth): Command {
  const [namespace, name] = pod?.split('/') ?? [];
  if (namespace === undefined || name === undefined) return proxyLogs();
  const previous = (container?.restarts ?? 0) > 0 ? ['--previous'] : [];
  return command('kubectl', `--namespace=${namespace}`, 'logs', `pod/${name}`, '--tail=100', ...previous);
}

function timeOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(/\.\d+Z$/, 'Z');
}
