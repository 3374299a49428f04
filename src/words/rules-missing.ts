/** What may be missing of the rules that an accepted packet passes: codes of remarks. A table, so that no code can be left out. */
const CODES = {
  'rules-not-captured': true,
  'table-not-captured': true,
  'policy-not-captured': true,
  'services-not-captured': true,
  'nft-chains-not-captured': true,
};

/** @returns whether a remark of this code says so. */
export function saysRulesMissing({ code }: { readonly code: string }): boolean {
  return Object.hasOwn(CODES, code);
}
