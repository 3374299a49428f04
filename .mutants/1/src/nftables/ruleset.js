/** @returns the key of a table in {@link NftRuleset.tables}. */
export function tableKey(family, name) {
    return `${family} ${name}`;
}
