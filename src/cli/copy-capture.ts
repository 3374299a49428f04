import type { CapturedFile } from '../capture/captured-file.ts';
import { hintsOfName, RECENT_FOLDER } from '../capture/contract-files.ts';
import { InputError } from '../capture/input-error.ts';
import { recognise } from '../capture/recognise.ts';
import type { SourceText } from '../capture/source.ts';
import type { SourceKind } from '../capture/source-kind.ts';
import { toldAll } from '../problems/told-problem.ts';
import { gatherSources } from './load-capture.ts';
import type { LoadContext } from './load-context.ts';
import { prepareFiles, type Redaction } from './prepare-files.ts';
import type { SavedNode } from './read-node.ts';
import type { SourceRequest } from './requests.ts';

/**
 * Reads a capture that exists and renames everything that tells whose it is.
 * Throws InputError where it cannot be read or redacted.
 */
export async function copyRedacted(
  request: SourceRequest,
  redaction: Redaction,
  context: LoadContext,
): Promise<SavedNode> {
  const files = new Map<string, CapturedFile>();
  for (const source of await gatherSources(request, context)) {
    const path = pathOf(source);
    if (files.has(path)) context.problems.add('repeated-input', { is: 'left-out' }, source.name);
    else files.set(path, { path, bytes: source.bytes, origin: source.name });
  }
  const written = await prepareFiles([...files.values()], redaction, context.problems);
  if (written.length === 0) {
    const reasons = toldAll(context.problems.list()).map(
      ({ file, message }) => `\n  ${file ?? 'input'}: ${message}`,
    );
    throw new InputError(
      'nothing-to-write',
      `nothing of it can be redacted${reasons.length === 0 ? '' : ':'}${reasons.slice(0, 5).join('')}`,
    );
  }
  const item = {
    node: 'of a capture, renamed',
    path: null,
    takenAt: null,
    backend: null,
    kubeProxy: null,
    proxyMode: 'none' as const,
    files: written.map(({ path, bytes, origin }) => ({ name: path, bytes: bytes.length, origin })),
    error: null,
  };
  return { files: written, item };
}

/** Names of a capture folder for outputs that have a name of their own. Kubernetes objects are sorted by kind anyway. */
const NAMES: Readonly<Partial<Record<SourceKind, string>>> = {
  'iptables-save': 'iptables-save.txt',
  conntrack: 'conntrack.txt',
  'conntrack-stats': 'conntrack-stats.txt',
  'conntrack-expect': 'conntrack-expect.txt',
  ipset: 'ipset.txt',
  ipvs: 'ipvsadm.txt',
  'ipvs-connections': 'ipvsadm-connections.txt',
  'ip-addr': 'ip-addr.json',
  'ip-route': 'ip-route.json',
  'ip-rule': 'ip-rule.json',
  'ip-addrlabel': 'ip-addrlabel.json',
  'ip-xfrm-policy': 'ip-xfrm-policy.txt',
  ebtables: 'ebtables-save.txt',
  nft: 'nft.json',
  'nft-hooks': 'nft-hooks.txt',
  sysctl: 'sysctl.txt',
  sockets: 'sockets.txt',
  'cilium-services': 'cilium-services.txt',
  manifest: 'capture.json',
  'counter-sample': 'counters.json',
};

function pathOf({ name, head }: SourceText): string {
  const parts = name.split('/');
  const last = (parts.at(-1) ?? '').replace(/\.gz$/, '');
  if (hintsOfName(name) !== null) return parts.at(-2) === RECENT_FOLDER ? `${RECENT_FOLDER}/${last}` : last;
  const { kind, family } = recognise(head);
  const plain = NAMES[kind];
  if (plain === undefined) return last;
  return family === 'ipv6' ? plain.replace(/^ip(tables|-route|-rule)/, 'ip6$1') : plain;
}
