import { decidedStep } from '../explain/trace/decided-step.ts';
import type { OutcomeItem, Remark, StepItem, TraceItem } from '../explain/trace-list.ts';
import type { Finding } from '../findings/finding.ts';
import { dictionary } from '../lookup/dictionary.ts';

/** Findings that speak of the same fault as a remark of the trace: of the two, the finding is told. */
const OF_REMARKS = dictionary<readonly string[]>({
  'cluster-ip-not-translated': [
    'KP102',
    'KP103',
    'KP106',
    'KP128',
    'KP129',
    'KP201',
    'KP202',
    'KP206',
    'KP211',
    'KP401',
    'KP403',
  ],
  'node-port-not-translated': [
    'KP102',
    'KP103',
    'KP106',
    'KP201',
    'KP202',
    'KP204',
    'KP206',
    'KP211',
    'KP401',
    'KP403',
  ],
  'external-address-not-translated': [
    'KP102',
    'KP103',
    'KP106',
    'KP201',
    'KP202',
    'KP206',
    'KP211',
    'KP401',
    'KP403',
  ],
  'not-an-endpoint': ['KP102', 'KP109', 'KP125', 'KP207'],
  'unknown-address': ['KP102', 'KP109', 'KP111', 'KP125', 'KP203', 'KP207'],
  'foreign-target': ['KP203', 'KP401'],
  'endpoint-port-differs': ['KP102', 'KP207'],
  'endpoint-not-ready': ['KP102', 'KP124'],
  'pod-not-ready': ['KP124'],
  'host-port-elsewhere': ['KP108', 'KP111'],
  'host-port-not-translated': ['KP108', 'KP111'],
  'hairpin-not-masqueraded': ['KP114', 'KP119', 'KP203', 'KP212', 'KP402'],
  'masquerade-mark-lost': ['KP118', 'KP119', 'KP402'],
  'answer-not-through-node': ['KP118', 'KP119', 'KP203', 'KP212', 'KP402'],
  'answers-to-own-node': ['KP301', 'KP304'],
  'answer-bypasses-nat': ['KP115'],
  'reverse-path': ['KP117'],
  'pod-outside-cluster-cidr': ['KP122'],
  'address-not-on-node': ['KP302'],
  'uneven-shares': ['KP205'],
  'fewer-endpoints': ['KP102'],
});

/** The same for reasons that are no rule's verdict. */
const OF_REASONS = dictionary<readonly string[]>({
  'no-route': ['KP116'],
  unreachable: ['KP116', 'KP218'],
  prohibit: ['KP116', 'KP218'],
  blackhole: ['KP116', 'KP218'],
  'martian-source': ['KP117', 'KP218'],
  'martian-destination': ['KP218'],
  'rp-filter': ['KP117', 'KP218'],
  'beyond-scope': ['KP218'],
  'source-not-local': ['KP116', 'KP218'],
  'bridge-hairpin-off': ['KP114', 'KP218'],
  'bridge-ports-isolated': ['KP218'],
  'frame-rule-drop': ['KP218'],
  'route-localnet-off': ['KP123', 'KP218'],
  'forwarding-off': ['KP218'],
  'conntrack-full': ['KP126'],
  'chain-missing': ['KP201'],
  'both-proxies': ['KP125'],
  'mode-nftables': ['KP125'],
  'mode-ipvs': ['KP125'],
});

/** @returns true where the finding is about the same fault as the remark. */
export function speaksOf({ code }: { readonly code: string }, remark: Remark): boolean {
  return OF_REMARKS[remark.code]?.includes(code) === true;
}

/** @returns true where the finding says why this outcome is none that works. */
export function explains(finding: Finding, outcome: OutcomeItem, { steps }: TraceItem): boolean {
  const { code } = finding;
  if (outcome.verdict === 'accept')
    return (
      outcome.remarks.some((remark) => remark.effect !== 'none' && speaksOf(finding, remark)) ||
      endsAnswersOf(finding, outcome, steps) ||
      endsInRouting(finding, outcome)
    );
  if (outcome.reason !== null) return OF_REASONS[outcome.reason.code]?.includes(code) === true;
  const decided = decidedStep(outcome, steps);
  if (decided === undefined) return false;
  if (decided.table === 'ip_vs') return quotes(finding, decided);
  return decided.rule === null ? OF_POLICIES.has(code) : quotes(finding, decided);
}

/** The finding quotes the rule of the node by which the answer, or what follows it, is lost or not tracked. */
function endsAnswersOf(finding: Finding, { connection }: OutcomeItem, steps: readonly StepItem[]): boolean {
  if (!OF_ANSWERS.has(finding.code) || connection === null) return false;
  return [connection, ...connection.others].some(({ sees, reason, legs }) => {
    const leg = legs.at(-1);
    if (sees === 'works' || sees === 'unknown' || leg === undefined) return false;
    if (leg.direction !== 'answer' && reason?.code !== 'later-lost') return false;
    const told = steps.filter(({ id, action }) => id === leg.path.at(-1) || action === 'notrack');
    return told.some(
      (step) => step.node === undefined && leg.path.includes(step.id) && quotes(finding, step),
    );
  });
}

/** The node itself loses the answer, for a reason that the finding is about. */
function endsInRouting({ code }: Finding, { connection }: OutcomeItem): boolean {
  if (connection === null) return false;
  return [connection, ...connection.others].some(({ reason, endedBy = '', legs }) => {
    const leg = legs.at(-1);
    const isHere = leg?.direction === 'answer' && leg.node === legs[0]?.node;
    return isHere && reason?.code === 'lost' && OF_REASONS[endedBy]?.includes(code) === true;
  });
}

/** Findings about rules that drop what comes back, or what is sent then. */
const OF_ANSWERS: ReadonlySet<string> = new Set(['KP129', 'KP135']);

/** A policy stands in no line that a rule of its could be told by. */
const OF_POLICIES: ReadonlySet<string> = new Set(['KP107', 'KP211', 'KP401']);

/** The rule that decided is among the finding's evidence. The rules of nft's JSON stand in one line. */
function quotes({ evidence }: Finding, { file, line, text, backend }: StepItem): boolean {
  const isSaid = (said: string) => backend !== 'nft' || (text !== null && said.endsWith(text));
  return line !== null && evidence.some((one) => one.file === file && one.line === line && isSaid(one.text));
}
