/** @returns `4/s now`, `3 in the last 10 s` or `none in the last 10 s`. */
export function rateText({
  packets,
  seconds,
}: {
  readonly packets: number;
  readonly seconds: number;
}): string {
  const rate = packets / seconds;
  if (rate >= 1) return `${rate < 10 ? Math.round(rate * 10) / 10 : Math.round(rate)}/s now`;
  const length = seconds < 10 ? Math.round(seconds * 10) / 10 : Math.round(seconds);
  return `${packets === 0 ? 'none' : packets} in the last ${length} s`;
}
