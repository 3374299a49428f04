import { counted } from '../../words/numbers.js';
import { endKey, endOf, startOf } from './ends.js';
import { foldWays } from './fold.js';
import { caseKey } from './given.js';
import { orderColumns } from './order-columns.js';
/** Steps of one box that are told; of more, the first ones. */
const STEPS = 12;
/** @returns the ways of one packet as a picture; fans are folded. */
export function drawTrace(item) {
    const steps = new Map(item.steps.map((step) => [step.id, step]));
    const folded = foldWays(item.outcomes, steps);
    const columns = orderColumns(folded.map(({ visits }) => visits));
    const drafts = new Map();
    const start = draftOf(drafts, 'start', { column: -1, words: startOf(item) });
    const ribbons = new Map();
    const ways = folded.map((way, index) => {
        const passed = [start];
        let last = start;
        const join = (from, to, returns) => {
            const key = `${from.id} ${to.id}`;
            const ribbon = ribbons.get(key) ?? { from: from.id, to: to.id, returns, ways: [] };
            if (!returns)
                ribbon.returns = false;
            if (!ribbon.ways.includes(index))
                ribbon.ways.push(index);
            ribbons.set(key, ribbon);
        };
        const drawn = new Map();
        for (const visit of way.visits) {
            const isFolded = way.folded.has(visit.key);
            const key = isFolded ? `folded ${visit.column} ${visit.depth} ${parentKey(visit, drawn)}` : visit.key;
            const draft = draftOf(drafts, key, {
                column: columns.findIndex(({ key: one }) => one === visit.column),
                node: visit.node,
                visit,
            });
            if (isFolded)
                draft.stands = Math.max(draft.stands, way.count);
            addSteps(draft, visit, way);
            drawn.set(visit, draft);
            const caller = visit.caller === null ? undefined : drawn.get(visit.caller);
            if (caller !== undefined)
                draft.callers.add(caller.id);
            join(caller ?? last, draft, visit.aside);
            passed.push(draft);
            if (!visit.aside) {
                draft.main = true;
                last = draft;
            }
        }
        const end = endOf(way.outcome);
        const words = way.count === 1 ? end : { ...end, title: `${way.count} more`, subtitle: `such as ${end.title}` };
        const ended = draftOf(drafts, `end ${endKey(way.outcome, way.count)}`, {
            column: columns.length,
            node: way.visits.at(-1)?.node ?? null,
            words,
        });
        ended.stands = Math.max(ended.stands, way.count);
        join(last, ended, false);
        passed.push(ended);
        return {
            outcome: way.outcome,
            given: way.given,
            probability: way.probability,
            count: way.count,
            boxes: passed.map(({ id }) => id),
        };
    });
    return finish({ columns, drafts: [...drafts.values()], ribbons: [...ribbons.values()], ways });
}
function parentKey(visit, drawn) {
    return visit.caller === null ? '' : (drawn.get(visit.caller)?.id ?? '');
}
function draftOf(drafts, key, { column, node = null, visit = null, words = null, }) {
    const known = drafts.get(key);
    if (known !== undefined)
        return known;
    const draft = {
        id: `b${drafts.size}`,
        visit,
        node,
        column,
        depth: visit?.depth ?? 0,
        steps: new Map(),
        decides: new Set(),
        callers: new Set(),
        words,
        stands: 1,
        main: visit === null,
    };
    drafts.set(key, draft);
    return draft;
}
function addSteps(draft, visit, { outcome }) {
    for (const step of visit.steps) {
        draft.steps.set(step.id, step);
        if (step.id === outcome.decidedBy)
            draft.decides.add(step.id);
    }
}
function finish({ columns, drafts, ribbons, ways, }) {
    const lanes = [...new Set(drafts.flatMap(({ visit, node }) => (visit === null ? [] : [node])))];
    const isAside = (draft) => !draft.main && draft.callers.size === 1;
    const boxOf = (draft) => ({
        id: draft.id,
        kind: draft.column < 0 ? 'start' : draft.visit === null ? 'end' : 'chain',
        lane: Math.max(0, draft.column < 0 ? 0 : lanes.indexOf(draft.node)),
        column: draft.column,
        depth: draft.depth,
        ...wordsOf(draft),
        steps: [...draft.steps.values()].slice(0, STEPS),
        more: Math.max(0, draft.steps.size - STEPS),
        stands: draft.stands,
        decides: [...draft.decides],
        asides: asidesOf(draft),
    });
    // Those that asides called are told beside them.
    const asidesOf = (draft) => drafts
        .filter((one) => isAside(one) && one.callers.has(draft.id))
        .flatMap((one) => {
        const box = boxOf(one);
        return [{ ...box, asides: [] }, ...box.asides];
    });
    const inside = new Set(drafts.filter(isAside).map(({ id }) => id));
    const cases = new Set(ways.map(({ given }) => caseKey(given))).size;
    return {
        columns: columns.map(({ label, direction }) => ({ label, direction })),
        lanes: lanes.length === 0 ? [null] : lanes,
        boxes: drafts.filter(({ id }) => !inside.has(id)).map(boxOf),
        ribbons: ribbons
            .filter(({ from, to }) => !inside.has(to) && !inside.has(from))
            .map((ribbon) => ({
            ...ribbon,
            share: ribbon.ways.reduce((sum, way) => sum + (ways[way]?.probability ?? 0), 0) / Math.max(1, cases),
        })),
        ways,
        questions: questionsOf(ways),
    };
}
function wordsOf({ visit, words, steps, stands }) {
    if (visit === null)
        return words ?? { title: '', subtitle: '', tone: 'plain' };
    const [first] = visit.steps;
    const { table = '', chain = '', family } = first ?? {};
    const last = [...steps.values()].at(-1);
    const does = last === undefined || last.action === 'jump' ? '' : `: ${last.action} ${last.target ?? ''}`;
    const where = family === undefined ? table : `${family} ${table}`;
    return stands === 1
        ? { title: chain, subtitle: `${where}${does}`.trimEnd(), tone: 'plain' }
        : { title: counted(stands, 'more chain'), subtitle: `${where}, such as ${chain}`, tone: 'plain' };
}
function questionsOf(ways) {
    const found = new Map();
    for (const { question, held, text } of ways.flatMap(({ given }) => given)) {
        const said = found.get(question) ?? { yes: null, no: null };
        if (held)
            said.yes ??= text;
        else
            said.no ??= text;
        found.set(question, said);
    }
    return [...found].map(([number, { yes, no }]) => ({ number, yes, no }));
}
