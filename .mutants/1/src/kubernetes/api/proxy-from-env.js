/**
 * @returns the proxy for this server by `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` (either case), as Go's
 * http.ProxyFromEnvironment reads them: hosts with their subdomains, `*`, `HOST:PORT`; local hosts never go through one.
 */
export function proxyFromEnv(server, env) {
    const { protocol, hostname, port } = new URL(server);
    const name = protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
    const proxy = env[name] ?? env[name.toLowerCase()] ?? '';
    if (proxy === '')
        return null;
    const host = hostname.replace(/^\[|\]$/g, '');
    if (host === 'localhost' || /^127\./.test(host) || host === '::1')
        return null;
    const exceptions = (env.NO_PROXY ?? env.no_proxy ?? '').split(',').map((item) => item.trim().toLowerCase());
    if (exceptions.some((exception) => covers(exception, host.toLowerCase(), port)))
        return null;
    return /^[a-z0-9+]+:\/\//i.test(proxy) ? proxy : `http://${proxy}`;
}
function covers(exception, host, port) {
    if (exception === '')
        return false;
    if (exception === '*')
        return true;
    const [, name = exception, wantedPort] = /^(.*?)(?::(\d+))?$/.exec(exception) ?? [];
    if (wantedPort !== undefined && wantedPort !== port && !exception.includes('::'))
        return false;
    const cidr = /^(\d+\.\d+\.\d+\.\d+)\/(\d+)$/.exec(exception);
    if (cidr !== null)
        return inNetwork(host, cidr[1] ?? '', Number(cidr[2]));
    const bare = name.replace(/^\*?\./, '');
    return host === bare || host.endsWith(`.${bare}`);
}
function inNetwork(host, network, length) {
    const [address, base] = [host, network].map((text) => /^\d+(\.\d+){3}$/.test(text) ? text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0) : null);
    if (address === null || base === null || address === undefined || base === undefined)
        return false;
    const size = 2 ** (32 - length);
    return Math.floor(address / size) === Math.floor(base / size);
}
