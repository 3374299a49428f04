import { listed } from './branch.js';
import { explore } from './explore.js';
import { listGiven } from './given.js';
import { programsOf } from './programs.js';
import { initialState } from './state.js';
import { StepBook } from './steps.js';
import { travel } from './travel.js';
/**
 * Follows one packet through the node, as the kernel would take it, and every way it could take where the capture
 * cannot tell. Pure: nothing of its input changes.
 */
export function tracePacket(packet, world, options = {}) {
    const { endings, steps, assumptions } = followPacket(packet, world, options);
    return numbered({ packet, steps, outcomes: endings.map(outcomeOf), assumptions });
}
/** What {@link tracePacket} tells, before each way's path and conditions are written out; cheap where only ends matter. */
export function followPacket(packet, world, { observer, sources, opened = [] } = {}) {
    const steps = new StepBook();
    const assumptions = new Map();
    const programs = programsOf(world, sources);
    const { registrants } = programs;
    const start = { state: initialState(packet), probability: 1, path: null, given: null, turns: null };
    const endings = explore((from, questions, budget) => travel(from, programs, {
        packet,
        world,
        registrants,
        steps,
        budget,
        questions,
        assumptions,
        opened,
        ...(observer === undefined ? {} : { observer }),
    }), start);
    return { endings, steps: steps.list(), assumptions: [...assumptions.values()] };
}
/** Keeps only the steps that an outcome passed: a run that was taken back may have left others. Numbers them anew. */
function numbered(trace) {
    const used = new Map();
    for (const outcome of trace.outcomes)
        for (const { step } of outcome.path)
            used.set(step, step);
    if (used.size === trace.steps.length)
        return trace;
    let id = 0;
    for (const step of trace.steps)
        if (used.has(step))
            used.set(step, { ...step, id: id++ });
    const renumbered = (step) => used.get(step) ?? step;
    return {
        ...trace,
        steps: trace.steps.filter((step) => used.has(step)).map(renumbered),
        outcomes: trace.outcomes.map((outcome) => ({
            ...outcome,
            decidedBy: outcome.decidedBy === null ? null : renumbered(outcome.decidedBy),
            path: outcome.path.map((entry) => ({ ...entry, step: renumbered(entry.step) })),
        })),
    };
}
function outcomeOf(ending) {
    const { branch } = ending;
    const { state } = branch;
    // Without the links to what came before, which are the walk's own.
    const path = listed(branch.path).map(({ step, state: met }) => ({ step, state: met }));
    return {
        probability: branch.probability,
        given: listGiven(branch.given),
        verdict: ending.verdict,
        decidedBy: ending.reason === null ? (path.at(-1)?.step ?? null) : null,
        reason: ending.reason,
        rejectWith: ending.rejectWith,
        destination: { address: state.destination, port: state.destinationPort },
        source: { sender: state.source, port: state.sourcePort, rewrite: state.sourceRewrite },
        exit: ending.exit,
        end: state,
        path,
        turns: listed(branch.turns).map(({ turn }) => turn),
    };
}
