/**
 * Keeps all that comes.
 * @param onData is told of each piece. @param onFull is told once that there were more than `limit` bytes.
 */
export function keepAll(stream, limit, onData, onFull) {
    let pieces = [];
    let length = 0;
    onPieces(stream, (piece) => {
        onData();
        const fitted = length <= limit;
        length += piece.length;
        if (length <= limit)
            pieces.push(piece);
        else if (fitted) {
            // Half an output is of no use, and the memory is.
            pieces = [];
            onFull();
        }
    });
    return { bytes: () => Buffer.concat(pieces) };
}
/** Keeps the last `kept` bytes; see `keepAll`. */
export function keepEnd(stream, kept, limit, onData, onFull) {
    let end = Buffer.alloc(0);
    let length = 0;
    onPieces(stream, (piece) => {
        onData();
        const fitted = length <= limit;
        length += piece.length;
        end = Buffer.concat([end, piece]).subarray(-kept);
        if (length > limit && fitted)
            onFull();
    });
    return { bytes: () => end };
}
function onPieces(stream, take) {
    stream.on('data', (piece) => take(piece));
    // A pipe that breaks ends the output; how the program ended says what that means.
    stream.on('error', () => undefined);
}
