/** Services and pods; chains, settings and the like say where. */
const NAMED = /^(?:pod )?[a-z0-9][a-z0-9.-]*\/[a-z0-9]/;
/** @returns those of a finding's objects that are Services (`shop/web`) or pods (`pod shop/web-1`). */
export function namedObjects(objects) {
    return objects.filter((name) => NAMED.test(name));
}
