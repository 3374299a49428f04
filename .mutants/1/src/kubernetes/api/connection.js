import * as http from 'node:http';
import * as https from 'node:https';
import { ApiError } from './api-error.js';
import { runCredentialPlugin } from './credential-plugin.js';
import { describeConnectionError } from './describe-failure.js';
import { basicOf, foreignWordsOf } from './foreign-words.js';
import { speaksTls } from './server-url.js';
/** The limits of the program; tests use smaller ones. */
export const API_LIMITS = {
    totalMs: 60_000,
    silenceMs: 10_000,
    pageBytes: 256 * 1024 * 1024,
    pauseMs: 500,
};
/** Asks one API server. Only GET: there is no way to change anything through it. */
export class ApiConnection {
    access;
    #options;
    #limits;
    /** Ends all requests, and the pauses between them. */
    signal;
    constructor(access, options, limits, signal) {
        this.access = access;
        this.#options = options;
        this.#limits = limits;
        this.signal = signal;
    }
    /**
     * @param path with its query, from the server's root: `/api/v1/services?limit=500`.
     * @returns the whole answer. Throws ApiError where there is none, or only a part.
     */
    get(path) {
        const url = new URL(this.access.server + path);
        const { silenceMs, pageBytes } = this.#limits;
        const describe = (error) => error instanceof ApiError ? error : describeConnectionError(error, this.access, this.signal);
        const answered = new Promise((resolve, reject) => {
            const fail = (error) => {
                request.destroy();
                reject(error);
            };
            const send = url.protocol === 'http:' ? http.request : https.request;
            const request = send(url, { ...this.#options, method: 'GET', signal: this.signal }, (answer) => {
                const pieces = [];
                let length = 0;
                answer.on('data', (piece) => {
                    length += piece.length;
                    pieces.push(piece);
                    if (length > pageBytes)
                        fail(tooLarge(this.access));
                });
                // A connection that closes in the middle ends as an error, not as a short answer.
                answer.on('error', (error) => fail(this.signal.aborted ? error : cutOff(this.access)));
                answer.on('end', () => {
                    resolve({
                        status: answer.statusCode ?? 0,
                        headers: answer.headers,
                        body: Buffer.concat(pieces, length),
                    });
                });
            });
            request.setTimeout(silenceMs, () => fail(silent(this.access, silenceMs)));
            request.on('error', fail);
            request.end();
        });
        // Certificates that cannot be used are thrown by the request itself.
        return answered.catch((error) => {
            throw describe(error);
        });
    }
    /** Closes what is kept open for the next request. */
    close() {
        const { agent } = this.#options;
        if (typeof agent === 'object')
            agent.destroy();
    }
}
/** @returns a connection; gets the credentials, but sends nothing yet. Throws ApiError. */
export async function connect(access, env, limits, signal) {
    const headers = {
        accept: 'application/json',
        'user-agent': 'kp-explain',
        ...access.headers,
    };
    const whole = await loggedIn(access, env, Math.min(limits.totalMs, 30_000), signal);
    const { credentials } = whole;
    if (credentials.kind === 'token')
        headers.authorization = `Bearer ${credentials.token}`;
    if (credentials.kind === 'basic') {
        headers.authorization = `Basic ${basicOf(credentials.username, credentials.password)}`;
    }
    checkHeaders(headers, access);
    if (access.proxy !== null || credentials.kind === 'provider') {
        const { clientOptions } = await import('./client-options.js');
        const options = await clientOptions(whole);
        return new ApiConnection(whole, { ...options, headers: { ...headers, ...options.headers } }, limits, signal);
    }
    return new ApiConnection(whole, { agent: agentOf(whole), headers }, limits, signal);
}
/** @returns the access with what its credential plugin gave; the same where it has none. Throws ApiError. */
async function loggedIn(access, env, timeoutMs, signal) {
    const { credentials } = access;
    if (credentials.kind !== 'plugin')
        return access;
    const given = await runCredentialPlugin(credentials.plugin, access, env, timeoutMs, signal);
    return {
        ...access,
        clientCert: given.clientCert ?? access.clientCert,
        clientKey: given.clientKey ?? access.clientKey,
        credentials: given.token === null ? { kind: 'none' } : { kind: 'token', token: given.token },
    };
}
/** Throws ApiError, without the value, where a token or a name has a line end or what else no request can carry. */
function checkHeaders(headers, { origin }) {
    for (const [name, values] of Object.entries(headers)) {
        try {
            http.validateHeaderName(name);
            for (const value of [values].flat())
                http.validateHeaderValue(name, value);
        }
        catch {
            const what = name === 'authorization' ? 'token' : `name for ${name}`;
            throw new ApiError('unreadable-credentials', `the ${what} of ${origin} cannot be sent: it has a line end or another character that no request can carry`);
        }
    }
}
function agentOf(access) {
    const { clientCert: cert, clientKey: key } = access;
    if (!speaksTls(access.server))
        return new http.Agent({ keepAlive: true });
    try {
        return new https.Agent({
            keepAlive: true,
            rejectUnauthorized: !access.insecure,
            ...(access.ca === null ? {} : { ca: access.ca }),
            ...(cert === null ? {} : { cert }),
            ...(key === null ? {} : { key }),
            ...(access.tlsServerName === null ? {} : { servername: access.tlsServerName }),
        });
    }
    catch (error) {
        throw new ApiError('unreadable-credentials', `the certificates of ${access.origin} cannot be used: ${foreignWordsOf(error, access)}`);
    }
}
function silent({ server }, ms) {
    return new ApiError('api-timeout', `the API server at ${server} did not answer within ${ms < 1000 ? `${ms} ms` : `${Math.round(ms / 1000)} s`}`);
}
function cutOff({ server }) {
    return new ApiError('api-cut-off', `the answer of the API server at ${server} was cut off`);
}
function tooLarge({ server }) {
    return new ApiError('api-failed', `an answer of the API server at ${server} is too large to be a list page`);
}
