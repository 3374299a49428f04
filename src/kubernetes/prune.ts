import { type Fields, isFields } from '../json/fields.ts';
import { OBJECT_FIELDS, type ObjectKind } from './object-fields.ts';
import { pick } from './shape.ts';

/** @returns a copy of an API object that reads as the object itself, with no field that is not read; null where it is no object. */
export function pruneObject(kind: ObjectKind, object: unknown): Fields | null {
  if (!isFields(object)) return null;
  const apiVersion = kind === 'EndpointSlice' ? 'discovery.k8s.io/v1' : 'v1';
  return { apiVersion, kind, ...pick(object, OBJECT_FIELDS[kind]) };
}
