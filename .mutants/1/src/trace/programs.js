import { HOOK_NAMES } from '../iptables/ruleset.js';
import { CONNTRACK } from './conntrack-programs.js';
import { IPTABLES } from './iptables-programs.js';
import { IPVS } from './ipvs/programs.js';
import { natStep } from './nat-step.js';
import { NFT } from './nft/programs.js';
/** Every kind of program that is known. */
export const SOURCES = [CONNTRACK, IPTABLES, NFT, IPVS];
const KNOWN = new WeakMap();
/** @returns the world's programs; they are looked for once. */
export function programsOf(world, sources = SOURCES) {
    const known = KNOWN.get(world);
    if (known?.sources === sources)
        return known.programs;
    const programs = collect(world, sources);
    KNOWN.set(world, { sources, programs });
    return programs;
}
function collect(world, sources) {
    const natChains = sources.flatMap((source) => source.natChains?.(world) ?? []);
    const programs = sources.flatMap((source) => source.programs?.(world) ?? []);
    for (const hook of NAT_HOOKS)
        programs.push(natStep(hook, inOrder(natChains.filter((chain) => chain.hook === hook))));
    const registrants = new Set([...programs, ...natChains].map(({ registration }) => registration.by));
    const at = HOOK_NAMES.map((hook) => [hook, inOrder(programs.filter((program) => program.hook === hook))]);
    return { registrants: [...registrants], at: Object.fromEntries(at) };
}
/** nat changes nothing of what is forwarded between PREROUTING and POSTROUTING. */
const NAT_HOOKS = ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'];
function inOrder(programs) {
    const groups = new Map();
    for (const program of programs) {
        const group = groups.get(program.priority);
        if (group === undefined)
            groups.set(program.priority, [program]);
        else
            group.push(program);
    }
    return [...groups].sort(([a], [b]) => a - b).map(([, group]) => group);
}
