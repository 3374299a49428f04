import { formatAddress } from './address.js';
/** @returns `10.0.0.1:80`, `[fd00::1]:80`; the address alone where there is no port. */
export function socketText(address, port) {
    const text = typeof address === 'string' ? address : formatAddress(address);
    if (port === null)
        return text;
    return text.includes(':') ? `[${text}]:${port}` : `${text}:${port}`;
}
