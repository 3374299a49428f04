/**
 * The text that `ip` and `ipset list` print for people is turned into what they print for programs, so that
 * one reader serves both. Diagnostic bundles (`calicoctl cluster diags`, `calicoctl node diags`) hold these.
 */

const FORMS = {
  address: /^\d+: \S+(?:: <|\s+inet6? )/m,
  route:
    /^(?:\w+ )?(?:default|[\da-f.:]+(?:\/\d+)?) (?:via|dev|proto|nhid|metric|encap|table|scope|src|tos|from) \S|^(?:blackhole|unreachable|prohibit|throw) [\da-z.:/]+ ?$|^\s+nexthop (?:via|dev|encap) \S|\\\s+nexthop /m,
  rule: /^\d+:\s+(?:not )?from \S/m,
};

/** @returns true where the text is what the tool prints for people, and no JSON. */
export function isTextForm(text: string, form: keyof typeof FORMS): boolean {
  return !/^\s*(?:\[\s*[{\]]|\{)/.test(text) && FORMS[form].test(text);
}

/** @returns the values that follow these words; words that are not there are left out. */
export function pairsOf<Key extends string>(
  text: string,
  keys: readonly Key[],
): Partial<Record<Key, string>> {
  const pairs: Partial<Record<Key, string>> = {};
  for (const key of keys) {
    const value = new RegExp(` ${key} (\\S+)`).exec(` ${text}`)?.[1];
    if (value !== undefined) pairs[key] = value;
  }
  return pairs;
}
