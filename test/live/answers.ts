/**
 * @returns the items of a JSON answer without the names of the inputs: a live node's rules have a place of their own,
 * `iptables-save -c` instead of `cap/iptables-save.txt`. Everything else must be the same.
 */
export function itemsOf(run: { readonly out: string }): unknown {
  return JSON.parse(run.out, (key, value: unknown) => (key === 'file' ? undefined : value)).items;
}
