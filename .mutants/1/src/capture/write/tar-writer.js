import { gzipSync } from 'node:zlib';
const BLOCK = 512;
/**
 * @param files with their paths inside the archive; `time` of modification, in seconds since 1970.
 * @returns the gzipped archive (POSIX ustar, pax for names of more than 100 bytes). Its files are for the owner only.
 */
export function packTarGz(files, time) {
    const blocks = [];
    for (const { path, bytes } of files) {
        if (Buffer.byteLength(path) > 100)
            blocks.push(...member('pax', 'x', paxRecord('path', path), time));
        blocks.push(...member(path, '0', bytes, time));
    }
    blocks.push(Buffer.alloc(2 * BLOCK));
    return gzipSync(Buffer.concat(blocks));
}
function member(path, type, bytes, time) {
    const padding = (BLOCK - (bytes.length % BLOCK)) % BLOCK;
    return [header(path, type, bytes.length, time), bytes, Buffer.alloc(padding)];
}
function header(path, type, size, time) {
    const block = Buffer.alloc(BLOCK);
    Buffer.from(path).copy(block, 0, 0, 100);
    block.write(octal(0o600, 8), 100, 'latin1');
    block.write(octal(0, 8), 108, 'latin1');
    block.write(octal(0, 8), 116, 'latin1');
    block.write(octal(size, 12), 124, 'latin1');
    block.write(octal(Math.floor(time), 12), 136, 'latin1');
    block.write('        ', 148, 'latin1');
    block.write(type, 156, 'latin1');
    block.write('ustar\x0000', 257, 'latin1');
    let sum = 0;
    for (const byte of block)
        sum += byte;
    block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
    return block;
}
/** A number as tar has it: octal digits, ended by a zero byte. 11 digits hold 8 GiB. */
function octal(value, width) {
    return `${value.toString(8).padStart(width - 1, '0')}\0`;
}
/** `LENGTH KEY=VALUE\n`, where LENGTH counts itself. */
function paxRecord(key, value) {
    const rest = Buffer.byteLength(` ${key}=${value}\n`);
    let length = rest + 1;
    while (length !== rest + String(length).length)
        length = rest + String(length).length;
    return Buffer.from(`${length} ${key}=${value}\n`);
}
