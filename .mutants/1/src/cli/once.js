/** @returns a function that computes its value when first called, and gives the same one afterwards. */
export function once(compute) {
    let held = null;
    return () => {
        held ??= { value: compute() };
        return held.value;
    };
}
