/**
 * @returns what a reader of `before` could stumble over in a document that fits `after`, a line each; none where fields and values
 *   were only added.
 */
export function notAdditive(before, after) {
    const [old, young] = [before, after];
    return compare(old, young, { old, young, path: '', seen: new Set() });
}
function compare(old, young, context) {
    const pair = `${JSON.stringify(old)}\n${JSON.stringify(young)}`;
    if (context.seen.has(pair))
        return [];
    context.seen.add(pair);
    const olds = alternatives(old, context.old);
    const youngs = alternatives(young, context.young);
    const gone = olds.flatMap((one) => {
        const tries = youngs.filter((other) => kindOf(one) === kindOf(other));
        if (tries.length === 0)
            return [`${context.path}: ${kindOf(one)} is gone`];
        const found = tries.map((other) => compareOne(one, other, context));
        return found.reduce((best, each) => (each.length < best.length ? each : best));
    });
    const kinds = new Set(olds.map(kindOf));
    const types = new Set(olds.map(({ type }) => String(type)));
    // A further object of a union is told by its own `kind`; another type, such as null, is a surprise.
    const added = youngs.filter((one) => !kinds.has(kindOf(one)) && !types.has(String(one.type)));
    return [...gone, ...added.map((one) => `${context.path}: may be ${kindOf(one)} now`)];
}
function compareOne(old, young, context) {
    const { path } = context;
    if (old.items !== undefined)
        return compare(old.items, young.items ?? {}, { ...context, path: `${path}[]` });
    const values = (old.enum ?? []).filter((value) => !(young.enum ?? [young.const]).includes(value));
    const properties = Object.entries(old.properties ?? {}).flatMap(([name, property]) => {
        const now = young.properties?.[name];
        if (now === undefined)
            return [`${path}.${name}: is gone`];
        const isOptional = old.required?.includes(name) === true && young.required?.includes(name) !== true;
        return [
            ...(isOptional ? [`${path}.${name}: may be absent now`] : []),
            ...compare(property, now, { ...context, path: `${path}.${name}` }),
        ];
    });
    const rest = typeof old.additionalProperties === 'object' && typeof young.additionalProperties === 'object'
        ? compare(old.additionalProperties, young.additionalProperties, { ...context, path: `${path}.*` })
        : [];
    return [...values.map((value) => `${path}: ${JSON.stringify(value)} is gone`), ...properties, ...rest];
}
/** One schema for each type that is allowed, references resolved. */
function alternatives(schema, root) {
    if (schema.$ref !== undefined) {
        const name = decodeURIComponent(schema.$ref.replace(/^#\/definitions\//, ''));
        return alternatives(root.definitions?.[name] ?? {}, root);
    }
    if (schema.anyOf !== undefined)
        return schema.anyOf.flatMap((one) => alternatives(one, root));
    if (Array.isArray(schema.type))
        return schema.type.map((type) => ({ ...schema, type }));
    return [schema];
}
/** Objects of a union are told apart by a constant of theirs. */
function kindOf({ type, const: constant, properties }) {
    if (constant !== undefined)
        return JSON.stringify(constant);
    const constants = Object.entries(properties ?? {}).flatMap(([name, one]) => one.const === undefined ? [] : [`${name} ${JSON.stringify(one.const)}`]);
    return [String(type ?? 'anything'), ...constants].join(' with ');
}
