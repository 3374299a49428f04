import { interfaceSwitch } from '../host/sysctl.js';
import { changed } from './branch.js';
import { reachableEffects } from './reachable-effects.js';
/**
 * A packet that leaves by the interface it came in by draws an ICMP redirect before FORWARD, which carries the packet's
 * connection through OUTPUT (ip_forward, ip_rt_send_redirect): a CONNMARK there changes what FORWARD sees. How often one is
 * sent depends on time, so the mark is not known from there.
 */
export function redirected(branch, { world }) {
    const { family, inInterface, route, connection, bridged } = branch.state;
    if (connection === null || connection.mark === null || typeof inInterface !== 'string')
        return branch;
    if (route?.device !== inInterface || bridged === true)
        return branch;
    if (family === 'ipv4' && interfaceSwitch(world.host, family, 'send_redirects', inInterface, 'or') === 0)
        return branch;
    return world.rulesets.some((ruleset) => marksConnections(ruleset, world))
        ? changed(branch, { connection: { ...connection, mark: null } })
        : branch;
}
const KNOWN = new WeakMap();
/** Whether a packet through OUTPUT can come to a rule that writes the connection's mark: asked for every endpoint, answered once. */
function marksConnections(ruleset, world) {
    const known = KNOWN.get(ruleset);
    if (known !== undefined)
        return known;
    // Most dumps name no such target anywhere, and their nat table can have 400,000 rules.
    const found = [...ruleset.tables.values()]
        .filter(({ chains }) => chains.mention?.('CONNMARK') !== false)
        .some(({ name }) => {
        for (const { kind } of reachableEffects({ ...world, rulesets: [ruleset] }, name, 'OUTPUT'))
            if (kind === 'set-ct-mark' || kind === 'save-mark')
                return true;
        return false;
    });
    KNOWN.set(ruleset, found);
    return found;
}
