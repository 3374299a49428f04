import { formatPart } from '../part.js';
/**
 * A module whose options are tests of their own, each with its own `!`.
 * @param needsOption false for modules that mean something (usually nothing more than `-p`) without any option.
 */
export function independent(options, needsOption = true) {
    const arity = Object.fromEntries(Object.entries(options).map(([name, option]) => [name, option[0]]));
    return {
        arity,
        read: (parts, context) => {
            if (parts.length === 0)
                return needsOption ? null : [];
            return parts.map((part) => options[part.flag.text]?.[1](part, context) ?? unrecognisedPart(part));
        },
    };
}
/** The same option under all its names: `--sport` and `--source-port`. */
export function named(names, option) {
    return Object.fromEntries(names.map((name) => [name, option]));
}
/** @returns the match for an option that cannot be read: evaluated as unknown, never dropped. */
export function unrecognisedPart(part) {
    return { kind: 'unrecognised', negated: isNegated(part), text: formatPart(part).trimStart() };
}
/** @returns true where the option has a `!`. */
export function isNegated(part) {
    return part.bang !== null;
}
/** @returns the first value of an option, or '' where the line was cut short. */
export function valueText(part) {
    return part.values[0]?.text ?? '';
}
/** @returns the option with this name, or null. The last one where it stands twice, as getopt overwrites. */
export function findPart(parts, ...names) {
    let found = null;
    for (const part of parts)
        if (names.includes(part.flag.text))
            found = part;
    return found;
}
/** @returns a module with its options as text: `limit --limit 3/min`. */
export function textOf(name, parts) {
    let text = name;
    for (const part of parts)
        text += formatPart(part);
    return text;
}
/** @returns a target as text, with words that are none of its options: `DNAT [unsupported revision]`. */
export function targetText(target) {
    return textOf(target.name, [...target.parts, ...target.strays]);
}
