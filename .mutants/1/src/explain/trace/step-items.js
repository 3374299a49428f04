import { tableKey } from '../../nftables/ruleset.js';
import { isInIptables } from '../../trace/place.js';
import { nftStepNote } from '../chains/nft/nft-notes.js';
import { noteRule } from '../chains/rule-note.js';
/** @returns the trace's steps as the contract prints them, each with a plain sentence where one is known. */
export function describeSteps(trace, rulesets, nft, namer) {
    return trace.steps.map((step) => describeStep(step, rulesets, nft, namer));
}
/** @returns one step as the contract prints it. */
export function describeStep(step, rulesets, nft, namer) {
    return {
        id: step.id,
        hook: step.hook,
        backend: isInIptables(step) ? step.backend : step.program,
        table: step.table,
        chain: step.chain,
        rule: step.rule?.number ?? null,
        ...(step.program === 'nft' ? { family: step.family, handle: step.rule?.handle ?? null } : {}),
        file: (step.rule ?? listingOf(step))?.file ?? null,
        line: (step.rule ?? listingOf(step))?.line ?? null,
        text: step.rule?.text ?? null,
        ...countersOf(step),
        action: step.action,
        target: step.target,
        ...(step.program === 'ipvs' ? { scheduler: step.scheduler } : {}),
        note: noteOf(step, rulesets, nft, namer),
    };
}
/** Of a rule of iptables whose listing has counters. */
function countersOf(step) {
    if (!isInIptables(step) || step.rule === null || step.rule.counters === null)
        return {};
    const { packets, bytes } = step.rule.counters;
    return { counters: { packets, bytes } };
}
function noteOf(step, rulesets, nft, namer) {
    if (step.rule === null)
        return endNote(step);
    if (step.program === 'nft') {
        const table = nft?.tables.get(tableKey(step.family, step.table));
        return table === undefined ? null : nftStepNote(step.rule, step.target, table);
    }
    return isInIptables(step) ? ruleNote(step, step.rule, rulesets, namer) : null;
}
function ruleNote(step, rule, rulesets, namer) {
    const ruleset = rulesets.find(({ backend }) => backend === step.backend);
    const table = ruleset?.tables.get(step.table);
    if (ruleset === undefined || table === undefined)
        return null;
    return noteRule(rule, { ruleset, table, naming: namer.naming });
}
/** Where the virtual server is listed. */
function listingOf(step) {
    return step.program === 'ipvs' ? step.listed : null;
}
function endNote(step) {
    if (step.event === 'policy')
        return `No rule of ${step.chain} ended it: the chain's policy does.`;
    return null;
}
