import { RECENT_FOLDER } from '../capture/contract-files.ts';
import type { SourceText } from '../capture/source.ts';
import type { SourceKind } from '../capture/source-kind.ts';
import type { Family } from '../net/address.ts';
import type { ProblemList } from '../problems/problem.ts';
import type { RedactInput } from '../redact/redact-input.ts';
import type { SortedSources } from './sort-sources.ts';

/** What a file of each kind is called in a capture folder; null where only its own name tells. */
const NAMES: Readonly<Record<SourceKind, readonly [ipv4: string, ipv6: string] | null>> = {
  'iptables-save': ['iptables-save.txt', 'ip6tables-save.txt'],
  'iptables-listing': ['iptables-save.txt', 'ip6tables-save.txt'],
  conntrack: ['conntrack.txt', 'conntrack6.txt'],
  'conntrack-stats': ['conntrack-stats.txt', 'conntrack-stats.txt'],
  'conntrack-expect': ['conntrack-expect.txt', 'conntrack-expect.txt'],
  ipset: ['ipset.txt', 'ipset.txt'],
  'ip-addr': ['ip-addr.json', 'ip-addr.json'],
  'ip-route': ['ip-route.json', 'ip6-route.json'],
  'ip-rule': ['ip-rule.json', 'ip6-rule.json'],
  'ip-addrlabel': ['ip-addrlabel.json', 'ip-addrlabel.json'],
  'ip-xfrm-policy': ['ip-xfrm-policy.txt', 'ip-xfrm-policy.txt'],
  ebtables: ['ebtables-save.txt', 'ebtables-save.txt'],
  nft: ['nft.json', 'nft.json'],
  'nft-hooks': ['nft-hooks.txt', 'nft-hooks.txt'],
  sysctl: ['sysctl.txt', 'sysctl.txt'],
  sockets: ['sockets.txt', 'sockets.txt'],
  ipvs: ['ipvsadm.txt', 'ipvsadm.txt'],
  'ipvs-connections': ['ipvsadm-connections.txt', 'ipvsadm-connections.txt'],
  kubernetes: ['services.json', 'services.json'],
  manifest: ['capture.json', 'capture.json'],
  'counter-sample': ['counters.json', 'counters.json'],
  'cilium-services': ['cilium-services.txt', 'cilium-services.txt'],
  'kubectl-table': null,
  expectations: null,
  recent: null,
  empty: null,
  unknown: null,
};

/** @returns the inputs as files of a capture folder, whatever they were called; what has no place there becomes a problem. */
export function redactInputs(sorted: SortedSources, problems: ProblemList): RedactInput[] {
  const inputs: RedactInput[] = [];
  const taken = new Set<string>();
  for (const [kind, list] of sorted) {
    for (const { source, family } of list) {
      const path = pathOf(kind, family, source);
      if (path === null) {
        if (kind !== 'empty' || source.size > 0) {
          problems.add('not-redactable', { what: 'file' }, source.name);
        }
        continue;
      }
      if (taken.has(path) && kind !== 'kubernetes') {
        problems.add('repeated-input', { is: 'left-out' }, source.name);
        continue;
      }
      taken.add(path);
      inputs.push({ path, name: source.name, bytes: source.bytes, kind });
    }
  }
  return inputs;
}

function pathOf(kind: SourceKind, family: Family | null, { name, hints }: SourceText): string | null {
  const parts = name.replace(/\.gz$/, '').split('/');
  const last = parts.at(-1) ?? '';
  if (kind === 'recent') return `${RECENT_FOLDER}/${last}`;
  if (kind === 'empty') return hints === null || hints.kind === 'expectations' ? null : last;
  if (hints?.kind === kind && kind !== 'kubernetes') return last;
  const named = NAMES[kind]?.[family === 'ipv6' ? 1 : 0] ?? null;
  const legacy = kind === 'iptables-save' && /legacy/.test(last);
  return legacy && named !== null ? named.replace('tables-', 'tables-legacy-') : named;
}
