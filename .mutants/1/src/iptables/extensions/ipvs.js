import { parsePrefix } from '../../net/prefix.js';
import { parseProtocol } from '../../net/protocol.js';
import { isNegated, textOf, valueText } from './extension.js';
/**
 * `-m ipvs`, as far as kube-proxy writes it: whether IPVS took the packet (`--ipvs`), and for which virtual server. What
 * its other options ask (`--vdir`, `--vmethod`, `--vportctl`) stays text.
 */
export const ipvsModule = {
    arity: {
        '--ipvs': 0,
        '--vproto': 1,
        '--vaddr': 1,
        '--vport': 1,
        '--vdir': 1,
        '--vmethod': 1,
        '--vportctl': 1,
    },
    read: (parts) => {
        const matches = parts.map(readPart);
        const known = matches.flatMap((match) => (match === null ? [] : [match]));
        return known.length === matches.length
            ? known
            : [{ kind: 'opaque', negated: false, module: 'ipvs', text: textOf('ipvs', parts) }];
    },
};
function readPart(part) {
    const negated = isNegated(part);
    const value = valueText(part);
    switch (part.flag.text) {
        case '--ipvs':
            return { kind: 'ipvs', negated };
        case '--vproto': {
            const protocol = parseProtocol(value);
            return protocol === null ? null : { kind: 'ipvs-protocol', negated, protocol };
        }
        case '--vaddr': {
            const prefix = parsePrefix(value);
            return prefix === null ? null : { kind: 'ipvs-address', negated, prefix };
        }
        case '--vport':
            return /^\d{1,5}$/.test(value) ? { kind: 'ipvs-port', negated, port: Number(value) } : null;
        default:
            return null;
    }
}
