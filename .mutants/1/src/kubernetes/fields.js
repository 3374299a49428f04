import { fieldsOf, listOf, numberOf, textOf } from '../json/fields.js';
import { formatAddress, parseAddress } from '../net/address.js';
/** @returns the value where it is a port from 1 to 65535, else null: the API writes an absent port as 0 or not at all. */
export function portOf(value) {
    const port = numberOf(value);
    return port === null || port < 1 || port > 65535 ? null : port;
}
const USUAL_IPV4 = /^(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}$/;
/** @returns the address in its usual spelling, so that equal addresses are equal texts; null where it is none. */
export function addressTextOf(value) {
    const text = textOf(value);
    if (text === null || USUAL_IPV4.test(text))
        return text;
    const address = parseAddress(text);
    return address === null ? null : formatAddress(address);
}
/** @returns the addresses of a list in their usual spelling; other values are left out. */
export function addressTextsOf(value) {
    const addresses = [];
    for (const item of listOf(value)) {
        const address = addressTextOf(item);
        if (address !== null)
            addresses.push(address);
    }
    return addresses;
}
/** @returns the object's name, or null where it has none. */
export function nameOf(object) {
    const metadata = fieldsOf(object.metadata);
    const name = textOf(metadata.name);
    return name === null ? null : { namespace: textOf(metadata.namespace) ?? 'default', name };
}
