import { command, into } from '../../command/command.js';
import { formatAddress, parseAddress } from '../../net/address.js';
import { socketText } from '../../net/socket.js';
import { counted, listed } from '../../words/numbers.js';
import { factEvidence } from '../evidence.js';
/** Session affinity ties clients to an endpoint that does not answer. */
export const affinityDeadEndpoint = {
    code: 'KP124',
    title: 'session affinity to an endpoint that is not ready',
    find(context) {
        if (context.known.proxyMode !== 'iptables' || context.known.cluster.pods === null)
            return [];
        return context.programmed.flatMap((item) => (item.affinitySeconds === null ? [] : findIn(item, context)));
    },
};
function findIn(item, { known }) {
    const { namespace, name, port, affinitySeconds } = item;
    if (namespace === null || name === null)
        return [];
    const chains = new Set();
    return item.endpoints.flatMap(({ address: text, port: number, chain }) => {
        const address = parseAddress(text);
        const pod = address === null ? null : known.book.podAt(address);
        if (chains.has(chain))
            return [];
        chains.add(chain);
        const why = address === null ? null : whyDead(pod, text);
        if (why === null)
            return [];
        const entries = known.host.recent?.get(chain);
        if (entries !== undefined && entries.length === 0)
            return [];
        if (known.host.recent !== null && entries === undefined)
            return [];
        const clients = (entries ?? []).map((entry) => formatAddress(entry.address));
        const place = socketText(text, number);
        const label = `${namespace}/${name}`;
        const list = `/proc/net/xt_recent/${chain}`;
        const who = entries === undefined
            ? `clients that were sent there within ${affinitySeconds} s stay there (their list was not captured)`
            : `${counted(clients.length, 'client')} (${listed(clients, 3)}) ${clients.length === 1 ? 'stays' : 'stay'} there for up to ${affinitySeconds} s after each try`;
        return [
            {
                code: 'KP124',
                severity: entries === undefined ? 'warning' : 'error',
                message: `${label}: session affinity leads to ${place}, and ${why}; ${who}`,
                service: { namespace, name, port },
                objects: [label, ...(pod === null ? [] : [`pod ${pod.namespace}/${pod.name}`]), `chain ${chain}`],
                hits: entries === undefined
                    ? `clients of ${label} that came before`
                    : `${listed(clients)}, on every new connection: each try renews the record`,
                evidence: [
                    factEvidence(why),
                    ...(entries ?? [])
                        .slice(0, 5)
                        .map(({ address: client, lastSeen }) => factEvidence(`xt_recent/${chain}: ${formatAddress(client)} last seen at jiffy ${lastSeen}`)),
                ],
                advice: 'take the endpoint out of the Service (its readiness probe should have), or forget the client on this node',
                command: clients[0] === undefined ? command('cat', list) : into(list, command('echo', `-${clients[0]}`)),
                certainty: entries === undefined ? 'possible' : 'probable',
            },
        ];
    });
}
function whyDead(pod, address) {
    // Endpoints outside the cluster have no pod, and nothing says that they are dead.
    if (pod === null || pod.hostNetwork)
        return null;
    const name = `pod ${pod.namespace}/${pod.name} (${address})`;
    if (pod.phase === 'Failed' || pod.phase === 'Succeeded')
        return `${name} has ended`;
    return pod.ready || pod.terminating ? null : `${name} is not Ready`;
}
