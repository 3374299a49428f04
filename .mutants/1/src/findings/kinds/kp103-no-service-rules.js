import { CHAINS } from '../../proxy/chains.js';
import { counted } from '../../words/numbers.js';
import { proxyLogs } from '../commands.js';
import { chainEvidence, factEvidence } from '../evidence.js';
import { labelOfPort } from '../expected/expected-port.js';
import { wholeRulesets } from '../rule-list.js';
/** CHAINS.services is there and empty: someone flushed it, or iptables-restore refuses kube-proxy's whole input. */
export const noServiceRules = {
    code: 'KP103',
    title: 'no Service rules at all',
    find(context) {
        // Who else may serve them is told with what was not checked.
        if (context.notCompared !== null || context.standIns.length > 0)
            return [];
        return ['ipv4', 'ipv6'].flatMap((family) => {
            const ports = (context.expected ?? []).filter((port) => port.family === family && port.endpoints.some(({ ready }) => ready));
            if (ports.length === 0 || !context.flushed(family))
                return [];
            const chains = wholeRulesets(context.known.rulesets)
                .filter((ruleset) => ruleset.family === family)
                .flatMap(({ tables }) => {
                const nat = tables.get('nat');
                return [nat?.chains.get(CHAINS.services), nat?.chains.get(CHAINS.proxyCanary)];
            })
                .flatMap((chain) => (chain === undefined ? [] : [chainEvidence(chain)]));
            return [
                {
                    code: 'KP103',
                    severity: 'error',
                    message: `${chains.length === 0 ? `nat has no chain ${CHAINS.services} (${family})` : `nat ${CHAINS.services} holds no ${family} rule for any Service`}: ${noneText(ports)} through this node`,
                    service: null,
                    objects: ['all Services', `chain ${CHAINS.services}`],
                    hits: 'everybody who uses a Service through this node',
                    evidence: [
                        ...chains,
                        factEvidence(`the API has ${counted(ports.length, `${family} Service port`)} with ready endpoints`),
                    ],
                    advice: 'read kube-proxy’s log for a failing iptables-restore, then restart its pod: it writes all rules anew when it starts',
                    command: proxyLogs(),
                    certainty: 'certain',
                },
            ];
        });
    },
};
function noneText([first, ...others]) {
    return first !== undefined && others.length === 0
        ? `${labelOfPort(first)} does not work`
        : `none of the ${counted(others.length + 1, 'Service port')} with endpoints works`;
}
