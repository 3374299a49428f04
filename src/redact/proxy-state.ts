import { fieldsOf, listOf, textOf } from '../json/fields.ts';

/** Reasons that the kubelet and the container runtimes give; any other text may be a company's own. */
const REASONS = new Set(
  'CrashLoopBackOff ContainerCreating PodInitializing ErrImagePull ImagePullBackOff InvalidImageName ErrImageNeverPull CreateContainerConfigError CreateContainerError RunContainerError StartError ContainerStatusUnknown ContainerCannotRun DeadlineExceeded Completed Error OOMKilled Evicted'.split(
    ' ',
  ),
);

/** @returns true where the text is a reason that Kubernetes itself defines. */
export function isStateReason(text: string): boolean {
  return REASONS.has(text);
}

/** @returns true where the text is a time of the API (RFC 3339). */
export function isTime(text: string): boolean {
  return /^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)$/.test(text);
}

/**
 * @returns what the log said, without all that is not kube-proxy's own words: the message that its source has (klog). Of a line
 *   that has no such message stands that there was one: that a sync failed must not be lost.
 */
export function plainLogLines(lines: unknown): string[] {
  return listOf(lines).flatMap((line) => {
    const [, head, words = ''] = KLOG.exec(textOf(line) ?? '') ?? [];
    if (head === undefined) return [];
    return PLAIN_WORDS.test(words) ? `${head} "${words}"` : `${head} (left out)`;
  });
}

const KLOG = /^([EF]\d{4} \d\d:\d\d:\d\d)(?:\S* [^\]]*\] "([^"\\]*)")?/;

/** Words of sentences in a source: no address, no name with a dot, a digit or a sign in it. */
const PLAIN_WORDS = /^[A-Za-z -]{1,120}$/;

/** @returns the numbers of `kubeProxySync`, and nothing else. */
export function plainSync(value: unknown): object | null {
  const { lastSync, lastQueued } = fieldsOf(value);
  return typeof lastSync === 'number' && typeof lastQueued === 'number' ? { lastSync, lastQueued } : null;
}
