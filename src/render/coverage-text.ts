import type { Coverage } from '../findings/check-input.ts';
import { counted } from '../words/numbers.ts';

/** @returns how many Service ports were compared with the API and how, and which were not and why. @param coverage without a `reason` */
export function comparedText({ ports, followed, gaps }: Coverage): string {
  const left = gaps.reduce((sum, gap) => sum + gap.ports, 0);
  const all = ports ?? followed + left;
  const sampled = all - left - followed;
  const why = gaps.map((gap) => `; ${gap.ports} not: ${gap.reason}`).join('');
  if (sampled === 0) {
    const some = left === 0 ? counted(all, 'Service port') : `${followed} of ${counted(all, 'Service port')}`;
    return `${some} compared with the API, packet by packet${why}`;
  }
  const rest = left === 0 ? 'the rest' : `${sampled} more`;
  return `${followed} of ${all} Service ports compared packet by packet (every one whose rules look different, and a sample of the others), ${rest} by their chains${why}`;
}
