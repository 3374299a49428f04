/**
 * Asks the API server for the objects that give names to a live node's rules, as files of a capture (`services.json`, …).
 * What cannot be read becomes a problem, and names then come from the rules' comments.
 * @param signal ends the requests. @returns none with `--no-api`.
 */
export async function readClusterFiles({ api, access, target, pods }, { problems, progress }, signal) {
    if (!api)
        return [];
    const { fetchObjects } = await import('../kubernetes/api/load-cluster.js');
    const { localNodeName } = await import('../capture/live/proxy-facts.js');
    const wanted = pods === 'all'
        ? { kind: 'all' }
        : { kind: 'some', node: target?.node ?? localNodeName(), named: pods };
    progress.begin('asking the API server');
    const { files, origin } = await fetchObjects({
        ...access,
        namespace: null,
        pods: wanted,
        env: process.env,
        onProgress: (text) => progress.begin(text),
        ...(signal === undefined ? {} : { signal }),
    }, problems);
    return files.map(({ name, bytes }) => ({
        path: name,
        bytes,
        origin: `${name} of ${origin ?? 'the API server'}`,
    }));
}
