import { isFields } from '../json/fields.js';
import { OBJECT_FIELDS } from './object-fields.js';
import { pick } from './shape.js';
/** @returns a copy of an API object that reads as the object itself, with no field that is not read; null where it is no object. */
export function pruneObject(kind, object) {
    if (!isFields(object))
        return null;
    const apiVersion = kind === 'EndpointSlice' ? 'discovery.k8s.io/v1' : 'v1';
    return { apiVersion, kind, ...pick(object, OBJECT_FIELDS[kind]) };
}
