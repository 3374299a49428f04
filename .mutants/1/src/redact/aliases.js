const WORDS = {
    namespace: 'ns',
    service: 'svc',
    port: 'port',
    pod: 'pod',
    node: 'node',
    zone: 'zone',
    slice: 'slice',
    host: 'host',
    proxy: 'proxy',
    set: 'set',
    list: 'list',
    table: 'table',
    user: 'user',
    group: 'group',
    name: 'name',
};
/**
 * Gives names stable aliases: `pod-007`. Aliases sort as the names did, so that whatever goes by order still does, and
 * none is spelt like a name of the original.
 */
export class Aliases {
    #names = new Map();
    #aliases = new Map();
    #taken = null;
    /** Notes a name, before any alias is given. The empty name has none. */
    note(kind, name) {
        if (name === '')
            return;
        const names = this.#names.get(kind);
        if (names === undefined)
            this.#names.set(kind, new Set([name]));
        else
            names.add(name);
    }
    /** @returns true for a name that was noted as one of this kind. */
    isNoted(kind, name) {
        return this.#names.get(kind)?.has(name) === true;
    }
    /** @returns the alias; a name that was not noted before gets the next one. */
    alias(kind, name) {
        if (name === '')
            return '';
        const aliases = this.#aliasesOf(kind);
        const known = aliases.get(name);
        if (known !== undefined)
            return known;
        const alias = this.#next(kind, aliases.size, 3);
        aliases.set(name, alias);
        return alias;
    }
    /** @returns every name that was noted. */
    names() {
        return new Set([...this.#names.values()].flatMap((names) => [...names]));
    }
    #aliasesOf(kind) {
        const made = this.#aliases.get(kind);
        if (made !== undefined)
            return made;
        this.#taken ??= this.names();
        const names = [...(this.#names.get(kind) ?? [])].sort();
        const digits = Math.max(2, String(names.length * 2).length);
        const aliases = new Map();
        let number = 0;
        for (const name of names) {
            const alias = this.#next(kind, number, digits);
            number = Number(alias.slice(alias.lastIndexOf('-') + 1));
            aliases.set(name, alias);
        }
        this.#aliases.set(kind, aliases);
        return aliases;
    }
    #next(kind, after, digits) {
        for (let number = after + 1;; number++) {
            const alias = `${WORDS[kind]}-${String(number).padStart(digits, '0')}`;
            if (this.#taken?.has(alias) !== true)
                return alias;
        }
    }
}
