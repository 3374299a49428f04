/** @returns how two texts stand by their characters' numbers, for `sort`: the same in every locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
