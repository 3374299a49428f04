/** @returns what stands in a box, a line each. */
export function labelOf({ title, subtitle, asides, decides }) {
    return [
        title,
        ...(subtitle === '' ? [] : [subtitle]),
        ...asides.map((aside) => `+ ${aside.title}`),
        ...(decides.length > 0 ? ['decides'] : []),
    ].join('\n');
}
