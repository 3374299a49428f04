import type { ObjectKind } from './object-fields.ts';

/**
 * Other API groups have kinds of the same name (serving.knative.dev has a Service).
 * @param version null: the object does not tell @returns true where an object of the kind is one that is read
 */
export function isOfApi(kind: ObjectKind, version: string | null): boolean {
  if (version === null) return true;
  return kind === 'EndpointSlice' ? version.startsWith('discovery.k8s.io/') : version === 'v1';
}
