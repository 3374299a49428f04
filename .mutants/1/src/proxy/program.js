/** @returns a jump from a chain, on a condition. */
export function at(from, condition = '') {
    return { from, condition };
}
/** Conditions that several programs use. */
export const NEW = '-m conntrack --ctstate NEW';
export const LOCAL = '-m addrtype --dst-type LOCAL';
