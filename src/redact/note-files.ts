import type { Fields } from '../json/fields.ts';
import { fieldsOf, isFields, listOf, objectsOf, textOf, wordOf } from '../json/fields.ts';
import { parseJson } from '../json/read-json.ts';
import type { ObjectKind } from '../kubernetes/object-fields.ts';
import { networksOfManifest } from './manifest.ts';
import { noteNft } from './nft.ts';
import { noteNetwork, noteRange, noteRules } from './note-rules.ts';
import { noteObject } from './objects.ts';
import type { RedactInput } from './redact-input.ts';
import type { Renamer } from './renamer.ts';

/** What is collected over all files. */
export interface Noted {
  readonly claims: ReturnType<typeof noteRules>;
}

/** Notes the names and networks in one file, before anything is renamed. */
export function noteFile(
  file: RedactInput,
  objects: ReadonlyMap<ObjectKind, readonly Fields[]> | null,
  renamer: Renamer,
  noted: Noted,
): void {
  for (const [kind, list] of objects ?? []) for (const object of list) noteObject(kind, object, renamer);
  const text = (): string => file.bytes.toString('utf8');
  if (file.kind === 'iptables-save') {
    for (const claim of noteRules(text(), renamer)) noted.claims.push(claim);
  } else if (file.kind === 'ip-addr') noteLinks(parseJson(text()), renamer);
  else if (file.kind === 'ip-route') noteRoutes(parseJson(text()), renamer);
  else if (file.kind === 'ip-addrlabel') noteLabels(parseJson(text()), renamer);
  else if (file.kind === 'ip-xfrm-policy') noteSelectors(text(), renamer);
  else if (file.kind === 'ipset') noteSets(text(), renamer);
  else if (file.kind === 'nft') noteNft(text(), renamer);
  else if (file.kind === 'manifest') {
    const manifest = parseJson(text());
    renamer.aliases.note('node', textOf(fieldsOf(manifest).node) ?? '');
    const pod = fieldsOf(manifest).kubeProxyPod;
    if (isFields(pod)) noteObject('Pod', pod, renamer);
    for (const network of networksOfManifest(manifest)) noteNetwork(network.trim(), renamer);
  }
}

function noteLinks(value: unknown, renamer: Renamer): void {
  for (const link of listOf(value).filter(isFields)) {
    for (const { local, prefixlen } of listOf(link.addr_info).filter(isFields)) {
      noteNetwork(`${textOf(local)}/${wordOf(prefixlen)}`, renamer, true);
    }
  }
}

function noteRoutes(value: unknown, renamer: Renamer): void {
  for (const { dst } of listOf(value).filter(isFields)) noteNetwork(textOf(dst) ?? '', renamer);
}

function noteLabels(value: unknown, renamer: Renamer): void {
  for (const { address, prefixlen } of objectsOf(value))
    noteNetwork(`${textOf(address)}/${wordOf(prefixlen)}`, renamer);
}

function noteSelectors(text: string, renamer: Renamer): void {
  for (const [, network = ''] of text.matchAll(/\b(?:src|dst) (\S+\/\d+)/g)) noteNetwork(network, renamer);
}

function noteSets(text: string, renamer: Renamer): void {
  for (const line of text.split('\n')) {
    const [verb, name = '', element = ''] = line.split(' ');
    if (verb === 'create') {
      renamer.aliases.note('set', name);
      for (const option of line.split(' ').slice(3)) {
        noteNetwork(option, renamer);
        noteRange(option, renamer);
      }
    }
    if (verb !== 'add') continue;
    for (const part of element.split(',')) {
      noteNetwork(part, renamer);
      noteRange(part, renamer);
    }
  }
}
