const DEEPEST = 100;
/** A rule's words, read one after the other. Nothing here throws: what is missing reads as an empty word. */
export class Tokens {
    #tokens;
    #at = 0;
    constructor(text) {
        this.#tokens = split(text);
    }
    #depth = 0;
    /** @returns true at the end. */
    get done() {
        return this.#at >= this.#tokens.length;
    }
    /** @returns the word that comes `ahead` after the next, without taking it; empty at the end. */
    peek(ahead = 0) {
        const token = this.#tokens[this.#at + ahead];
        return token === undefined || token.quoted ? '' : token.text;
    }
    /** @returns the next word with its quotes told. */
    token() {
        return this.#tokens[this.#at] ?? null;
    }
    /**
     * Reads what may hold more of its kind. Text can nest it without end, and no rule that nft prints nests a tenth of this.
     * @param flat reads one word, where it is nested too deep
     */
    nested(read, flat) {
        if (this.#depth >= DEEPEST)
            return flat();
        this.#depth++;
        const found = read();
        this.#depth--;
        return found;
    }
    /** Takes the next word, quoted or not. */
    next() {
        return this.#tokens[this.#at++]?.text ?? '';
    }
    /** Takes the next word where it is this one. */
    take(word) {
        if (this.peek() !== word)
            return false;
        this.#at++;
        return true;
    }
    /** Takes the beginning of the next word where it begins so; what is left of it is the next word. */
    takeStart(start) {
        const text = this.peek();
        if (!text.startsWith(start))
            return false;
        if (text === start)
            this.#at++;
        else
            this.#tokens[this.#at] = { text: text.slice(start.length), quoted: false, joined: true };
        return true;
    }
    /** Takes the rest as one text. */
    rest() {
        const text = this.#tokens
            .slice(this.#at)
            .map((token) => (token.quoted ? `"${token.text}"` : token.text))
            .join(' ');
        this.#at = this.#tokens.length;
        return text;
    }
}
/** Within braces a comma ends an element; outside it joins flags (`established,new`) and the numbers of `@nh,8,8`. */
function split(text) {
    const tokens = [];
    const pattern = /"([^"]*)"?|[{}()]|,(?=\s|$)|[^\s{}()"]+/g;
    let depth = 0;
    let end = -1;
    for (const match of text.matchAll(pattern)) {
        const [word, inside] = match;
        const joined = match.index === end;
        end = match.index + word.length;
        if (inside !== undefined)
            tokens.push({ text: inside, quoted: true, joined });
        else if (word === '{' || word === '}') {
            depth += word === '{' ? 1 : -1;
            tokens.push({ text: word, quoted: false, joined });
        }
        else
            pushWords(tokens, word, depth > 0 && !word.startsWith('@'), joined);
    }
    return tokens;
}
function pushWords(tokens, word, apart, joined) {
    const parts = apart
        ? word.split(/(,)/)
        : word.length > 1 && word.endsWith(',')
            ? [word.slice(0, -1), ',']
            : [word];
    for (const part of parts)
        if (part !== '')
            tokens.push({ text: part, quoted: false, joined });
}
