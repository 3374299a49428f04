import { numberInText, textOf } from '../json/fields.ts';
import { readJsonObjects } from '../json/read-json.ts';
import { parsePrefix } from '../net/prefix.ts';
import type { ProblemList } from '../problems/problem.ts';
import type { AddressLabel } from './facts.ts';

/**
 * Reads `ip -j addrlabel`. An entry of another shape is left out, with a problem.
 * @returns null where it is no JSON
 */
export function parseAddressLabels(text: string, file: string, problems: ProblemList): AddressLabel[] | null {
  const objects = readJsonObjects(text, file, problems);
  if (objects === null) return null;
  return objects.flatMap((object) => {
    const prefix = parsePrefix(`${textOf(object.address)}/${numberInText(object.prefixlen)}`);
    const label = numberInText(object.label);
    if (prefix !== null && label !== null) return [{ prefix, device: textOf(object.ifname), label }];
    problems.add('unreadable-label', {}, file);
    return [];
  });
}
