import { execFile } from 'node:child_process';
import { fieldsOf, textOf } from '../../json/fields.js';
import { ApiError, lastWordsOf, nodeCodeOf } from './api-error.js';
import { foreignWordsOf } from './foreign-words.js';
const LONGEST_ANSWER = 1024 * 1024;
/**
 * Runs the program that a kubeconfig names for credentials, without a shell, and reads the ExecCredential it prints
 * (client.authentication.k8s.io v1beta1 and v1). It gets no terminal: one that must ask the user fails with advice.
 * @param timeoutMs how long it may take. Throws ApiError.
 */
export async function runCredentialPlugin(plugin, access, env, timeoutMs, signal) {
    const stdout = await run(plugin, { ...env, ...plugin.env, ...execInfo(plugin, access) }, timeoutMs, signal);
    let status;
    try {
        status = fieldsOf(fieldsOf(JSON.parse(stdout)).status);
    }
    catch {
        throw failed(plugin, 'it printed no JSON');
    }
    const token = textOf(status.token);
    const cert = textOf(status.clientCertificateData);
    const key = textOf(status.clientKeyData);
    if (token === null && (cert === null || key === null)) {
        throw failed(plugin, 'it gave neither a token nor a client certificate');
    }
    const expires = Date.parse(textOf(status.expirationTimestamp) ?? '');
    if (expires < Date.now())
        throw failed(plugin, 'it gave credentials that have expired; log in anew');
    return {
        token,
        clientCert: cert === null ? null : Buffer.from(cert),
        clientKey: key === null ? null : Buffer.from(key),
    };
}
/** Plugins read from it which version to print, and refuse where it is missing (client-go plugin/pkg/client/auth/exec). */
function execInfo(plugin, access) {
    const cluster = {
        server: access.server,
        ...(access.tlsServerName === null ? {} : { 'tls-server-name': access.tlsServerName }),
        ...(access.insecure ? { 'insecure-skip-tls-verify': true } : {}),
        ...(access.ca === null ? {} : { 'certificate-authority-data': access.ca.toString('base64') }),
        ...(access.proxy === null ? {} : { 'proxy-url': access.proxy }),
    };
    const spec = { interactive: false, ...(plugin.provideClusterInfo ? { cluster } : {}) };
    return {
        KUBERNETES_EXEC_INFO: JSON.stringify({ kind: 'ExecCredential', apiVersion: plugin.apiVersion, spec }),
    };
}
function run(plugin, env, timeout, signal) {
    return new Promise((resolve, reject) => {
        const options = {
            env,
            timeout,
            signal,
            // One that waits for somebody may not listen to less.
            killSignal: 'SIGKILL',
            maxBuffer: LONGEST_ANSWER,
            encoding: 'utf8',
        };
        const child = execFile(plugin.command, plugin.args, options, (error, stdout, stderr) => {
            if (error === null)
                resolve(stdout);
            else
                reject(signal.aborted ? aborted() : failed(plugin, reasonOf(error, stderr, plugin, timeout)));
        });
        child.stdin?.end();
    });
}
function aborted() {
    return new ApiError('api-aborted', 'interrupted while asking for credentials');
}
function reasonOf(error, stderr, plugin, timeout) {
    if (nodeCodeOf(error) === 'ENOENT') {
        const hint = plugin.installHint === null ? '' : ` (${lastWordsOf(plugin.installHint)})`;
        return `it is not installed${hint}`;
    }
    if (nodeCodeOf(error) === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER')
        return 'it printed more than 1 MiB';
    if (error.killed === true)
        return `it did not end within ${Math.round(timeout / 1000)} s`;
    const words = foreignWordsOf(stderr, { credentials: { kind: 'plugin', plugin } });
    const asks = plugin.interactiveMode === 'Always' ? '; it must ask you: run kubectl get nodes first' : '';
    return `${words === '' ? `it ended with status ${nodeCodeOf(error)}` : words}${asks}`;
}
function failed(plugin, reason) {
    return new ApiError('credential-plugin', `the credential plugin ${plugin.command} failed: ${reason}`);
}
