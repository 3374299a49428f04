import { placeText } from '../../trace/place.js';
import { describeStep } from '../trace/step-items.js';
/** Numbers the steps of a connection over all nodes: those of the first packet first, as its trace numbers them. */
export class StepRegister {
    #items;
    #ids = new Map();
    /** Of steps that were numbered before: one trace meets a step on many ways. */
    #known = new WeakMap();
    /** @param first the steps of the first packet's trace, on the node, and how they are printed */
    constructor(node, first, items) {
        this.#items = [...items];
        for (const step of first) {
            this.#ids.set(keyOf(node, step), step.id);
            this.#known.set(step, step.id);
        }
    }
    /** @returns the steps of all legs that were asked for. */
    list() {
        return this.#items;
    }
    /** @returns the ids of a leg's steps; `own`: on the node of the first packet, which they do not name. */
    idsOf(leg, node, own) {
        const { family } = leg.outcome.end;
        return leg.outcome.path.map(({ step }) => this.#idOf(step, family, node, own));
    }
    #idOf(step, family, node, own) {
        const met = this.#known.get(step);
        if (met !== undefined)
            return met;
        const key = keyOf(node, step);
        let id = this.#ids.get(key);
        if (id === undefined) {
            id = this.#items.length;
            const { rulesets } = node.completed(family);
            const item = { ...describeStep(step, rulesets, node.known.nft, node.namer), id };
            this.#items.push(own ? item : { ...item, node: node.view.name });
            this.#ids.set(key, id);
        }
        this.#known.set(step, id);
        return id;
    }
}
function keyOf({ view }, step) {
    const { program, hook, event, action, target, rule } = step;
    const backend = step.program === 'iptables' ? step.backend : '';
    const place = placeText(step);
    return [view.name, program, backend, hook, place, event, rule?.number, rule?.line, action, target].join('\n');
}
