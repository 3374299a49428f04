export function tar(members, options = {}) {
    const blocks = members.flatMap((member) => {
        const body = Buffer.from(member.body ?? '');
        const padding = Buffer.alloc((512 - (body.length % 512)) % 512);
        return [header(member, body.length), body, padding];
    });
    if (options.ended !== false)
        blocks.push(Buffer.alloc(1024));
    return Buffer.concat(blocks);
}
function header(member, length) {
    const block = Buffer.alloc(512);
    block.write(member.name, 0, 100);
    block.write('0000644\0', 100);
    block.write(member.size ?? `${length.toString(8).padStart(11, '0')}\0`, 124, 12, 'latin1');
    block.write(member.type ?? '0', 156);
    block.write('ustar\0', 257);
    block.write('00', 263);
    block.write(member.prefix ?? '', 345, 155);
    block.fill(0x20, 148, 156);
    let sum = 0;
    for (const byte of block)
        sum += byte;
    block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    return block;
}
