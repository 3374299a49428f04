import { ruleListOf } from '../array-rules.js';
import { withPlainBlanks } from '../blanks.js';
import { unreadableRule } from '../interpret.js';
import { NO_CHAINS } from '../known-chains.js';
import { splitBlocks } from './blocks.js';
import { buildRule } from './build-rule.js';
import { assignTables } from './listings.js';
import { parseAddressWord } from './printed.js';
export { isListing } from './is-listing.js';
/**
 * Reads what `iptables -L` or `ip6tables -L` printed, with any of `-n -v -x --line-numbers`: all chains of a table, a
 * single chain, or several outputs in one file.
 * @param source the file's bytes and the name to show; `cut` where bytes are known to be missing at its end.
 * @param hints win over what the listing suggests, except where the listing contradicts them.
 * @param problems gets what had to be assumed (`table-assumed`, `family-assumed`, `name-read-as-address`) and what could
 * not be read (`unreadable-line`, `unrecognised-option`, `missing-rules`).
 * @returns one ruleset for each family met. What a listing leaves out is a `lost` match of the rule. Never throws.
 */
export function parseListing(source, hints, problems) {
    const { name: file, bytes } = source;
    const known = hints.chains ?? NO_CHAINS;
    const text = withPlainBlanks(bytes.toString('utf8'));
    // Of a listing that broke off, the last line may be a piece of a rule that still reads like one.
    const whole = source.cut === true ? text.slice(0, text.lastIndexOf('\n') + 1) : text;
    const { blocks, printedByNft, legacyLine } = splitBlocks(whole, file, known, problems);
    const cutBlock = source.cut === true ? (blocks.at(-1) ?? null) : null;
    const listings = assignTables(blocks, hints, file, problems);
    const named = new NamesRead(file, problems);
    const said = blocks.find((block) => block.command?.backend)?.command?.backend ?? null;
    if (legacyLine !== null) {
        const message = 'the node also has iptables-legacy tables, which this listing does not show';
        problems.add('legacy-tables-present', message, file, legacyLine);
    }
    const backend = hints.backend ?? said ?? 'iptables-nft';
    const backendAssumed = hints.backend === undefined && said === null && !printedByNft;
    const rulesets = [];
    for (const family of ['ipv4', 'ipv6']) {
        const own = listings.filter((listing) => listing.family === family);
        if (own.length === 0)
            continue;
        const tables = buildTables(own, file, named, cutBlock, known, problems);
        rulesets.push({ family, backend, backendAssumed, form: 'table-listing', tables });
    }
    return rulesets;
}
function buildTables(listings, file, named, cutBlock, known, problems) {
    const tables = new Map();
    for (const { table: name, family, blocks } of listings) {
        const table = tables.get(name) ?? { name, chains: new Map() };
        tables.set(name, table);
        const names = new Set(blocks.map((block) => block.chain));
        for (const block of blocks) {
            const earlier = table.chains.get(block.chain);
            const context = {
                family,
                chain: block.chain,
                file,
                known,
                isChain: (chain) => names.has(chain) || table.chains.has(chain),
                addressOf: (word) => named.read(word, family, () => block.line),
                strange: (row) => reportStrange(problems, row, file),
            };
            if (earlier !== undefined && !saysTheSame(earlier, block)) {
                const message = `chain ${block.chain} of table ${name} is listed twice with different rules; the later one is used`;
                problems.add('duplicate-chain', message, file, block.line);
            }
            const chain = buildChain(block, name, context, problems);
            table.chains.set(block.chain, block === cutBlock || block.sifted === true ? { ...chain, cut: cutOf(block, file) } : chain);
        }
    }
    return tables;
}
function cutOf(block, file) {
    return { file, line: block.rows.at(-1)?.line ?? block.line, within: 'rules', side: 'end' };
}
function buildChain(block, table, context, problems) {
    const rules = [];
    let number = 0;
    for (const row of block.rows) {
        const printed = row.columns?.number ?? null;
        if (printed !== null && printed > number + 1)
            rules.push(gap(number + 1, printed - 1, row, context, problems));
        number = printed !== null && printed >= number ? printed : number + 1;
        const rule = buildRule(row, number, context);
        rules.push(rule);
        if (holdsAnother(rule))
            rules.push({ ...rule, number: ++number, ...unreadableRule(row.text) });
    }
    const { chain: name, policy, counters, line, references } = block;
    const chain = {
        ...{ table, name, policy, counters, rules: ruleListOf(rules) },
        ...(block.picked === true ? { file: null, line: null } : { file: context.file, line }),
        ...(references === null ? {} : { references }),
    };
    const narrow = block.rows.some(({ columns }) => columns !== null && columns.inInterface === null);
    return narrow ? { ...chain, interfacesNotListed: true } : chain;
}
/** Rules that `--line-numbers` shows to be missing stand as one rule of which nothing is known. */
function gap(from, to, row, context, problems) {
    const text = from === to ? `rule ${from} is not in the listing` : `rules ${from} to ${to} are not in the listing`;
    problems.add('missing-rules', `chain ${context.chain}: ${text}`, context.file, row.line);
    return {
        chain: context.chain,
        number: from,
        file: context.file,
        line: row.line,
        text,
        ...unreadableRule(text),
    };
}
/** Lines glued together when a listing was copied: the second rule's `--` stands among words that were not understood. */
function holdsAnother(rule) {
    return rule.matches.some((match) => match.kind === 'unrecognised' && / (?:--|-f|!f) \S+ \S+/.test(match.text));
}
function saysTheSame(chain, block) {
    if (chain.rules.length !== block.rows.length || chain.policy !== block.policy)
        return false;
    return block.rows.every((row, index) => row.columns !== null && chain.rules.at(index).text === row.text);
}
function reportStrange(problems, row, file) {
    const shown = row.text.length > 160 ? `${row.text.slice(0, 160)}…` : row.text;
    problems.add('unrecognised-option', `part of this rule could not be read: ${shown.trim()}`, file, row.line);
}
/** Reads addresses and says once that a name was taken for one. */
class NamesRead {
    #file;
    #problems;
    #said = false;
    constructor(file, problems) {
        this.#file = file;
        this.#problems = problems;
    }
    read(word, family, line) {
        const address = parseAddressWord(word, family);
        if (address?.named === true && !this.#said) {
            this.#said = true;
            const message = `host names in this listing are read as the addresses they spell, such as ${word} as ${address.text}`;
            this.#problems.add('name-read-as-address', message, this.#file, line());
        }
        return address?.text ?? null;
    }
}
