import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { DEMOS, demoFolders } from '../capture/demo.ts';
import type { ClusterAccess } from '../command/kubectl-argv.ts';
import { FINDING_KINDS } from '../findings/registry.ts';
import { fieldsOf, listOf, textOf } from '../json/fields.ts';
import { readSmallFile } from '../kubernetes/api/small-file.ts';
import type { Candidate } from './candidate.ts';
import { clusterAccess } from './cluster-access.ts';

/** Names of what is there, each read when it is asked for. */
export type Names = Readonly<
  Record<
    'services' | 'pods' | 'namespaces' | 'nodes' | 'contexts' | 'chains' | 'codes',
    () => readonly Candidate[] | Promise<readonly Candidate[]>
  >
>;

/**
 * @param words of a command line; `-f FOLDER` and `--demo` say which capture is meant, and where neither is there it is the
 *   cluster of `--kubeconfig` and `--context`
 * @param begun the word that is to be completed
 * @returns names out of that capture's files or of that cluster, of the kubeconfig, and of the program itself. What cannot be
 *   read, or not soon, gives none.
 */
export function readNames(words: readonly string[], begun: string): Names {
  const folders = foldersOf(words);
  if (folders.length === 0) return { ...liveNames(words, begun), ...ownNames(words) };
  const objects = (file: string) => folders.flatMap((folder) => objectsIn(join(folder, file)));
  const inFolders = (file: string, what: string) =>
    objects(file).map(({ namespace, name }) => ({
      value: namespace === null ? name : `${namespace}/${name}`,
      description: what,
    }));
  return {
    services: () => inFolders('services.json', 'Service'),
    pods: () => inFolders('pods.json', 'pod'),
    nodes: () => inFolders('nodes.json', 'node'),
    namespaces: () =>
      [...new Set(objects('services.json').flatMap(({ namespace }) => namespace ?? []))].map((value) => ({
        value,
        description: 'namespace',
      })),
    chains: () => folders.flatMap((folder) => chainsIn(join(folder, 'iptables-save.txt'))),
    ...ownNames(words),
  };
}

function ownNames(words: readonly string[]): Pick<Names, 'contexts' | 'codes'> {
  return {
    contexts: () => contextsIn(kubeconfigs(words)),
    codes: () => FINDING_KINDS.map(({ code, title }) => ({ value: code, description: title })),
  };
}

/** What kubectl knows, if it answers soon. */
function liveNames(words: readonly string[], begun: string): Omit<Names, 'contexts' | 'codes'> {
  const access = accessIn(words);
  // `pod:shop/cl` and `shop/cl` are of one namespace.
  const namespace =
    /^(?:\w+:)?([^/:]+)\//.exec(begun)?.[1] ?? valuesOf(words, '--namespace', '-n').at(-1) ?? null;
  const ask = async (resource: string, description: string): Promise<Candidate[]> => {
    if (words.includes('--no-api')) return [];
    const { askNames } = await import('../capture/live/ask-names.ts');
    const names = await askNames(access, resource, namespace);
    return names.map((value) => ({ value, description }));
  };
  return {
    services: async () => await ask('services', 'Service'),
    pods: async () => await ask('pods', 'pod'),
    nodes: async () => await ask('nodes', 'node'),
    namespaces: async () => await ask('namespaces', 'namespace'),
    chains: () => [],
  };
}

/** The cluster that is meant, and as whom: another user may see other names. What is typed last counts, as in commander. */
function accessIn(words: readonly string[]): ClusterAccess {
  const last = (name: string) => {
    const value = valuesOf(words, `--${name}`).at(-1);
    return value === undefined ? {} : { [name]: value };
  };
  const asGroup = valuesOf(words, '--as-group');
  return clusterAccess({
    ...Object.assign({}, ...['kubeconfig', 'context', 'cluster', 'user', 'token', 'as'].map(last)),
    ...(asGroup.length === 0 ? {} : { asGroup }),
  });
}

function foldersOf(words: readonly string[]): string[] {
  const named = DEMOS.find((demo) => words.includes(`--demo=${demo}`));
  const isDemo = words.some((word) => word.startsWith('--demo'));
  const folders = isDemo ? demoFolders(named ?? DEMOS[0] ?? 'iptables') : [];
  return [...folders, ...valuesOf(words, '--file', '-f')];
}

function valuesOf(words: readonly string[], long: string, short?: string): string[] {
  return words.flatMap((word, index) => {
    if (word === long || word === short) return words.slice(index + 1, index + 2);
    return word.startsWith(`${long}=`) ? [word.slice(long.length + 1)] : [];
  });
}

/** A shell waits for the answer: what is large, or may never end, is not read. */
function read(path: string): string {
  try {
    return readSmallFile(path).toString('utf8');
  } catch {
    return '';
  }
}

function objectsIn(path: string): { namespace: string | null; name: string }[] {
  try {
    const { items } = fieldsOf(JSON.parse(read(path)));
    return listOf(items).flatMap((item) => {
      const { name, namespace } = fieldsOf(fieldsOf(item).metadata);
      const known = textOf(name);
      return known === null ? [] : [{ namespace: textOf(namespace), name: known }];
    });
  } catch {
    return [];
  }
}

function chainsIn(path: string): Candidate[] {
  return [...read(path).matchAll(/^:(\S+) /gm)].map(([, value = '']) => ({ value, description: 'chain' }));
}

function kubeconfigs(words: readonly string[]): string[] {
  const given = valuesOf(words, '--kubeconfig');
  if (given.length > 0) return given;
  const listed = (process.env.KUBECONFIG ?? '').split(delimiter).filter((path) => path !== '');
  return listed.length > 0 ? listed : [join(process.env.HOME ?? homedir(), '.kube', 'config')];
}

/** `- name: X` below `contexts:`, however far set in: a reader of YAML would take longer than the shell waits. */
function contextsIn(paths: readonly string[]): Candidate[] {
  return paths.flatMap((path) => {
    const text = read(path);
    return (text.trimStart().startsWith('{') ? namesInJson(text) : namesInYaml(text)).map((value) => ({
      value,
      description: 'context',
    }));
  });
}

function namesInYaml(text: string): string[] {
  const [, block = ''] = /^contexts:[^\n]*\n((?:[ -][^\n]*\n?)*)/m.exec(text) ?? [];
  const indent = /^ *(?=- )/m.exec(block)?.[0] ?? '';
  const names = block.matchAll(
    new RegExp(`^${indent}(?:- | {2})name: *(?:"([^"\\n]+)"|'([^'\\n]+)'|([^"'\\n]+?)) *$`, 'gm'),
  );
  return [...names].map(([, double, single, bare]) => double ?? single ?? bare ?? '');
}

/** kubectl reads a kubeconfig in JSON, too. */
function namesInJson(text: string): string[] {
  try {
    return listOf(fieldsOf(JSON.parse(text)).contexts).flatMap(
      (context) => textOf(fieldsOf(context).name) ?? [],
    );
  } catch {
    return [];
  }
}
