const MIB = 1024 * 1024;
/** The limits of the program; tests use smaller ones. 2 GiB is also the most that Node reads into one buffer. */
export const LIMITS = {
    totalBytes: 2048 * MIB - 1,
    strayFileBytes: 256 * MIB,
    strayFiles: 500,
};
/** @returns bytes in words: `2.0 GiB`, `117 KiB`. */
export function formatBytes(bytes) {
    const units = ['bytes', 'KiB', 'MiB', 'GiB'];
    let value = bytes;
    let unit = 0;
    while (value >= 1024 && unit < units.length - 1) {
        value /= 1024;
        unit++;
    }
    return `${unit === 0 ? value : value.toFixed(value < 10 ? 1 : 0)} ${units[unit]}`;
}
