/** A node may masquerade toward any number of destinations; those met first are followed. */
const MOST_FOLLOWED = 200_000;
/** Counts how many source ports masquerading uses, for each address it gives and each destination. */
export class PortTally {
    #uses = new Map();
    #followed = 0;
    add(protocol, source, destination, port) {
        const far = (destination * 65_536 + port) * 256 + protocol;
        let uses = this.#uses.get(source);
        if (uses === undefined) {
            uses = new Map();
            this.#uses.set(source, uses);
        }
        const known = uses.get(far);
        if (known !== undefined)
            known.flows++;
        else if (this.#followed++ < MOST_FOLLOWED)
            uses.set(far, { protocol, source, destination, port, flows: 1 });
    }
    /** Uses of at least this many ports, most first. */
    atLeast(flows) {
        const found = [];
        for (const uses of this.#uses.values())
            for (const use of uses.values())
                if (use.flows >= flows)
                    found.push(use);
        return found.sort((a, b) => b.flows - a.flows || a.destination - b.destination);
    }
}
