import { formatAddress } from '../net/address.js';
import { lowered } from '../rules/lowered-rule.js';
import { unknown } from './answer.js';
import { applyChange } from './apply-change.js';
import { answered, changed, decided, entriesOf, passed } from './branch.js';
import { cutHere } from './cut.js';
import { decide } from './decide.js';
import { endStep, ruleStep } from './iptables-steps.js';
import { queued } from './queued.js';
import { rememberedRecent } from './recent-lists.js';
/**
 * Walks a built-in chain as ipt_do_table and nft_do_chain do: rules in order, a jump remembers its place, a goto does
 * not, RETURN and a chain's end go back to the last place remembered, and the built-in chain's end is its policy.
 */
export function walkChain(start, chain, walk) {
    const result = { passed: [], translated: [], ended: [] };
    const work = [
        { branch: start, frame: enter(chain, start, null, null, walk), jumps: 0 },
    ];
    for (let task = work.pop(); task !== undefined; task = work.pop()) {
        let { branch, jumps } = task;
        let frame = task.frame;
        while (frame !== null) {
            const index = frame.candidates[frame.position];
            const cut = frame.returned ? null : cutHere(frame.chain, frame.position, index === undefined);
            if (cut !== null) {
                result.ended.push(ending(branch, 'unknown', cut));
                break;
            }
            if (index === undefined) {
                branch = passed(branch, endStep(frame.chain, walk));
                if (frame.chain.policy !== null) {
                    if (frame.chain.policy === 'DROP')
                        result.ended.push(ending(branch, 'drop'));
                    else
                        result.passed.push(branch);
                    break;
                }
                frame = frame.caller;
                continue;
            }
            const next = { ...frame, position: frame.position + 1 };
            const rule = frame.chain.rules.at(index);
            const native = walk.native?.(branch, frame.chain, index) ?? null;
            if (native !== null) {
                for (const other of native.missed.toReversed())
                    work.push({ branch: other, frame: next, jumps });
                for (const { branch: way, effect } of native.held) {
                    if (effect !== null && 'ended' in effect)
                        result.ended.push(effect.ended);
                    else {
                        const after = follow(way, rule, effect, frame, next, walk, result);
                        if (after !== null)
                            work.push({ branch: after.branch, frame: after.frame, jumps: jumps + 1 });
                    }
                }
                break;
            }
            const { tests, effect } = lowered(rule);
            const { matched, missed } = decide(branch, rule, tests, walk);
            if (matched.length === 0 && missed.length === 1 && missed[0] !== undefined) {
                branch = missed[0];
                frame = next;
                continue;
            }
            const forks = matched.length + missed.length - 1;
            if (!walk.budget.take(1 + forks * entriesOf(branch))) {
                result.ended.push(ending(branch, 'unknown', walk.budget.exhausted()));
                break;
            }
            // Later branches first: what is pushed last is walked first, so outcomes come in the order of the rules.
            for (const other of missed.toReversed())
                work.push({ branch: other, frame: next, jumps });
            const hit = matched[0];
            if (hit === undefined)
                break;
            branch = rememberedRecent(passed(hit, ruleStep(frame.chain, rule, walk)), tests);
            const after = follow(branch, rule, effect, frame, next, walk, result);
            if (after === null)
                break;
            branch = after.branch;
            frame = after.frame;
            if (after.jumped && ++jumps > MAX_JUMPS) {
                result.ended.push(tooLong(branch));
                break;
            }
        }
        // The top chain of a partial listing has no policy: its end lets the packet go on.
        if (frame === null)
            result.passed.push(branch);
    }
    return result;
}
/** Chains that jump on twice each double the way 60 times over; the kernel would walk it, and be busy for ages. */
const MAX_JUMPS = 20_000;
function follow(branch, rule, effect, frame, next, walk, result) {
    if (effect === null)
        return { branch, frame: next, jumped: false };
    switch (effect.kind) {
        case 'accept':
            result.passed.push(branch);
            return null;
        case 'drop':
            result.ended.push(ending(branch, 'drop'));
            return null;
        case 'synproxy':
            result.ended.push(ending(branch, 'unknown', { code: 'synproxy' }));
            return null;
        case 'reject':
            result.ended.push({ branch, verdict: 'reject', reason: null, rejectWith: effect.with, exit: null });
            return null;
        case 'queue': {
            const ways = queued(branch, effect.text, effect.bypass, walk.questions);
            result.passed.push(...ways.passed);
            result.ended.push(...ways.ended);
            return null;
        }
        case 'tproxy':
            takenOver(branch, effect, walk, result);
            return null;
        case 'jump':
        case 'goto': {
            const chain = walk.table.chains.get(effect.chain);
            if (chain === undefined) {
                result.ended.push(missing(branch, rule, effect.chain));
                return null;
            }
            if (isOnTheWay(chain, frame)) {
                result.ended.push(loop(branch, rule));
                return null;
            }
            if (effect.kind === 'jump')
                return { branch, frame: enter(chain, branch, next, null, walk), jumped: true };
            // A goto out of a built-in chain ends, when its chain does, with the built-in chain's policy.
            const back = next.chain.policy === null ? next.caller : atEnd(next);
            const left = { chain: frame.chain, before: frame.left };
            return { branch, frame: enter(chain, branch, back, left, walk), jumped: true };
        }
        case 'return':
            // RETURN in a built-in chain is its policy.
            return { branch, frame: frame.chain.policy === null ? frame.caller : atEnd(frame), jumped: false };
        case 'dnat':
        case 'snat':
        case 'masquerade':
        case 'redirect':
        case 'netmap':
            result.translated.push({ branch, effect, rule });
            return null;
        case 'unrecognised':
            result.ended.push(ending(branch, 'unknown', { code: 'target-unrecognised', text: effect.text }));
            return null;
        default:
            return { branch: applyChange(branch, effect), frame: next, jumped: false };
    }
}
function enter(chain, branch, caller, left, walk) {
    walk.observer?.entered(chain.rules, branch.state);
    return { chain, candidates: candidatesOf(chain.rules, branch), position: 0, caller, left, returned: false };
}
/** The kernel refuses rule sets that lead back into a chain still being walked; a doctored or mixed dump can have them. */
function isOnTheWay(chain, from) {
    for (let frame = from; frame !== null; frame = frame.caller) {
        if (frame.chain === chain)
            return true;
        for (let left = frame.left; left !== null; left = left.before)
            if (left.chain === chain)
                return true;
    }
    return false;
}
function atEnd(frame) {
    return { ...frame, position: frame.candidates.length, returned: true };
}
/** Indices of the rules worth asking, kept so that 5,000 branches through one chain do not list them 5,000 times. */
const CANDIDATES = new WeakMap();
const KEPT_DESTINATIONS = 64;
function candidatesOf(rules, branch) {
    const { destination } = branch.state;
    const key = formatAddress(destination);
    let lists = CANDIDATES.get(rules);
    if (lists === undefined) {
        lists = new Map();
        CANDIDATES.set(rules, lists);
    }
    const known = lists.get(key);
    if (known !== undefined)
        return known;
    if (lists.size >= KEPT_DESTINATIONS)
        lists.clear();
    const list = [...rules.towards(destination)];
    lists.set(key, list);
    return list;
}
function ending(branch, verdict, reason = null) {
    return { branch, verdict, reason, rejectWith: null, exit: null };
}
/** TPROXY drops what no socket of the node takes; for a socket it marks the packet, ends the table and leaves the way to routing. */
function takenOver(branch, effect, walk, result) {
    const { onIp, onPort } = effect;
    const question = unknown({ code: 'tproxy-socket', onIp, onPort });
    const held = answered(branch, question);
    if (held === null)
        walk.questions.met(question, branch.probability);
    const as = (way) => (held === null ? decided(branch, question, way) : branch);
    if (held !== true)
        result.ended.push(ending(as(false), 'drop'));
    if (held === false)
        return;
    const { mark } = branch.state;
    const marked = mark === null ? null : ((mark & ~effect.mask) ^ effect.mark) >>> 0;
    result.passed.push(changed(as(true), { mark: marked, takenOver: true }));
}
function missing(branch, { chain, number }, target) {
    return ending(branch, 'unknown', { code: 'chain-missing', rule: { chain, number }, target });
}
function tooLong(branch) {
    return ending(branch, 'unknown', { code: 'walk-too-long', jumps: MAX_JUMPS });
}
function loop(branch, { chain, number }) {
    return ending(branch, 'unknown', { code: 'chain-loop', rule: { chain, number } });
}
