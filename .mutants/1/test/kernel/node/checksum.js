/** @returns the Internet checksum (RFC 1071) over the parts, each of which is taken as padded to 16 bits. */
export function internetSum(parts) {
    let sum = 0;
    for (const part of parts) {
        for (let i = 0; i + 1 < part.length; i += 2)
            sum += part.readUInt16BE(i);
        if (part.length % 2 === 1)
            sum += (part[part.length - 1] ?? 0) << 8;
    }
    while (sum > 0xffff)
        sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
    return ~sum & 0xffff;
}
/** @returns the CRC32c (Castagnoli) that SCTP carries, least significant byte first (RFC 9260, appendix A). */
export function crc32c(bytes) {
    let crc = 0xffffffff;
    for (const byte of bytes) {
        crc ^= byte;
        for (let bit = 0; bit < 8; bit++)
            crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
    }
    return ~crc >>> 0;
}
