import { formatAddress } from '../../src/net/address.ts';
import type { Outcome, Trace } from '../../src/trace/outcome.ts';

/** What kube-proxy's tests expect of one packet. */
export interface Expected {
  /** `10.180.0.4:80, 10.180.0.5:80`, `REJECT`, `DROP`, `ACCEPT`, or nothing for a packet left alone. */
  readonly output: string;
  readonly masquerade: boolean;
}

const FILTER_CHAINS = ['KUBE-SERVICES', 'KUBE-EXTERNAL-SERVICES', 'KUBE-NODEPORTS', 'KUBE-PROXY-FIREWALL'];

/**
 * The one difference between kube-proxy's own tracer and a kernel: its tracer asks the same four filter chains for
 * every packet, whichever way the packet goes. A kernel asks those that INPUT, FORWARD or OUTPUT jump to; so the rules
 * of these three are replaced by jumps to the four. The rest (nat, statistic, addrtype, routing) is traced as it is.
 */
export function withFilterOfKubeProxyTests(save: string): string {
  const filterEnd = save.indexOf('\nCOMMIT', save.indexOf('*filter'));
  const filter = save.slice(save.indexOf('*filter'), filterEnd);
  const kept = filter.split('\n').filter((line) => !/^-A (INPUT|FORWARD|OUTPUT) /.test(line));
  const chains = FILTER_CHAINS.filter((chain) => kept.some((line) => line.startsWith(`:${chain} `)));
  const jumps = ['INPUT', 'FORWARD', 'OUTPUT'].flatMap((hook) =>
    chains.map((chain) => `-A ${hook} -j ${chain}`),
  );
  return save.replace(filter, [...kept, ...jumps].join('\n'));
}

/** @returns the trace's answer in the words of kube-proxy's tests. */
export function answerOf(trace: Trace): Expected {
  return {
    output: outputsOf(trace),
    // kube-proxy's tests call a packet masqueraded when its mark chain was passed, before any POSTROUTING.
    masquerade: trace.outcomes.some(({ path }) => path.some(({ step }) => step.chain === 'KUBE-MARK-MASQ')),
  };
}

/** @returns what becomes of the packet, in the words of kube-proxy's tests. */
export function outputsOf(trace: Trace): string {
  return [...new Set(trace.outcomes.map(outputOf))].sort().join(', ');
}

/** @returns true for a way on which a rule rewrote the destination. */
export function isTranslated({ path }: Outcome): boolean {
  return path.some(({ step }) => step.action === 'dnat');
}

function outputOf({ verdict, path, destination }: Outcome): string {
  if (verdict === 'drop' || verdict === 'reject') return verdict.toUpperCase();
  if (path.some(({ step }) => step.action === 'dnat')) {
    const address = formatAddress(destination.address);
    return address.includes(':') ? `[${address}]:${destination.port}` : `${address}:${destination.port}`;
  }
  const accepted = path.some(
    ({ step }) => step.table === 'filter' && step.rule !== null && step.action === 'accept',
  );
  return accepted ? 'ACCEPT' : '';
}
