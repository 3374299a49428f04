/** @returns `a`, `a and b`, `a, b and c`, or the first few `and 12 more`. */
export function listed(items: readonly string[], most = 5): string {
  const distinct = [...new Set(items)];
  if (distinct.length <= 1) return distinct[0] ?? '';
  if (distinct.length > most) {
    return `${distinct.slice(0, most).join(', ')} and ${distinct.length - most} more`;
  }
  return `${distinct.slice(0, -1).join(', ')} and ${distinct.at(-1)}`;
}

/** @returns `1 rule`, `2 rules`; `many` where the plural is not made with an s. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** @returns a share from 0 to 1 as `33.3%`; a whole number where it is one to a tenth, `<0.1%` where it is less than that. */
export function percent(share: number): string {
  const text = (share * 100).toFixed(1);
  if (share > 0 && text === '0.0') return '<0.1%';
  return `${text.endsWith('.0') ? text.slice(0, -2) : text}%`;
}

/** @returns bytes in words: `2.0 GiB`, `117 KiB`. */
export function formatBytes(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(value < 10 ? 1 : 0)} ${units[unit]}`;
}

/** @returns `a`, `a or b`, `a, b or c`. */
export function orList(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}
