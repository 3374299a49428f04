/** @returns the sender with exactly this address. */
export function senderOf(address) {
    return { address, within: [], outside: [], local: null };
}
