/** A line of `ss -ltnu`: the addresses and the interface in new names, without the process that `-p` tells. */
export const renameSocket = (line, renamer) => {
    if (/^Netid\s+State\s/.test(line))
        return 'Netid State Recv-Q Send-Q Local Address:Port Peer Address:Port';
    const words = /^(tcp|udp)\s+([A-Z-]+)\s+(\d+)\s+(\d+)\s+(\S+):(\d+|\*)\s+(\S+):(\d+|\*)/.exec(line.trim());
    if (words === null)
        return null;
    const [, netid, state, received, sent, local = '', port, peer = '', peerPort] = words;
    const renamed = [local, peer].map((place) => {
        const [, address = '', device] = /^\[?([^%\]]+)\]?(?:%([^\]]+))?\]?$/.exec(place) ?? [];
        const plain = address === '*' ? '*' : renamer.address(address);
        if (plain === null)
            return null;
        const shown = plain.includes(':') ? `[${plain}]` : plain;
        return device === undefined ? shown : `${shown}%${renamer.interfaces.rename(device)}`;
    });
    const [from, to] = renamed;
    if (from == null || to == null)
        return null;
    return [netid, state, received, sent, `${from}:${port}`, `${to}:${peerPort}`].join(' ');
};
