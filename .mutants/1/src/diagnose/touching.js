import { compareFindings } from '../findings/finding.js';
import { namedObjects } from '../findings/named-objects.js';
/** @returns how near the finding is; null where it is about somebody else. */
export function nearness({ service, objects }, { service: asked, pods }) {
    const label = asked === null ? null : `${asked.namespace}/${asked.name}`;
    const isPort = service === null || service.port === null || asked === null || service.port === asked.port;
    if (label !== null && service !== null && `${service.namespace}/${service.name}` === label)
        return isPort ? 'own' : null;
    const named = namedObjects(objects);
    if (label !== null && named.includes(label))
        return 'own';
    if (named.some((name) => pods.includes(name.replace(/^pod /, ''))))
        return 'own';
    return named.length === 0 ? 'node' : null;
}
/** Errors first, then what explains an answer that does not come, then what is nearest. */
export function compareTouching(a, b) {
    return (rankOf(a) - rankOf(b) ||
        Number(a.near === 'node') - Number(b.near === 'node') ||
        compareFindings(a.finding, b.finding));
}
/** An error that stands on the node and explains nothing here comes after what does. */
function rankOf({ finding: { severity }, explains, near }) {
    if (severity === 'error' && explains)
        return 0;
    if (severity === 'error' && near === 'own')
        return 1;
    return explains ? 2 : 3;
}
