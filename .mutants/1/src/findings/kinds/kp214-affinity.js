import { formatProtocol } from '../../net/protocol.js';
import { onlyService, serviceNames } from '../affected.js';
import { showChain } from '../commands.js';
import { factEvidence } from '../evidence.js';
import { labelOfPort } from '../expected/expected-port.js';
/** The rules keep a client at its endpoint where the API does not ask for it, or the other way round. */
export const affinityDiffers = {
    code: 'KP214',
    title: 'session affinity differs from the API',
    find(context) {
        if (context.notCompared !== null)
            return [];
        const items = new Map(context.programmed.map((item) => [keyOf(item), item]));
        return (context.expected ?? []).flatMap((port) => {
            const item = items.get(keyOfPort(port));
            if (item === undefined || !item.endpoints.some(({ scope }) => scope === 'cluster'))
                return [];
            const asked = port.service.sessionAffinity === 'ClientIP'
                ? (port.service.affinitySeconds ?? DEFAULT_SECONDS)
                : null;
            if (asked === item.affinitySeconds)
                return [];
            const is = item.affinitySeconds === null ? 'none' : `${item.affinitySeconds} s`;
            const should = asked === null ? 'none' : `${asked} s`;
            return [
                {
                    code: 'KP214',
                    severity: 'warning',
                    message: `${labelOfPort(port)}: the rules have session affinity ${is}, the API asks for ${should}`,
                    service: onlyService([port]),
                    objects: [...serviceNames([port]), ...item.chains.slice(0, 1).map((chain) => `chain ${chain}`)],
                    hits: asked === null
                        ? 'clients that stay at one endpoint for no reason'
                        : 'clients that are sent to another endpoint at each connection',
                    evidence: [
                        factEvidence(`${item.chains[0] ?? 'its chain'}: recent --rcheck ${is}`),
                        factEvidence(`Service ${labelOfPort(port)}: sessionAffinity ${port.service.sessionAffinity ?? 'None'}`),
                    ],
                    advice: 'restart kube-proxy on this node, which writes the chain anew',
                    command: item.chains[0] === undefined || item.backend === 'ipvs' || item.backend === 'nft'
                        ? null
                        : showChain(context.tool({ family: item.family, backend: item.backend }), 'nat', item.chains[0]),
                    certainty: 'certain',
                },
            ];
        });
    },
};
/** The API server fills this in; objects written by hand may lack it. */
const DEFAULT_SECONDS = 10_800;
function keyOf({ namespace, name, port, protocol, family }) {
    return `${namespace}/${name}:${port ?? ''} ${protocol} ${family}`;
}
function keyOfPort({ service, port, protocol, family }) {
    return `${service.namespace}/${service.name}:${port.name} ${formatProtocol(protocol)} ${family}`;
}
