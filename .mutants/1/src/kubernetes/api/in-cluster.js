import { readSmallFile } from './small-file.js';
const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';
/** @returns access with the service account of the pod we run in (client-go rest.InClusterConfig), or null outside a cluster. */
export function inClusterAccess(env) {
    const host = env.KUBERNETES_SERVICE_HOST;
    const port = env.KUBERNETES_SERVICE_PORT;
    const token = read('token');
    if (host === undefined || host === '' || port === undefined || port === '' || token === null)
        return null;
    return {
        server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
        namespace: read('namespace')?.toString('utf8').trim() ?? null,
        ca: read('ca.crt'),
        clientCert: null,
        clientKey: null,
        tlsServerName: null,
        insecure: false,
        proxy: null,
        credentials: { kind: 'token', token: token.toString('utf8').trim() },
        headers: {},
        user: 'the service account of this pod',
        origin: 'the service account of this pod',
    };
}
function read(name) {
    try {
        return readSmallFile(`${ACCOUNT}/${name}`);
    }
    catch {
        return null;
    }
}
