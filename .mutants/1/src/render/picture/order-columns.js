/** @returns the hooks that ways pass, in an order that fits all of them: a column each. */
export function orderColumns(ways) {
    const columns = [];
    for (const visits of ways) {
        let at = -1;
        for (const { column, hook, direction } of visits) {
            const found = columns.findIndex(({ key }) => key === column);
            if (found < 0)
                columns.splice(at + 1, 0, { key: column, label: hook, direction });
            at = found < 0 ? at + 1 : Math.max(at, found);
        }
    }
    return columns;
}
