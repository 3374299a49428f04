/**
 * @param steps of the item; their ids are their places, so that none of 15,000 is looked for
 * @returns the rule or policy that decided about an outcome; undefined where none did
 */
export function decidedStep({ decidedBy }, steps) {
    if (decidedBy === null)
        return undefined;
    const there = steps[decidedBy];
    return there?.id === decidedBy ? there : steps.find(({ id }) => id === decidedBy);
}
