import { compareFindings, FIRST_CODE, type Finding } from '../findings/finding.ts';
import { namedObjects } from '../findings/named-objects.ts';
import type { Subject } from './ways.ts';

/** How near a finding is to what was asked. */
export type Nearness =
  /** It names the Service, or a pod that was asked about. */
  | 'own'
  /** It is about the node, and names nobody. */
  | 'node';

/** @returns how near the finding is; null where it is about somebody else. */
export function nearness({ service, objects }: Finding, { service: asked, pods }: Subject): Nearness | null {
  const label = asked === null ? null : `${asked.namespace}/${asked.name}`;
  const isPort = service === null || service.port === null || asked === null || service.port === asked.port;
  if (label !== null && service !== null && `${service.namespace}/${service.name}` === label)
    return isPort ? 'own' : null;
  const named = namedObjects(objects);
  if (label !== null && named.includes(label)) return 'own';
  if (named.some((name) => pods.includes(name.replace(/^pod /, '')))) return 'own';
  return named.length === 0 ? 'node' : null;
}

/** A finding with what orders it. */
export interface Touching {
  readonly finding: Finding;
  readonly near: Nearness;
  readonly explains: boolean;
}

/** Errors first, then what explains an answer that does not come, then what is nearest. */
export function compareTouching(a: Touching, b: Touching): number {
  return (
    rankOf(a) - rankOf(b) ||
    Number(a.near === 'node') - Number(b.near === 'node') ||
    compareFindings(a.finding, b.finding)
  );
}

/** An error that stands on the node and explains nothing here comes after what does. */
function rankOf({ finding: { code, severity }, explains, near }: Touching): number {
  if (severity === 'error' && code === FIRST_CODE) return -1;
  if (severity === 'error' && explains) return 0;
  if (severity === 'error' && near === 'own') return 1;
  return explains ? 2 : 3;
}
