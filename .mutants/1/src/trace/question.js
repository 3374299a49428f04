/** @returns a text that is equal for equal questions, and differs for different ones. */
export function keyOf(question) {
    return flat(question);
}
/** @returns plain data as one text: equal for equal data. */
export function flat(value) {
    if (typeof value !== 'object' || value === null)
        return String(value);
    if (Array.isArray(value))
        return `[${value.map(flat).join(',')}]`;
    let text = '';
    for (const each of Object.values(value))
        text += `${typeof each === 'object' ? flat(each) : String(each)} `;
    return `(${text})`;
}
