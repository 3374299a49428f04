/** @returns whether the rule goes on behind a counter, limit or quota; `open`: only the kernel knows how much it has counted. */
export function judgeExtra(extra, { objects }) {
    switch (extra.kind) {
        case 'counter':
        case 'last':
            return 'yes';
        case 'quota': {
            const object = typeof extra.name === 'string' ? objects.get(`quota ${extra.name}`) : undefined;
            if (extra.name !== null && object === undefined)
                return 'open';
            // What was used up when it was listed stays so.
            const over = object?.over ?? extra.over;
            const { bytes, used } = object?.values ?? extra;
            if (typeof bytes !== 'number' || typeof used !== 'number')
                return 'open';
            // The packet itself counts too (nft_overquota).
            const exceeded = used >= bytes;
            return exceeded === over ? 'yes' : 'no';
        }
        case 'limit':
        case 'ct-count':
            return 'open';
    }
}
