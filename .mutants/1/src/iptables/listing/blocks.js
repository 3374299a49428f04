import { parseColumns, parseCount, parseLayout } from './columns.js';
/** The frame of a listing that was pasted from a shell or a page of Markdown; never the start of a rule. */
const FENCE = /^\s*```/;
const PROMPT = /^(?:\[?[\w.-]+@\S.*?[$#]|[$#>%])(?:\s|$)/;
const DAMAGED_HEAD = /^\s*\S{0,8}\s*\S+ \((?:policy [A-Z]|\d+ references)/;
const REMARK = /^# (?:Warning: |Table )/;
/**
 * Cuts a listing into chains.
 * @param known finds the chains of rows without a head.
 * @param problems gets a line for whatever belongs to no chain.
 */
export function splitBlocks(text, file, known, problems) {
    const blocks = [];
    let block = null;
    let command = null;
    let sifted = false;
    const loose = [];
    let detached = true;
    let printedByNft = false;
    let legacyLine = null;
    const lines = text.split('\n');
    for (const [index, raw] of lines.entries()) {
        const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
        const number = index + 1;
        if (line.trim() === '' || FENCE.test(line)) {
            detached = true;
            continue;
        }
        if (REMARK.test(line)) {
            if (line.includes('iptables-legacy tables present'))
                legacyLine ??= number;
            if (line.includes("use 'nft' tool")) {
                const message = 'the table also holds native nftables chains, which this listing does not show';
                problems.add('incompatible-base-chains', message, file, number);
            }
            printedByNft ||= legacyLine !== null || line.includes("use 'nft' tool");
            continue;
        }
        const head = parseHead(line, number, command);
        if (head !== null) {
            // Of whole output a line of column names and a blank line stand between two heads.
            const close = !detached && block !== null && block.layout === null;
            if (close && block !== null)
                block.sifted = true;
            block = head.block;
            if (close || sifted)
                block.sifted = true;
            blocks.push(block);
            command = null;
            detached = false;
            if (!head.whole)
                reportLine(problems, 'this chain head', line, file, number);
            continue;
        }
        const layout = parseLayout(line);
        if (layout !== null) {
            if (block !== null && block.rows.length === 0)
                block.layout = layout;
            else {
                reportLine(problems, 'column names without a chain', line, file, number);
                block = null;
            }
            continue;
        }
        if (DAMAGED_HEAD.test(line)) {
            // The rules below it are of a chain whose name is not known.
            reportLine(problems, 'this chain head', line, file, number);
            block = null;
            continue;
        }
        const columns = parseColumns(line, block?.layout ?? null);
        const given = columns === null ? parseCommand(line) : null;
        if (given !== null || (columns === null && PROMPT.test(line))) {
            command = given ?? command;
            sifted = given?.sifted === true;
            detached = true;
            continue;
        }
        if (block === null && columns !== null) {
            loose.push({ line: number, text: line.trimEnd(), columns });
            continue;
        }
        if (block === null || (detached && columns === null)) {
            reportLine(problems, 'this line', line, file, number);
            continue;
        }
        // A rule behind a blank line may belong to a chain whose head is missing: then it is not known whose it is.
        if (columns === null || detached)
            reportLine(problems, 'this rule', line, file, number);
        block.rows.push({ line: number, text: line.trimEnd(), columns: detached ? null : columns });
    }
    if (block !== null && block.layout === null && block.rows.length === 0) {
        reportLine(problems, 'the last chain, which breaks off', `Chain ${block.chain}`, file, block.line);
        block.rows.push({ line: block.line, text: '', columns: null });
    }
    const { blocks: found, left } = known.adoptRows(loose);
    for (const row of left)
        reportLine(problems, 'whose chain this rule is of', row.text, file, row.line);
    return { blocks: [...found, ...blocks], printedByNft, legacyLine };
}
function reportLine(problems, what, line, file, number) {
    const shown = line.length > 80 ? `${line.slice(0, 80)}…` : line;
    problems.add('unreadable-line', `could not read ${what}: ${shown.trim()}`, file, number);
}
function parseHead(line, number, command) {
    const found = /^Chain (\S+)(?: \((.*))?$/.exec(line.trimEnd());
    if (found === null)
        return null;
    const detail = found[2] ?? '';
    const policy = /^policy (ACCEPT|DROP)(?: (\d+[KMGTPE]?) packets, (\d+[KMGTPE]?) bytes)?\)$/.exec(detail);
    const counters = policy?.[2] === undefined ? null : { packets: parseCount(policy[2]), bytes: parseCount(policy[3] ?? '') };
    const kind = policy?.[1] === 'ACCEPT' || policy?.[1] === 'DROP' ? policy[1] : null;
    const references = /^(\d+) references\)$/.exec(detail)?.[1];
    const block = {
        chain: found[1] ?? '',
        policy: kind,
        counters,
        references: references === undefined ? null : Number(references),
        line: number,
        layout: null,
        rows: [],
        command,
    };
    return { block, whole: policy !== null || references !== undefined || detail === '' };
}
const TABLES = ['raw', 'mangle', 'nat', 'filter', 'security'];
/** @returns what `sudo iptables -t nat -nvL` says of the listing below it, or null for a line that is no such command. */
export function parseCommand(line) {
    const found = /(?:^|[\s/$#>%])(ip6?tables)(-nft|-legacy)?\s+(-.*)$/.exec(line);
    if (found === null || !/(?:^|\s)(?:-[a-zA-Z]*L\b|--list\b)/.test(found[3] ?? ''))
        return null;
    const name = /(?:^|\s)(?:-[a-zA-Z]*t\s*|--table[=\s]\s*)(raw|mangle|nat|filter|security)\b/.exec(found[3] ?? '');
    return {
        family: found[1] === 'ip6tables' ? 'ipv6' : 'ipv4',
        table: TABLES.find((table) => table === name?.[1]) ?? 'filter',
        sifted: /\|\s*(?:sudo\s+)?(?:[efzr]?grep|rg|awk|sed)\b/.test(found[3] ?? ''),
        backend: found[2] === '-nft' ? 'iptables-nft' : found[2] === '-legacy' ? 'iptables-legacy' : null,
    };
}
