import type { Measured } from './measure.ts';

/** What must hold between measurements of one run. */
export interface Bound {
  readonly text: string;
  /** @returns the figure and whether it is within the bound; null where a yardstick could not run here. */
  check(of: ReadonlyMap<string, Measured>): { readonly figure: string; readonly holds: boolean } | null;
}

/** `job` takes at most `most` times as long as `yardstick`. */
export function atMostTimes(job: string, yardstick: string, most: number): Bound {
  return {
    text: `${job} ≤ ${Number(most.toFixed(2))} × ${yardstick}`,
    check(of) {
      const ratio = (of.get(job)?.wallSeconds ?? Number.NaN) / (of.get(yardstick)?.wallSeconds ?? Number.NaN);
      return Number.isNaN(ratio) ? null : { figure: `${ratio.toFixed(2)} ×`, holds: ratio <= most };
    },
  };
}

/** `job` takes at most so many seconds of processor time. */
export function atMostSeconds(job: string, most: number): Bound {
  return {
    text: `${job} ≤ ${most} s of processor time`,
    check(of) {
      const taken = of.get(job)?.cpuSeconds ?? null;
      return taken === null ? null : { figure: `${taken.toFixed(1)} s`, holds: taken <= most };
    },
  };
}

/** `job` never holds more than this. @param why where the number comes from. */
export function atMostMiB(job: string, most: number, why?: string): Bound {
  return {
    text: `${job} ≤ ${Math.round(most)} MiB${why === undefined ? '' : ` (${why})`}`,
    check(of) {
      const peak = of.get(job)?.peakMiB ?? null;
      return peak === null ? null : { figure: `${peak.toFixed(0)} MiB`, holds: peak <= most };
    },
  };
}

/** From `small` to `large`, neither time nor memory grows more than this. */
export function growsAtMost(small: string, large: string, most: number): Bound {
  return {
    text: `${large} ≤ ${most} × ${small}, time and memory`,
    check(of) {
      const [before, after] = [of.get(small), of.get(large)];
      if (before === undefined || after === undefined) return null;
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
