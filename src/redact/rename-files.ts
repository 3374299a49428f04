import type { SourceKind } from '../capture/source-kind.ts';
import type { Fields } from '../json/fields.ts';
import { parseJson } from '../json/read-json.ts';
import type { ObjectKind } from '../kubernetes/object-fields.ts';
import { OBJECT_FILES } from '../kubernetes/object-list.ts';
import type { ProblemList } from '../problems/problem.ts';
import { plainCounters } from './counters.ts';
import { renameFlow } from './flows.ts';
import { renameAddressLabels, renameIpJson } from './json-values.ts';
import {
  renameExpectation,
  renameFlowStatistics,
  renameIpvs,
  renameIpvsConnection,
  renameLines,
  renameRecent,
  renameSetLine,
  renameSysctl,
} from './lines.ts';
import { renameManifest } from './manifest.ts';
import { renameNft } from './nft.ts';
import { renameObjects } from './objects.ts';
import type { RedactInput } from './redact-input.ts';
import type { Renamer } from './renamer.ts';
import { renameList, renameRules } from './rules.ts';
import { renameSocket } from './sockets.ts';
import { renameXfrmPolicy } from './xfrm.ts';

interface RedactedFile {
  readonly path: string;
  readonly bytes: Buffer;
}

type RenameFile = (file: RedactInput, renamer: Renamer, problems: ProblemList) => string | null;

const lines =
  (rename: Parameters<typeof renameLines>[2]): RenameFile =>
  (file, renamer, problems) =>
    renameLines(file.bytes.toString('utf8'), file.name, rename, renamer, problems);

const json =
  (rename: (value: unknown, renamer: Renamer, file: string, problems: ProblemList) => unknown): RenameFile =>
  (file, renamer, problems) => {
    const value = parseJson(file.bytes.toString('utf8'));
    if (value === undefined || value === null) return null;
    return `${JSON.stringify(rename(value, renamer, file.name, problems))}\n`;
  };

/** How a file of each kind is renamed; null: it is left out. */
const WAYS: Readonly<Record<Exclude<SourceKind, 'kubernetes'>, RenameFile | null>> = {
  'iptables-save': (file, renamer, problems) =>
    renameRules(file.bytes.toString('utf8'), file.name, renamer, problems),
  conntrack: lines(renameFlow),
  'conntrack-stats': lines(renameFlowStatistics),
  'conntrack-expect': lines(renameExpectation),
  ipset: lines(renameSetLine),
  recent: lines(renameRecent),
  sysctl: lines(renameSysctl),
  sockets: lines(renameSocket),
  ipvs: lines(renameIpvs),
  'ipvs-connections': lines(renameIpvsConnection),
  'ip-addr': json(renameIpJson),
  'ip-route': json(renameIpJson),
  'ip-rule': json(renameIpJson),
  'ip-addrlabel': json(renameAddressLabels),
  'ip-xfrm-policy': lines(renameXfrmPolicy),
  nft: json(renameNft),
  manifest: json(renameManifest),
  'counter-sample': json(plainCounters),
  // Addresses of links and of IP, names, marks: what a rule asks is not told apart.
  ebtables: null,
  'cilium-services': null,
  'iptables-listing': null,
  'nft-hooks': null,
  'kubectl-table': null,
  expectations: null,
  empty: () => '',
  unknown: null,
};

/** @returns the file in the new names: nothing where it cannot be redacted, several for a list of objects of several kinds. */
export function renameFile(
  file: RedactInput,
  objects: ReadonlyMap<ObjectKind, readonly Fields[]> | null,
  renamer: Renamer,
  problems: ProblemList,
): RedactedFile[] {
  if (file.kind === 'kubernetes') {
    return [...(objects ?? [])].map(([kind, list]) => ({
      path: OBJECT_FILES[kind],
      bytes: renameObjects(kind, list, renamer),
    }));
  }
  const way = WAYS[file.kind];
  const text = way === null ? null : way(file, renamer, problems);
  if (text === null) {
    const what = file.kind === 'iptables-listing' ? 'listing' : 'file';
    problems.add('not-redactable', { what }, file.name);
    return [];
  }
  const bytes = Buffer.from(text);
  if (file.kind !== 'recent') return [{ path: file.path, bytes }];
  const list = file.path.slice(file.path.lastIndexOf('/') + 1);
  return [{ path: `xt_recent/${renameList(list, renamer)}`, bytes }];
}
