import { readFileSync } from 'node:fs';
import { type Fields, fieldsOf, isFields, listOf, textOf, textsOf } from '../fields.ts';
import type { ApiAccess, Credentials } from './access.ts';
import { ApiError, lastWordsOf } from './api-error.ts';
import { type NamedEntry, pathFrom } from './named-entry.ts';
import { proxyFromEnv } from './proxy-from-env.ts';

/** What the context adds to its cluster and user. */
interface ContextFacts {
  readonly context: string;
  readonly user: string;
  readonly namespace: string | null;
  readonly origin: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** @returns the access that a cluster and a user of a kubeconfig describe. Throws ApiError where a file named there cannot be read. */
export function accessOf(cluster: NamedEntry, user: NamedEntry | null, facts: ContextFacts): ApiAccess {
  const server = serverOf(cluster.fields, facts.origin);
  const own = user?.fields ?? {};
  const folder = user?.folder ?? '';
  return {
    server,
    namespace: facts.namespace,
    ca: material(cluster.fields, 'certificate-authority', cluster.folder, facts.origin),
    clientCert: material(own, 'client-certificate', folder, facts.origin),
    clientKey: material(own, 'client-key', folder, facts.origin),
    tlsServerName: textOf(cluster.fields['tls-server-name']),
    insecure: cluster.fields['insecure-skip-tls-verify'] === true,
    proxy: textOf(cluster.fields['proxy-url']) ?? proxyFromEnv(server, facts.env),
    credentials: credentialsOf(own, folder, facts.origin),
    headers: impersonation(own),
    user: facts.user,
    origin: facts.origin,
  };
}

/** kubectl takes `10.0.0.1:6443` and means http (client-go rest.DefaultServerURL); such a server is never meant. */
function serverOf(cluster: Fields, origin: string): string {
  const server = textOf(cluster.server) ?? '';
  if (!/^https?:\/\//.test(server) || !URL.canParse(server)) {
    throw new ApiError('incomplete-kubeconfig', `the server of ${origin} is no http or https URL: ${server}`);
  }
  return server.replace(/\/+$/, '');
}

/** Data stands before the file where both are given (clientcmd, `dataFromSliceOrFile`). */
function material(fields: Fields, key: string, folder: string, origin: string): Buffer | null {
  const data = textOf(fields[`${key}-data`]);
  if (data !== null) return Buffer.from(data, 'base64');
  const path = textOf(fields[key]);
  return path === null ? null : readCredentialFile(pathFrom(folder, path), key, origin);
}

function credentialsOf(user: Fields, folder: string, origin: string): Credentials {
  const tokenFile = textOf(user.tokenFile);
  if (tokenFile !== null) {
    const token = readCredentialFile(pathFrom(folder, tokenFile), 'tokenFile', origin);
    return { kind: 'token', token: token.toString('utf8').trim() };
  }
  const token = textOf(user.token);
  if (token !== null) return { kind: 'token', token };
  const username = textOf(user.username);
  if (username !== null) return { kind: 'basic', username, password: textOf(user.password) ?? '' };
  if (isFields(user.exec)) return pluginOf(user.exec, folder, origin);
  const provider = fieldsOf(user['auth-provider']);
  const name = textOf(provider.name);
  return name === null ? { kind: 'none' } : { kind: 'provider', name, config: fieldsOf(provider.config) };
}

function pluginOf(exec: Fields, folder: string, origin: string): Credentials {
  const command = textOf(exec.command);
  if (command === null) {
    throw new ApiError('incomplete-kubeconfig', `the credential plugin of ${origin} names no command`);
  }
  const env = listOf(exec.env)
    .map(fieldsOf)
    .flatMap((item) => (typeof item.name === 'string' ? [[item.name, textOf(item.value) ?? '']] : []));
  return {
    kind: 'plugin',
    plugin: {
      // A command with a slash is a path from the kubeconfig; one without is looked for in PATH.
      command: command.includes('/') ? pathFrom(folder, command) : command,
      args: textsOf(exec.args),
      env: Object.fromEntries(env),
      apiVersion: textOf(exec.apiVersion) ?? 'client.authentication.k8s.io/v1',
      installHint: textOf(exec.installHint),
      provideClusterInfo: exec.provideClusterInfo === true,
      interactiveMode: textOf(exec.interactiveMode) ?? 'IfAvailable',
    },
  };
}

/** client-go transport.ImpersonationConfig: header names of the API server. */
function impersonation(user: Fields): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {};
  const name = textOf(user.as);
  if (name === null) return headers;
  headers['Impersonate-User'] = name;
  const uid = textOf(user['as-uid']);
  if (uid !== null) headers['Impersonate-Uid'] = uid;
  const groups = textsOf(user['as-groups']);
  if (groups.length > 0) headers['Impersonate-Group'] = groups;
  for (const [key, values] of Object.entries(fieldsOf(user['as-user-extra']))) {
    headers[`Impersonate-Extra-${encodeURIComponent(key)}`] = textsOf(values);
  }
  return headers;
}

function readCredentialFile(path: string, what: string, origin: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new ApiError(
      'unreadable-credentials',
      `cannot read the ${what} of ${origin}: ${lastWordsOf(error)}`,
    );
  }
}
