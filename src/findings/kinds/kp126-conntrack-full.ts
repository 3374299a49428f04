import type { Flow } from '../../conntrack/flow.ts';
import { sysctlNumber } from '../../host/sysctl.ts';
import { formatProtocol } from '../../net/protocol.ts';
import { setSysctl } from '../commands.ts';
import type { CheckContext } from '../context.ts';
import { factEvidence } from '../evidence.ts';
import type { Evidence, Finding, FindingKind } from '../finding.ts';
import { groupBy } from '../group.ts';

/** The connection table is full or nearly: new connections are dropped. */
export const conntrackFull: FindingKind<CheckContext> = {
  code: 'KP126',
  title: 'conntrack table full',
  find(context): Finding[] {
    const { known } = context;
    const count = sysctlNumber(known.host, 'net.netfilter.nf_conntrack_count');
    const max = sysctlNumber(known.host, 'net.netfilter.nf_conntrack_max');
    if (count === null || max === null || max <= 0 || count / max < NEARLY) return [];
    const percent = Math.floor((count / max) * 100);
    const full = count / max >= FULL;
    const drops = context.conntrackTotals;
    const dropped = ['drop', 'early_drop']
      .map((name) => {
        const rate = context.rateOfConntrack(name);
        return `${name}=${drops?.get(name) ?? 0}${rate === null ? '' : ` (${rate})`}`;
      })
      .join(' ');
    return [
      {
        code: 'KP126',
        severity: full ? 'error' : 'warning',
        message: `the conntrack table is ${full ? 'full' : `${percent}% full`} (${count} of ${max} entries): ${full ? 'new connections through this node are dropped' : 'soon new connections will be dropped'}`,
        service: null,
        objects: ['all Services', 'conntrack'],
        hits: 'every new connection that the node tracks; those that exist go on',
        evidence: [
          factEvidence(
            `net.netfilter.nf_conntrack_count = ${count}, net.netfilter.nf_conntrack_max = ${max}`,
          ),
          ...(drops === null ? [] : [factEvidence(`conntrack -S: ${dropped}`)]),
          ...consumers(known.flows?.all() ?? []),
        ],
        advice:
          'raise the limit (kube-proxy sets it from conntrack.maxPerCore when it starts), and find what opens so many connections',
        command: setSysctl('net.netfilter.nf_conntrack_max', max * 2),
        certainty: 'certain',
      },
    ];
  },
};

const NEARLY = 0.9;
/** The kernel drops at the limit itself; a count taken a moment later is a little lower. */
const FULL = 0.98;

/** Flows are counted up to here: the mix of so many is that of all. */
const SAMPLE = 200_000;

function consumers(flows: Iterable<Flow>): Evidence[] {
  const sample: Flow[] = [];
  for (const flow of flows) {
    sample.push(flow);
    if (sample.length === SAMPLE) break;
  }
  if (sample.length === 0) return [];
  const groups = groupBy(sample, ({ protocol, state }) =>
    `${formatProtocol(protocol)} ${state ?? ''}`.trim(),
  );
  return [...groups]
    .sort(([, a], [, b]) => b.length - a.length)
    .slice(0, 3)
    .map(([what, list]) =>
      factEvidence(`${Math.round((list.length / sample.length) * 100)} % of the captured flows are ${what}`),
    );
}
