import { unknown } from '../answer.js';
import { answered, decided } from '../branch.js';
import { ended, next } from '../passage.js';
import { walkBaseChain } from './walk.js';
/** The hook of IP that a step there is told at. */
const TOLD_AT = {
    ingress: 'PREROUTING',
    prerouting: 'PREROUTING',
    input: 'INPUT',
    forward: 'FORWARD',
    output: 'OUTPUT',
    postrouting: 'POSTROUTING',
    egress: 'POSTROUTING',
};
/** Chains of families netdev and inet at a device: before anything else, or after everything (nf_hook_ingress, nf_hook_egress). */
export function throughDevice(branch, hook, device, context) {
    if (device === null)
        return [next(branch)];
    return through(branch, hook, chainsAt(context.world.nft, hook, ['netdev', 'inet']), context, (chain) => hooksTo(chain, device, hook === 'ingress' ? branch.state.inPort : undefined, context));
}
/** Chains of family bridge at the hooks that a frame passes. */
export function throughBridge(branch, hooks, context) {
    let passages = [next(branch)];
    for (const hook of hooks) {
        const chains = chainsAt(context.world.nft, hook, ['bridge']);
        passages = passages.flatMap((passage) => passage.kind === 'next' ? through(passage.branch, hook, chains, context, () => true) : [passage]);
    }
    return passages;
}
/** In the order of their priorities. */
function chainsAt(nft, hook, families) {
    const placed = [];
    for (const table of nft?.tables.values() ?? []) {
        if (table.dormant || !families.includes(table.family))
            continue;
        for (const chain of table.chains.values()) {
            const { base, rules } = chain;
            if (base?.hook === hook && (rules.length > 0 || base.policy === 'drop'))
                placed.push({ table, chain, priority: base.priority ?? 0 });
        }
    }
    return placed.sort((a, b) => a.priority - b.priority);
}
function through(start, hook, chains, context, isHooked) {
    let passages = [next(start)];
    for (const { table, chain } of chains) {
        passages = passages.flatMap((passage) => {
            if (passage.kind !== 'next')
                return [passage];
            return asked(passage.branch, isHooked(chain), context).flatMap(({ branch, held }) => {
                if (!held)
                    return [next(branch)];
                const walked = walkBaseChain(branch, table, chain, TOLD_AT[hook], context);
                return [...walked.ended.map(ended), ...walked.passed.map(next)];
            });
        });
    }
    return passages;
}
function asked(branch, answer, { questions }) {
    if (typeof answer === 'boolean')
        return [{ branch, held: answer }];
    const known = answered(branch, answer);
    if (known !== null)
        return [{ branch, held: known }];
    questions.met(answer, branch.probability);
    return [true, false].map((held) => ({ branch: decided(branch, answer, held), held }));
}
/** Whether frames of this device meet the chain. @param port of a bridge by which one came; undefined where it is not known. */
function hooksTo({ name, base }, device, port, { world }) {
    const devices = base?.devices ?? [];
    if (devices.length === 0)
        return unknown({ code: 'nft-device', chain: name, device: device ?? 'its device' });
    if (device === undefined)
        return unknown({ code: 'in-interface', patterns: devices });
    if (device === null || devices.includes(device))
        return device !== null;
    if (port !== undefined)
        return devices.includes(port);
    const some = devices.find((each) => world.host.links?.some((link) => link.name === each && link.master === device));
    if (some === undefined)
        return false;
    return unknown({ code: 'bridge-port', asks: { fact: 'port', side: 'in', names: [some] } });
}
