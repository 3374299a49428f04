import { execFile } from 'node:child_process';
import type { User } from '@kubernetes/client-node';
import { fieldsOf, objectsOf, textOf, textsOf } from '../../json/fields.ts';
import type { ApiAccess } from './access.ts';
import { ApiError, lastWordsOf, nodeCodeOf } from './api-error.ts';
import { foreignWordsOf } from './foreign-words.ts';
import type { Login } from './login.ts';

/** `users[].user.exec`: a program that prints a token or a certificate (client.authentication.k8s.io). */
interface CredentialPlugin {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly apiVersion: string;
  readonly installHint: string | null;
  readonly provideClusterInfo: boolean;
  /** `Always`: it insists on asking the user. */
  readonly interactiveMode: string;
}

const LONGEST_ANSWER = 1024 * 1024;

/**
 * Runs the program that the user's entry names for credentials, without a shell, and reads the ExecCredential it prints
 * (client.authentication.k8s.io v1beta1 and v1). The official client would set it no bound and leave its input open. Its
 * input is empty; what it asks is handed to `onLogin`.
 * @param timeoutMs how long it may take. @returns what it gave, as of the user's entry. Throws ApiError.
 */
export async function runCredentialPlugin(
  access: ApiAccess,
  { env, ...login }: Login,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Pick<User, 'token' | 'certData' | 'keyData'>> {
  const plugin = pluginOf(access);
  const own = { ...env, ...plugin.env, ...execInfo(plugin, access) };
  const stdout = await run(plugin, access, { ...login, env: own }, timeoutMs, signal);
  let status: Readonly<Record<string, unknown>>;
  try {
    status = fieldsOf(fieldsOf(JSON.parse(stdout)).status);
  } catch {
    throw failed(plugin, 'it printed no JSON');
  }
  const token = textOf(status.token);
  const cert = textOf(status.clientCertificateData);
  const key = textOf(status.clientKeyData);
  if (token === null && (cert === null || key === null)) {
    throw failed(plugin, 'it gave neither a token nor a client certificate');
  }
  const expires = Date.parse(textOf(status.expirationTimestamp) ?? '');
  if (expires < Date.now()) throw failed(plugin, 'it gave credentials that have expired; log in anew');
  return {
    ...(token === null ? {} : { token }),
    ...(cert === null ? {} : { certData: Buffer.from(cert).toString('base64') }),
    ...(key === null ? {} : { keyData: Buffer.from(key).toString('base64') }),
  };
}

function pluginOf({ user, origin }: ApiAccess): CredentialPlugin {
  const exec = fieldsOf(user.exec);
  const command = textOf(exec.command);
  if (command === null) {
    throw new ApiError('incomplete-kubeconfig', `the credential plugin of ${origin} names no command`);
  }
  const env = objectsOf(exec.env).flatMap(({ name, value }) =>
    typeof name === 'string' ? [[name, textOf(value) ?? '']] : [],
  );
  return {
    command,
    args: textsOf(exec.args),
    env: Object.fromEntries(env),
    apiVersion: textOf(exec.apiVersion) ?? 'client.authentication.k8s.io/v1',
    installHint: textOf(exec.installHint),
    provideClusterInfo: exec.provideClusterInfo === true,
    interactiveMode: textOf(exec.interactiveMode) ?? 'IfAvailable',
  };
}

/** Plugins read from it which version to print, and refuse where it is missing (client-go plugin/pkg/client/auth/exec). */
function execInfo(plugin: CredentialPlugin, { cluster: known }: ApiAccess): { KUBERNETES_EXEC_INFO: string } {
  const cluster = {
    server: known.server,
    ...(known.tlsServerName === undefined ? {} : { 'tls-server-name': known.tlsServerName }),
    ...(known.skipTLSVerify ? { 'insecure-skip-tls-verify': true } : {}),
    ...(known.caData === undefined ? {} : { 'certificate-authority-data': known.caData }),
    ...(known.proxyUrl === undefined ? {} : { 'proxy-url': known.proxyUrl }),
  };
  const spec = { interactive: false, ...(plugin.provideClusterInfo ? { cluster } : {}) };
  return {
    KUBERNETES_EXEC_INFO: JSON.stringify({ kind: 'ExecCredential', apiVersion: plugin.apiVersion, spec }),
  };
}

function run(
  plugin: CredentialPlugin,
  access: ApiAccess,
  { env, onLogin }: Login,
  timeout: number,
  signal: AbortSignal,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = {
      env,
      timeout,
      signal,
      // One that waits for somebody may not listen to less.
      killSignal: 'SIGKILL' as const,
      maxBuffer: LONGEST_ANSWER,
      encoding: 'utf8' as const,
    };
    const child = execFile(plugin.command, plugin.args, options, (error, stdout, stderr) => {
      relay?.stop();
      if (error === null) resolve(stdout);
      else
        reject(signal.aborted ? aborted() : failed(plugin, reasonOf(error, stderr, plugin, access, timeout)));
    });
    const relay = child.stderr === null ? undefined : onLogin?.(child.stderr);
    child.stdin?.end();
  });
}

function aborted(): ApiError {
  return new ApiError('api-aborted', 'interrupted while asking for credentials');
}

function reasonOf(
  error: Error & { killed?: boolean },
  stderr: string,
  plugin: CredentialPlugin,
  access: ApiAccess,
  timeout: number,
): string {
  if (nodeCodeOf(error) === 'ENOENT') {
    const hint = plugin.installHint === null ? '' : ` (${lastWordsOf(plugin.installHint)})`;
    return `it is not installed${hint}`;
  }
  if (nodeCodeOf(error) === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') return 'it printed more than 1 MiB';
  if (error.killed === true) return `it did not end within ${Math.round(timeout / 1000)} s`;
  const words = foreignWordsOf(stderr, access);
  const asks =
    plugin.interactiveMode === 'Always' ? `; it must ask you: run \`${access.kubectl}\` first` : '';
  return `${words === '' ? `it ended with status ${nodeCodeOf(error)}` : words}${asks}`;
}

function failed(plugin: CredentialPlugin, reason: string): ApiError {
  return new ApiError('credential-plugin', `the credential plugin ${plugin.command} failed: ${reason}`);
}
