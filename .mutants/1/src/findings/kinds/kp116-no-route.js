import { command } from '../../command/command.js';
import { socketText } from '../../net/socket.js';
import { counted } from '../../words/numbers.js';
import { exampleOf, hitsOf, onlyService, serviceNames } from '../affected.js';
import { factEvidence } from '../evidence.js';
import { groupBy } from '../group.js';
/** No route covers the Service network: a process of the node fails before any rule is asked. */
export const noRoute = {
    code: 'KP116',
    title: 'no route to a Service address',
    find(context) {
        const groups = groupBy(context.deviationsBy('no-route'), ({ port }) => port.family);
        return [...groups].flatMap(([family, deviations]) => {
            const [first] = deviations;
            if (first === undefined)
                return [];
            const ports = deviations.map(({ port }) => port);
            const names = serviceNames(ports);
            const isAll = names.length > 1;
            const place = socketText(first.way.address, null);
            const hasDefault = context.known.host.routes[family]?.some(({ destination, type }) => destination.mask === 0n && type === 'unicast');
            return [
                {
                    code: 'KP116',
                    severity: 'error',
                    message: `this node has no ${family} route to ${place}${isAll ? ` and ${counted(names.length - 1, 'other Service')}` : ''}: connections fail with "network is unreachable" before any rule is asked`,
                    service: onlyService(ports),
                    objects: isAll ? ['all Services', ...names] : names,
                    hits: hitsOf(deviations),
                    evidence: [
                        factEvidence(`no ${family} route covers ${place}${hasDefault === true ? '' : ', and there is no default route'}`),
                        factEvidence(`example: ${exampleOf(first)}`),
                    ],
                    advice: 'add the default route again, or a route for the Service network through any interface: the address is translated before the packet leaves',
                    command: command('ip', ...(family === 'ipv4' ? [] : ['-6']), 'route', 'get', place),
                    certainty: 'certain',
                },
            ];
        });
    },
};
