/** @returns `a`, `a and b`, `a, b and c`, or the first few `and 12 more`. */
export function listed(items, most = 5) {
    const distinct = [...new Set(items)];
    if (distinct.length <= 1)
        return distinct[0] ?? '';
    if (distinct.length > most) {
        return `${distinct.slice(0, most).join(', ')} and ${distinct.length - most} more`;
    }
    return `${distinct.slice(0, -1).join(', ')} and ${distinct.at(-1)}`;
}
/** @returns `1 rule`, `2 rules`; `many` where the plural is not made with an s. */
export function counted(count, one, many = `${one}s`) {
    return `${count} ${count === 1 ? one : many}`;
}
/** @returns a share from 0 to 1 as `33.3%`; a whole number where it is one to a tenth, `<0.1%` where it is less than that. */
export function percent(share) {
    const text = (share * 100).toFixed(1);
    if (share > 0 && text === '0.0')
        return '<0.1%';
    return `${text.endsWith('.0') ? text.slice(0, -2) : text}%`;
}
