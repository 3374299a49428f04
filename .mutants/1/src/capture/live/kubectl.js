import { fieldsOf, objectOf, objectsOf, textOf } from '../../json/fields.js';
import { parseJson } from '../../json/read-json.js';
import { describeKubectl } from './kubectl-failure.js';
import { runCommand } from './run-command.js';
/** Questions to the API server are small; lists of pods are the largest. */
const QUESTION = { timeoutMs: 30_000, maxBytes: 256 * 1024 * 1024 };
/** Shows the context in use; kubectl leaves secrets out of it. */
export const CONFIG_ARGS = ['config', 'view', '--minify', '-o', 'json'];
/**
 * Settings of the user stay out: a kuberc may give `delete` the option `--interactive`, which then asks nobody, removes
 * nothing and ends well. kubectl reads it since 1.33 (alpha, if KUBECTL_KUBERC is true) and 1.34 (always, unless KUBERC is
 * off or KUBECTL_KUBERC false); older ones know neither. Options given in words would fail where they are not known.
 */
export const NO_SETTINGS = { KUBERC: 'off', KUBECTL_KUBERC: 'false' };
/** kubectl as a program: found on PATH, never through a shell, each argument as it is. */
export class Kubectl {
    #access;
    #signal;
    constructor(access, signal) {
        this.#access = access;
        this.#signal = signal;
    }
    /** @returns the whole command line of a call. */
    argv(...args) {
        return kubectlArgv(this.#access, args);
    }
    /** Throws InterruptedError once the user interrupted the run. */
    throwIfInterrupted() {
        this.#signal.throwIfAborted();
    }
    /**
     * Fixes which cluster is meant, so that a pod is removed where it was made even if the kubeconfig's current context is
     * changed meanwhile.
     * @returns a kubectl with the context named, and the context's namespace; `default` where there is none.
     */
    async pinned() {
        const result = await this.run(CONFIG_ARGS);
        const config = result.failure === null ? objectOf(parseJson(result.stdout.toString('utf8'))) : null;
        const current = textOf(config?.['current-context']);
        const [context] = objectsOf(config?.contexts);
        const namespace = textOf(fieldsOf(context?.context).namespace);
        const access = current === null ? this.#access : { ...this.#access, context: current };
        return {
            kubectl: new Kubectl(access, this.#signal),
            namespace: namespace ?? 'default',
        };
    }
    /** Runs kubectl. @returns what came of it. Throws InterruptedError. */
    async run(args, options = {}) {
        return await runCommand(this.argv(...args), {
            ...(options.limits ?? QUESTION),
            // A Ctrl-C in the terminal must not end kubectl while it makes or removes a pod: kp-explain ends it in order.
            detached: true,
            env: NO_SETTINGS,
            ...(options.uninterrupted === true ? {} : { signal: this.#signal }),
        });
    }
    /**
     * Runs `kubectl … -o json`.
     * @param what is asked for, in words: `the pods of node-1`.
     * @returns the object. Throws UnreachableError where kubectl fails or prints no JSON object; InterruptedError.
     */
    async getJson(args, what) {
        const result = await this.run([...args, '-o', 'json']);
        if (result.failure !== null)
            throw describeKubectl(result, what);
        const value = objectOf(parseJson(result.stdout.toString('utf8')));
        if (value === null)
            throw describeKubectl({ ...result, failure: 'status', lastWords: 'its output is no JSON object' }, what);
        return value;
    }
}
/** @returns the words of a kubectl call. */
export function kubectlArgv(access, args) {
    return [
        'kubectl',
        ...(access.kubeconfig === null ? [] : [`--kubeconfig=${access.kubeconfig}`]),
        ...(access.context === null ? [] : [`--context=${access.context}`]),
        ...args,
    ];
}
