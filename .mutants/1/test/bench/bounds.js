/** `job` takes at most `most` times as long as `yardstick`. */
export function atMostTimes(job, yardstick, most) {
    return {
        text: `${job} ≤ ${Number(most.toFixed(2))} × ${yardstick}`,
        check(of) {
            const ratio = (of.get(job)?.wallSeconds ?? Number.NaN) / (of.get(yardstick)?.wallSeconds ?? Number.NaN);
            return Number.isNaN(ratio) ? null : { figure: `${ratio.toFixed(2)} ×`, holds: ratio <= most };
        },
    };
}
/** `job` never holds more than this. @param why where the number comes from. */
export function atMostMiB(job, most, why) {
    return {
        text: `${job} ≤ ${Math.round(most)} MiB${why === undefined ? '' : ` (${why})`}`,
        check(of) {
            const peak = of.get(job)?.peakMiB ?? null;
            return peak === null ? null : { figure: `${peak.toFixed(0)} MiB`, holds: peak <= most };
        },
    };
}
/** From `small` to `large`, neither time nor memory grows more than this. */
export function growsAtMost(small, large, most) {
    return {
        text: `${large} ≤ ${most} × ${small}, time and memory`,
        check(of) {
            const [before, after] = [of.get(small), of.get(large)];
            if (before === undefined || after === undefined)
                return null;
            const time = after.wallSeconds / before.wallSeconds;
            const [held, holds] = [before.peakMiB, after.peakMiB];
            const memory = held === null || holds === null ? null : holds / held;
            return {
                figure: `${time.toFixed(1)} × and ${memory === null ? 'memory not measured' : `${memory.toFixed(1)} ×`}`,
                holds: time <= most && (memory ?? 0) <= most,
            };
        },
    };
}
