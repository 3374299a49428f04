import { socketText } from '../../net/socket.js';
import { percent } from '../../words/numbers.js';
import { NO_COLOURS } from '../colours.js';
import { escapeTerminal } from '../escape.js';
import { ORDER, paintOf } from '../shares-text.js';
import { exitText, isProxyPort, isTranslated, movedText, refusedText } from './verdict-text.js';
const WORDS = {
    works: 'WORKS',
    refused: 'REFUSED',
    timesOut: 'NO ANSWER',
    wrongSource: 'NO ANSWER THAT IT TAKES',
    unknown: 'UNKNOWN',
};
/** @returns what a client sees whose packets have these outcomes, and where they end: the truth about the connection. */
export function fareText(group, item, { ends, colours, named }) {
    const shares = new Map();
    for (const { share, ways } of group.outcomes)
        for (const way of ways) {
            const seen = ends.get(way) ?? [{ sees: 'unknown', part: 1 }];
            for (const { sees, part } of seen)
                shares.set(sees, (shares.get(sees) ?? 0) + share * partOf(way, ways) * part);
        }
    // A flow that goes where nothing sends new ones arrives, and is not served.
    const isStuck = item.flow?.item.stale === true;
    const met = ORDER.filter((each) => shares.has(each));
    const said = met.map((each) => {
        const word = isStuck && each === 'works' ? colours.bad('STUCK') : paintOf(each, colours)(WORDS[each]);
        return met.length === 1 ? word : `${percent(shares.get(each) ?? 0)} ${word}`;
    });
    return `${said.join(', ')}: ${endsText(group, item, named)}`;
}
/** A way's part of what ends alike. */
function partOf(way, ways) {
    const all = ways.reduce((sum, { probability }) => sum + probability, 0);
    return all === 0 ? 1 / ways.length : way.probability / all;
}
function endsText(group, item, named) {
    const accepted = group.outcomes.filter(({ like }) => like.verdict === 'accept');
    const rest = group.outcomes.filter(({ like }) => like.verdict !== 'accept');
    return [
        ...(accepted.length === 0 ? [] : [arrivalText(accepted, group, item, named)]),
        ...rest.map((outcome) => (isAll(outcome, group) ? reasonOf(outcome) : null) ??
            refusedText(outcome, item, group.outcomes.length > 1, NO_COLOURS)),
    ].join('; ');
}
/** Of a group with one end the word before it says already what it is. */
function isAll({ like }, { outcomes }) {
    return outcomes.length === 1 && (like.verdict === 'unknown' || like.verdict === 'drop');
}
function reasonOf({ like }) {
    return like.reason === null ? null : escapeTerminal(like.reason.text);
}
function arrivalText(accepted, { sticky }, item, named) {
    const [first] = accepted;
    if (first === undefined)
        return '';
    const { like } = first;
    const moved = accepted.some((outcome) => isTranslated(outcome.like, item));
    if (!moved && like.direction !== 'reply') {
        const where = like.exit?.kind === 'local' ? 'it comes to this node itself' : 'no rule rewrites it';
        return `${where}, destination unchanged${exitText(like, false)}`;
    }
    const places = new Set(accepted.map((outcome) => socketText(outcome.like.destination.address, outcome.like.destination.port)));
    const to = movedText(like, places.size, sticky);
    return !named || isProxyPort(like) || like.direction === 'reply'
        ? to
        : `${to}${listText(accepted, sticky)}`;
}
/** Endpoints named in the line; `--detail answer` has a table of them. */
const SHOWN = 4;
function listText(accepted, sticky) {
    const shares = new Set(accepted.map(({ share }) => share.toFixed(3)));
    const isFair = shares.size === 1;
    const each = isFair && accepted.length > 1 && !sticky ? ` (${percent(accepted[0]?.share ?? 0)} each)` : '';
    const named = accepted.slice(0, SHOWN).map(({ like, share }) => {
        const { endpoint, destination } = like;
        const pod = endpoint === null || endpoint.pod === null ? '' : ` ${endpoint.namespace ?? '?'}/${endpoint.pod}`;
        const part = isFair || sticky ? '' : `${percent(share)} `;
        return escapeTerminal(`${part}${socketText(destination.address, destination.port)}${pod}`);
    });
    const more = accepted.length > SHOWN ? `, … and ${accepted.length - SHOWN} more` : '';
    return `${each}, ${named.join(', ')}${more}`;
}
