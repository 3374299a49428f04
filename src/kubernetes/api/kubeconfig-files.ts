import { homedir } from 'node:os';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import type { KubeConfig } from '@kubernetes/client-node';
import { type Fields, fieldsOf, isFields, listOf, objectsOf, textOf } from '../../json/fields.ts';
import { ApiError, lastWordsOf, nodeCodeOf } from './api-error.ts';
import { readSmallFile } from './small-file.ts';

const NO_KUBECONFIG = 'it is not a kubeconfig';

/** Where to look, as kubectl does (client-go tools/clientcmd, 1.20 to 1.36). */
export interface KubeconfigFiles {
  readonly paths: readonly string[];
  /** The user named it: then it has to be there. */
  readonly required: boolean;
}

/** @returns `--kubeconfig` alone; else all files of `KUBECONFIG`; else `~/.kube/config`. */
export function kubeconfigFiles(
  given: string | null,
  env: Readonly<Record<string, string | undefined>>,
): KubeconfigFiles {
  if (given !== null) return { paths: [given], required: true };
  const listed = (env.KUBECONFIG ?? '').split(delimiter).filter((path) => path !== '');
  if (listed.length > 0) return { paths: [...new Set(listed)], required: false };
  return { paths: [join(env.HOME ?? homedir(), '.kube', 'config')], required: false };
}

/** Kubeconfig files as one. Of two entries of one name the first counts, for the client as for kubectl. */
export interface Kubeconfig {
  readonly config: KubeConfig;
  /** The entries of users as they stand, with absolute paths: the client drops some of what is in them. */
  readonly users: readonly Fields[];
  /** The files that there are; empty where there is none. */
  readonly origin: string;
}

/**
 * Has the official client read files that we have looked at first: none is read without a bound, and nothing of one that is
 * broken stands in a message. Throws ApiError.
 */
export async function readKubeconfig({ paths, required }: KubeconfigFiles): Promise<Kubeconfig> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const parts: KubeConfig[] = [];
  const users: Fields[] = [];
  const read: string[] = [];
  for (const path of paths) {
    const root = await readDocument(path, required);
    if (root === null) continue;
    read.push(path);
    const own = objectsOf(root.users).map((entry) => withPaths(entry, dirname(path)));
    users.push(...own);
    const part = new KubeConfig();
    try {
      part.loadFromString(
        jsonInAscii({ ...root, users: own, contexts: objectsOf(root.contexts).map(withCluster) }),
        { onInvalidEntry: 'filter' },
      );
      part.makePathsAbsolute(dirname(path));
    } catch {
      // YAML has values that hold themselves, and JSON has none; a path may be a number.
      throw unreadable(path, NO_KUBECONFIG);
    }
    parts.push(part);
  }
  const config = new KubeConfig();
  config.loadFromOptions({
    clusters: parts.flatMap((part) => part.getClusters()),
    users: parts.flatMap((part) => part.getUsers()),
    contexts: parts.flatMap((part) => part.getContexts()),
    currentContext: parts.map((part) => textOf(part.getCurrentContext())).find((name) => name !== null),
  });
  return { config, users, origin: read.join(', ') };
}

async function readDocument(path: string, required: boolean): Promise<Fields | null> {
  let text: string;
  try {
    text = readSmallFile(path).toString('utf8');
  } catch (error) {
    if (!required && nodeCodeOf(error) === 'ENOENT') return null;
    throw unreadable(path, lastWordsOf(error));
  }
  const { parse } = await import('yaml');
  let value: unknown;
  try {
    value = parse(text, { schema: 'core', logLevel: 'error', maxAliasCount: 100 });
  } catch (error) {
    throw unreadable(path, whyNoYaml(error));
  }
  // An empty file is what `KUBECONFIG=/dev/null` gives.
  if (value === null || value === undefined) return {};
  if (!isFields(value)) throw unreadable(path, NO_KUBECONFIG);
  return value;
}

function unreadable(path: string, why: string): ApiError {
  return new ApiError('unreadable-kubeconfig', `cannot read kubeconfig ${path}: ${why}`);
}

/** The parser's own words quote the text, and with it a token. */
function whyNoYaml(error: unknown): string {
  const place = listOf(fieldsOf(error).linePos).map(fieldsOf)[0];
  return place === undefined ? 'it is no YAML' : `it is no YAML (line ${place.line}, column ${place.col})`;
}

/**
 * Makes absolute what the client does not, and takes out `token-file`, which is no word of a kubeconfig: the client opens it at
 * once.
 */
function withPaths(entry: Fields, folder: string): Fields {
  const { 'token-file': _, ...user } = fieldsOf(entry.user);
  const from = (path: string): string => (isAbsolute(path) ? path : join(folder, path));
  const exec = fieldsOf(user.exec);
  const tokenFile = textOf(user.tokenFile);
  const command = textOf(exec.command);
  return {
    ...entry,
    user: {
      ...user,
      ...(tokenFile === null ? {} : { tokenFile: from(tokenFile) }),
      // One without a slash is looked for in PATH.
      ...(command?.includes('/') === true ? { exec: { ...exec, command: from(command) } } : {}),
    },
  };
}

/** The client passes over a context without one, which `--cluster` may name. */
function withCluster(entry: Fields): Fields {
  return { ...entry, context: { cluster: '(none)', ...fieldsOf(entry.context) } };
}

/** The client's reader of YAML refuses some characters that JSON has no need to escape. */
function jsonInAscii(value: unknown): string {
  const escaped = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(value).replace(/[\x7f-\uffff]/g, escaped);
}
