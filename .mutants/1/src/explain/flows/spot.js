import { parseAddress } from '../../net/address.js';
import { QuestionError } from '../question/question.js';
/** Reads an address with or without port: `10.0.0.1`, `10.0.0.1:80`, `fd00::1`, `[fd00::1]:80`;
 * @returns null for other text. @throws QuestionError where its port is none. */
export function readSpot(text) {
    const whole = parseAddress(text);
    if (whole !== null)
        return { address: whole, port: null };
    const match = /^(?:\[([^\]]+)\]|([0-9.]+))(?::(\d{1,5}))?$/.exec(text);
    const address = parseAddress(match?.[1] ?? match?.[2] ?? '');
    if (match === null || address === null)
        return null;
    const port = match[3] === undefined ? null : Number(match[3]);
    if (port !== null && (port < 1 || port > 65535)) {
        throw new QuestionError(`${text}: ${port} is not a port (1 to 65535)`);
    }
    return { address, port };
}
