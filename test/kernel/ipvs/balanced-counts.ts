import type { Outcome } from '../../../src/trace/outcome.ts';
import type { Meeting } from '../run-case.ts';

/** How often the kernel confirmed what: schedulers, ways through IPVS, sets that were asked. */
export class BalancedCounts {
  readonly schedulers = new Map<string, number>();
  readonly ways = new Map<string, number>();
  readonly sets = new Map<string, number>();

  /** Counts what the kernel has confirmed by going the way of this outcome. */
  add(outcome: Outcome, { question, host, ipvs }: Meeting): void {
    for (const { step } of outcome.path) {
      if (step.program === 'ipvs') {
        count(this.schedulers, step.scheduler ?? 'unknown');
        count(this.ways, wayOf(outcome, question.entersAt));
      }
      if (step.program !== 'iptables' || step.rule === null) continue;
      for (const match of step.rule.matches)
        if (match.kind === 'set') count(this.sets, host.ipsets?.get(match.name)?.type ?? 'unknown');
    }
    if (ipvs !== undefined && !outcome.path.some(({ step }) => step.program === 'ipvs'))
      count(this.ways, question.state === 'NEW' && !isAnswer(outcome) ? 'past IPVS' : 'answer');
  }
}

function wayOf({ verdict, exit, source }: Outcome, entersAt: string): string {
  const from = entersAt === 'OUTPUT' ? 'the node' : 'elsewhere';
  if (verdict === 'reject') return `refused, from ${from}`;
  if (verdict !== 'accept') return `${verdict} behind IPVS, from ${from}`;
  const where =
    exit?.kind === 'local' ? 'a server on the node' : exit?.kind === 'interface' ? exit.name : '?';
  return `from ${from} to ${where}${source.rewrite === 'none' ? '' : ', masqueraded'}`;
}

function isAnswer({ path }: Outcome): boolean {
  return path.some(({ state }) => state.connection?.direction === 'REPLY');
}

function count(map: Map<string, number>, name: string): void {
  map.set(name, (map.get(name) ?? 0) + 1);
}
