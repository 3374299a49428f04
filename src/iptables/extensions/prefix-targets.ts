import { parsePrefix } from '../../net/prefix.ts';
import type { PrefixBits, PrefixTranslation } from '../target.ts';
import { findPart, type TargetModule, valueText } from './extension.ts';

/** `-j SNPT --src-pfx fd00:1::/48 --dst-pfx 2001:db8:1::/48`; the kernel takes no prefix of more than 64 bits (ip6t_npt_checkentry). */
export const prefixTargets: Readonly<Record<string, TargetModule>> = {
  SNPT: translating('source'),
  DNPT: translating('destination'),
};

function translating(side: PrefixTranslation['side']): TargetModule {
  return {
    arity: { '--src-pfx': 1, '--dst-pfx': 1 },
    read: ({ parts }) => {
      const read = (flag: string): PrefixBits | null => {
        const part = findPart(parts, flag);
        return part === null ? null : readBits(valueText(part));
      };
      const [from, to] = [read('--src-pfx'), read('--dst-pfx')];
      return from === null || to === null ? null : { kind: 'npt', side, from, to };
    },
  };
}

function readBits(text: string): PrefixBits | null {
  const prefix = parsePrefix(text);
  const length = Number(text.split('/')[1]);
  if (prefix?.family !== 'ipv6' || !(length <= 64)) return null;
  return { value: prefix.value, length };
}
