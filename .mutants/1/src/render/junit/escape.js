import { escapeLines } from '../escape.js';
/** The escape function of XML 1.0, for the content of an element. What XML cannot hold at all, even as a reference, becomes visible. */
export function escapeXml(text) {
    return escapeLines(text)
        .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]|[\u007f-\u009f]/gu, '\ufffd')
        .replace(/&/g, '&amp;')
        .replace(/</g, '&lt;')
        .replace(/>/g, '&gt;');
}
/** @returns the same for a quoted attribute; its newlines stay newlines. */
export function escapeXmlAttribute(text) {
    return escapeXml(text)
        .replace(/"/g, '&quot;')
        .replace(/\n/g, '&#10;')
        .replace(/\r/g, '&#13;')
        .replace(/\t/g, '&#9;');
}
