import { sourcesOf } from '../capture/captured-file.js';
import { chainName } from '../proxy/chains.js';
import { readClusterFiles } from './cluster-files.js';
import { holdInterrupts } from './interrupt.js';
import { readVersion } from './version.js';
/**
 * Reads a live node, as files of a capture. What was made for it in the cluster is gone when this returns or throws.
 * @param flowsWanted see `LiveContext`. Throws InputError, UnreachableError, InterruptedError.
 */
export async function readLive(request, context, flowsWanted) {
    // Every command shows its commands and returns before it asks for state; running them here would break that promise.
    if (request.showCommands)
        throw new Error('--show-commands reached the point where commands are run');
    const { readLiveState } = await import('../capture/live/live-state.js');
    const lifeline = holdInterrupts(context.progress);
    try {
        const state = await readLiveState({ node: request.target, access: request.access, needs: request.needs }, {
            lifeline,
            problems: context.problems,
            iptablesModeMark: chainName('SVC', ''),
            writtenBy: `kp-explain ${readVersion()}`,
            flowsWanted,
        });
        await lifeline.release();
        // An interrupt while the debug pod was being removed does not stop the removing, but it is no answer that is wanted.
        lifeline.signal.throwIfAborted();
        return state;
    }
    finally {
        await lifeline.release();
    }
}
/** Loads the state of a live node. @param build indexes what was read. Throws what `readLive` and `build` throw. */
export async function loadLive(request, context, build) {
    const objects = await readClusterFiles(request, context);
    let early = null;
    const { flowsOf } = context;
    const needs = request.needs.flows === 'some' && flowsOf === undefined ? 'all' : request.needs.flows;
    const state = await readLive({ ...request, needs: { ...request.needs, flows: needs } }, context, async (sofar) => {
        const built = await build([...sofar.files, ...objects], sofar.manifest.origin);
        early = { built, paths: new Set(sofar.files.map(({ path }) => path)) };
        return (await flowsOf?.(built.capture)) ?? null;
    });
    return finish(early, state, objects, build);
}
/** The rules were indexed once already where the question had to be understood before the flows were asked for. */
async function finish(early, state, objects, build) {
    if (early === null)
        return (await build([...state.files, ...objects], state.manifest.origin)).capture;
    early.built.addFlows(sourcesOf(state.files.filter(({ path }) => !early.paths.has(path))));
    return early.built.capture;
}
