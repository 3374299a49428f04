/** @returns a test as the languages write most of them: not negated, and broken off where the field is absent. */
export function test(field, allowed, negated = false, absent = 'breaks') {
    const made = { field, in: allowed, negated, absent };
    // A TestOf<F> is one of the union's members, which TypeScript cannot see of an open F.
    return made;
}
/**
 * Turns an answer to what a test asks into one to the test as it stands.
 * @param answer whether the field's value is allowed; `absent` where the packet has none
 */
export function turn(answer, { negated, absent }) {
    if (answer === 'absent' && absent !== 'differs')
        return absent === 'passes' ? 'yes' : 'no';
    return (answer === 'yes') === negated ? 'no' : 'yes';
}
