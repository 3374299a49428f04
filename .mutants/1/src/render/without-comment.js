/** @returns a rule as iptables-save spells it, without what it says of itself. */
export function withoutComment(rule) {
    return rule.replace(/ ?-m comment --comment (?:"(?:[^"\\]|\\.)*"|[^" ]\S*)/g, '');
}
