import { type CapturedFile, sourcesOf } from '../capture/captured-file.ts';
import type { LiveContext, LiveState } from '../capture/live/live-state.ts';
import { chainName } from '../proxy/chains.ts';
import { requireService } from './asked-service.ts';
import type { BuiltCapture, Origin } from './build-capture.ts';
import type { Capture } from './capture.ts';
import { readClusterFiles } from './cluster-files.ts';
import { holdInterrupts } from './interrupt.ts';
import { liveOrigin } from './live-origin.ts';
import type { LoadContext } from './load-context.ts';
import type { LiveRequest } from './requests.ts';
import { readVersion } from './version.ts';

/**
 * Reads a live node, as files of a capture. What was made for it in the cluster is gone when this returns or throws.
 * @param flowsWanted see `LiveContext`. Throws InputError, UnreachableError, InterruptedError.
 */
export async function readLive(
  request: LiveRequest,
  context: LoadContext,
  flowsWanted: LiveContext['flowsWanted'],
  onFollow?: LiveContext['onFollow'],
): Promise<LiveState> {
  // Every command shows its commands and returns before it asks for state; running them here would break that promise.
  if (request.showCommands || request.showRole)
    throw new Error('--show-commands reached the point where commands are run');
  const { readLiveState } = await import('../capture/live/live-state.ts');
  const lifeline = holdInterrupts(context.progress);
  try {
    const state = await readLiveState(
      { node: request.target, access: request.access, needs: request.needs },
      {
        lifeline,
        problems: context.problems,
        iptablesModeMark: chainName('SVC', ''),
        writtenBy: `kp-explain ${readVersion()}`,
        flowsWanted,
        ...(onFollow === undefined ? {} : { onFollow }),
      },
    );
    await lifeline.release();
    // An interrupt while the debug pod was being removed does not stop the removing, but it is no answer that is wanted.
    lifeline.signal.throwIfAborted();
    return state;
  } finally {
    await lifeline.release();
  }
}

/** Loads the state of a live node. @param build indexes what was read. Throws what `readLive` and `build` throw. */
export async function loadLive(
  request: LiveRequest,
  context: LoadContext,
  build: (files: readonly CapturedFile[], origin: Origin) => Promise<BuiltCapture>,
): Promise<Capture> {
  const before = context.problems.list().length;
  const objects = await readClusterFiles(request, context);
  // A problem says that the API told a part only.
  if (request.asked !== undefined && context.problems.list().length === before)
    await requireService(request.asked, objects, context.progress);
  let early: { readonly built: BuiltCapture; readonly paths: ReadonlySet<string> } | null = null;
  const { flowsOf } = context;
  const needs = request.needs.flows === 'some' && flowsOf === undefined ? 'all' : request.needs.flows;
  const state = await readLive(
    { ...request, needs: { ...request.needs, flows: needs } },
    context,
    async (sofar) => {
      const built = await build([...sofar.files, ...objects], liveOrigin(sofar.manifest.origin, request));
      early = { built, paths: new Set(sofar.files.map(({ path }) => path)) };
      return (await flowsOf?.(built.capture)) ?? null;
    },
  );
  return finish(early, state, objects, (files) => build(files, liveOrigin(state.manifest.origin, request)));
}

/** The rules were indexed once already where the question had to be understood before the flows were asked for. */
async function finish(
  early: { readonly built: BuiltCapture; readonly paths: ReadonlySet<string> } | null,
  state: LiveState,
  objects: readonly CapturedFile[],
  build: (files: readonly CapturedFile[]) => Promise<BuiltCapture>,
): Promise<Capture> {
  if (early === null) return (await build([...state.files, ...objects])).capture;
  early.built.addFlows(sourcesOf(state.files.filter(({ path }) => !early.paths.has(path))));
  return early.built.capture;
}
