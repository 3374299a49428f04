import { run } from '../cli/run-main.js';
import { dice, pasteBadly, pick } from './badly.js';
/** @returns what becomes of the packet, as an outcome tells it. */
export const fate = ({ verdict, destination, rejectWith }) => JSON.stringify([verdict, destination, rejectWith]);
/** @returns the answer, or null where the input was refused. Throws for any other end of the program. */
export async function answerOf(text, question) {
    const { out, err, status } = await run(['trace', ...question, '-f', '-', '-o', 'json'], { stdin: text });
    if (status === 2)
        return null;
    if (status !== 0)
        throw new Error(`status ${status}: ${err}`);
    const items = JSON.parse(out).items;
    return {
        outcomes: items.flatMap(({ outcomes }) => outcomes),
        granted: items.flatMap(({ assumptions }) => assumptions.map(({ code }) => code)),
    };
}
/** What says by name that rules were taken for granted which were not captured. */
const GRANTED = /^(?:table-not-captured|policy-not-captured|rules-not-captured|hooks-not-captured)$/;
/** Pastes a dump badly again and again, and compares what is answered. */
export class Judge {
    #clean;
    #questions = null;
    #truths = new Map();
    constructor(clean) {
        this.#clean = clean;
    }
    async judge(seed) {
        const roll = dice(seed);
        const { text: dump, kind, command } = this.#clean;
        const { text, changes, whole } = pasteBadly({ lines: dump.trimEnd().split('\n'), kind, command }, roll);
        this.#questions ??= questionsOf(this.#clean.text);
        const question = pick(await this.#questions, roll);
        const what = `seed ${seed}, ${this.#clean.name}: ${changes.join(', ')}; trace ${question.join(' ')}`;
        const key = question.join(' ');
        const known = this.#truths.get(key) ?? answerOf(this.#clean.text, question);
        this.#truths.set(key, known);
        const right = await known;
        const answer = await answerOf(text, question);
        if (right === null)
            throw new Error(`the clean dump was refused: ${what}`);
        return { judgement: judgementOf(answer, right, whole), what, text };
    }
}
function judgementOf(answer, right, whole) {
    if (answer === null)
        return whole ? 'wrong' : 'refused';
    const fates = new Set(right.outcomes.map(fate));
    const certain = answer.outcomes.filter(({ verdict, given }) => verdict !== 'unknown' && given.length === 0);
    const own = new Set(answer.outcomes.map(fate));
    if (own.size === fates.size && [...own].every((one) => fates.has(one)))
        return 'same';
    if (certain.every((one) => fates.has(fate(one))))
        return whole ? 'wrong' : 'open';
    return !whole && answer.granted.some((code) => GRANTED.test(code)) ? 'granted' : 'wrong';
}
const FROM = ['pod', 'node', 'external'];
/** @returns packets to whatever is named: cluster IPs, node ports and endpoints, from everywhere. */
async function questionsOf(text) {
    const { out, status } = await run(['services', '-f', '-', '-o', 'json'], { stdin: text });
    const found = status === 0 ? targetsOfRules(out) : [];
    const targets = found.length > 0 ? found : targetsOfText(text);
    return targets.flatMap(([to = '', protocol = 'tcp']) => FROM.map((from) => [to, '--protocol', protocol, '--from', from]));
}
function targetsOfRules(json) {
    const items = JSON.parse(json).items;
    return items.flatMap(({ protocol, nodePort, clusterIPs, endpoints }) => {
        const sockets = [...clusterIPs, ...endpoints.slice(0, 1)].map(({ address, port }) => address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`);
        return [...sockets, ...(nodePort === null ? [] : [`node:${nodePort}`])].map((to) => [to, protocol]);
    });
}
/** Virtual servers of IPVS, and elements of nft maps. */
function targetsOfText(text) {
    const ipvs = [...text.matchAll(/^(TCP|UDP|SCTP) +(\S+:\d+) /gm)].map(([, protocol = '', to = '']) => [
        to,
        protocol.toLowerCase(),
    ]);
    const nft = [...text.matchAll(/ ([\d.]+) \. (tcp|udp|sctp) \. (\d+) : goto/g)].map(([, address, protocol = '', port]) => [`${address}:${port}`, protocol]);
    return [...ipvs, ...nft];
}
