/** Link address of a broadcast or multicast; null for one machine. */
export function groupMac({ family, value }) {
    if (family === 'ipv6') {
        if (value >> 120n !== 0xffn)
            return null;
        return Buffer.from(`3333${(value & 0xffffffffn).toString(16).padStart(8, '0')}`, 'hex');
    }
    if (value === 0xffffffffn)
        return Buffer.from('ffffffffffff', 'hex');
    if (value >> 28n !== 0xen)
        return null;
    return Buffer.from(`01005e${(value & 0x7fffffn).toString(16).padStart(6, '0')}`, 'hex');
}
/** A sender's link address that {@link TRACING} turns into a mark: the kernel loads it in its own byte order. */
export function markedMac(mark) {
    const bytes = Buffer.from('060100000000', 'hex');
    bytes.writeUInt32LE(mark >>> 0, 2);
    return bytes;
}
