import type { Family } from '../../net/address.ts';
import type { Note } from '../explanation.ts';

/** @returns the text of the rule that stands for those of a family of which none was captured. */
export function textOfFamilyRule(family: Family): string {
  return `an ${family} rule that was not captured`;
}

/** @returns the family that such a rule stands for; null for the text of any other rule. */
export function familyOfRule(text: string): Family | null {
  return (['ipv4', 'ipv6'] as const).find((family) => text === textOfFamilyRule(family)) ?? null;
}

/** @returns what is said where the family's rules would decide: whether one of them does is not known. */
export function familyMissing(family: Family): Note {
  const text = `the ${family} rules were not captured: whether one takes the packet or rewrites it is unknown`;
  return { code: 'rules-not-captured', text, settle: captureOfFamily(family) };
}

/** @returns how the rules of a family are captured. */
export function captureOfFamily(family: string): string {
  return `capture \`${family === 'ipv6' ? 'ip6tables' : 'iptables'}-save -c\``;
}
