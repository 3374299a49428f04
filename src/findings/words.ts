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
