import { ProblemList } from '../../problems/problem.js';
import { collectRules } from './collect-rules.js';
import { Collector } from './collector.js';
import { withDebugPod } from './debug-pod.js';
import { describeFailure } from './describe-failure.js';
import { findNodePod, NO_FACTS } from './find-pod.js';
import { podPlace } from './pod-place.js';
import { RULES } from './probes.js';
import { UnreachableError } from './unreachable-error.js';
/** A small image with `sleep` and `chroot`; the programs come from the node's own file system. */
export const DEFAULT_IMAGE = 'busybox:1.36';
/** How long a debug pod may take to start, its image's download included. */
const START_MS = 90_000;
/** Why a way was given up; the next one is tried. */
class WayFailed extends Error {
}
/**
 * Reaches a node in the first way that gives its rules, and hands it on; what was made for it is gone when this returns.
 * Throws UnreachableError with each way's reason where none works; InterruptedError; what `use` throws.
 */
export async function withNode(kubectl, target, lifeline, problems, use) {
    const reasons = [];
    for (const way of waysTo(kubectl, target, lifeline)) {
        // Problems of a way that is given up are told as its reason, or not at all.
        const own = new ProblemList();
        let entered = false;
        let done = false;
        try {
            const result = await way.run(async (collector, how, facts) => {
                const rules = await collectRules(collector);
                if (rules.save.failure !== null)
                    throw new WayFailed(describeFailure(rules.save, RULES.v4, collector.place).message);
                entered = true;
                if (target.via === 'auto')
                    own.add('reached-via', saidWay(target.node, how, reasons));
                return await use({ collector, rules, facts, how });
            }, own);
            done = true;
            return result;
        }
        catch (error) {
            const givenUp = error instanceof WayFailed || error instanceof UnreachableError;
            if (entered || !givenUp)
                throw error;
            reasons.push({ way: way.name, error });
        }
        finally {
            for (const problem of own.list()) {
                if (done)
                    problems.add(problem.code, problem.message);
                else if (problem.code === LEFT)
                    lifeline.say(problem.message);
            }
        }
    }
    throw noWay(target.node, reasons);
}
/** The code of the problem that a debug pod could not be removed. */
const LEFT = 'debug-pod-left';
function waysTo(kubectl, target, lifeline) {
    const debug = profilesOf(target).map((profile) => debugWay(kubectl, target, profile, lifeline));
    if (target.via === 'debug')
        return debug;
    const exec = execWay(kubectl, target, lifeline);
    return target.via === 'exec' ? [exec] : [exec, ...debug];
}
/** @returns the profiles to try: an image with tools needs no more than netadmin; without one, the node's file system is needed. */
export function profilesOf(target) {
    if (target.profile !== null)
        return [target.profile];
    return target.image === null ? ['sysadmin'] : ['netadmin', 'sysadmin'];
}
function execWay(kubectl, target, lifeline) {
    return {
        name: 'exec',
        async run(use, problems) {
            lifeline.onStep(`looking for the kube-proxy pod of ${target.node}`);
            const { pod, agent, facts } = await findNodePod(kubectl, target.node, target.pod);
            if (agent !== 'kube-proxy' && target.pod === null) {
                problems.add('other-pod', `${target.node} has no kube-proxy pod; its rules were read through ${agent}’s pod ${pod.namespace}/${pod.name}, which shares the node’s network`);
            }
            const place = podPlace(kubectl, pod, `${target.node}: `, 'exec', ['image']);
            return await use(new Collector(place, problems, lifeline.onStep), `kubectl exec in ${pod.namespace}/${pod.name}`, facts);
        },
    };
}
function debugWay(kubectl, target, profile, lifeline) {
    return {
        name: `debug (profile ${profile})`,
        async run(use, problems) {
            const pinned = await kubectl.pinned();
            const request = {
                node: target.node,
                namespace: target.debugNamespace ?? pinned.namespace,
                image: target.image ?? DEFAULT_IMAGE,
                profile,
                startMs: START_MS,
            };
            const onLeft = (message) => problems.add(LEFT, message);
            const inPod = async (pod) => {
                const place = podPlace(pinned.kubectl, pod, `${target.node}: `, 'debug', rootsOf(target, profile));
                const how = `debug pod ${pod.namespace}/${pod.name}, which was removed again`;
                return await use(new Collector(place, problems, lifeline.onStep), how, NO_FACTS);
            };
            return await withDebugPod(pinned.kubectl, request, lifeline, onLeft, inPod);
        },
    };
}
/** Only profile sysadmin mounts the node's file system under /host (kubectl 1.27 to 1.36, pkg/cmd/debug/profiles.go). */
export function rootsOf(target, profile) {
    if (profile === 'netadmin')
        return ['image'];
    return target.image === null ? ['host', 'image'] : ['image', 'host'];
}
function saidWay(node, how, reasons) {
    const before = reasons
        .map(({ way, error }) => `; ${way} did not work: ${error.message.replace(/\s*\n\s*/g, '; ')}`)
        .join('');
    return `${node} was read through ${how}${before}`;
}
function noWay(node, reasons) {
    const [first] = reasons;
    const code = reasons
        .map(({ error }) => (error instanceof UnreachableError ? error.code : 'no-rules'))
        .at(-1);
    if (reasons.length === 1 && first !== undefined) {
        return new UnreachableError(code ?? 'unreachable', `the rules of ${node} cannot be read: ${first.error.message}`);
    }
    const lines = reasons.map(({ way, error }) => `\n  ${way}: ${error.message.replaceAll('\n', '\n  ')}`);
    return new UnreachableError(code ?? 'unreachable', `the rules of ${node} cannot be read:${lines.join('')}`);
}
