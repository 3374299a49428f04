import type { Family } from '../../net/address.ts';
import type { Note } from '../explanation.ts';

/** @returns what is said where the family's rules would decide: whether one of them does is not known. */
export function familyMissing(family: Family): Note {
  const text = `the ${family} rules were not captured: whether one takes the packet or rewrites it is unknown`;
  return { code: 'rules-not-captured', text, settle: captureOfFamily(family) };
}

/** @returns how the rules of a family are captured. */
export function captureOfFamily(family: string): string {
  return `capture \`${family === 'ipv6' ? 'ip6tables' : 'iptables'}-save -c\``;
}
