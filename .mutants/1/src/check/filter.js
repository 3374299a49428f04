import { isAtLeast } from '../findings/finding.js';
import { namedObjects } from '../findings/named-objects.js';
/**
 * Applies `--severity`, `--only`, `--ignore` and what `expect.yaml` allows. A finding about several objects is left out where
 * every one of its Services is allowed, or the rule or setting that stands first; else it is reported, and names the rest.
 */
export function filterFindings(found, filter) {
    const findings = [];
    const allowed = [];
    const used = new Set();
    for (const finding of found) {
        if (filter.only !== null && !filter.only.has(finding.code))
            continue;
        if (!isAtLeast(finding.severity, filter.least))
            continue;
        if (filter.about != null && !isAbout(finding, filter.about))
            continue;
        const matching = filter.allowances.filter(({ code }) => code === finding.code);
        const isKnown = (name) => matching.some(({ object }) => object !== null && matches(object, name));
        const parts = partsOf(finding);
        const [first = ''] = finding.objects;
        const known = parts.filter(isKnown);
        const isAllowed = matching.some(({ object }) => object === null) ||
            (!parts.includes(first) && isKnown(first)) ||
            (parts.length > 0 && known.length === parts.length);
        for (const allowance of matching)
            if (allowance.object === null || finding.objects.some((name) => matches(allowance.object ?? '', name)))
                used.add(allowance);
        if (!isAllowed) {
            findings.push(known.length === 0
                ? finding
                : { ...finding, objects: finding.objects.filter((name) => !known.includes(name)) });
            continue;
        }
        const reasons = [...new Set(matching.filter((one) => used.has(one)).map(({ reason }) => reason))];
        allowed.push({
            code: finding.code,
            objects: finding.objects,
            message: finding.message,
            reason: reasons.join('; '),
        });
    }
    return { findings, allowed, unused: filter.allowances.filter((allowance) => !used.has(allowance)) };
}
/**
 * What names neither Services nor pods is about the whole node, and hits each of its Services. Which Services a pod stands
 * behind is not asked: those of its namespace are told of it.
 */
function isAbout({ objects }, { namespace, name }) {
    const named = namedObjects(objects);
    if (named.length === 0)
        return true;
    return named.some((one) => {
        if (one.startsWith('pod '))
            return one.startsWith(`pod ${namespace}/`);
        if (name === null)
            return one.startsWith(`${namespace}/`);
        return one === `${namespace}/${name}` || one.startsWith(`${namespace}/${name}:`);
    });
}
/** @returns what a finding is about, where that is several things: its Services, or its pods if a pod stands first. */
export function partsOf({ objects }) {
    const named = namedObjects(objects);
    const isPod = named[0]?.startsWith('pod ') === true;
    return named.filter((name) => name.startsWith('pod ') === isPod);
}
function matches(pattern, name) {
    if (!pattern.includes('*'))
        return pattern === name;
    // Without regular expressions: a pattern of many stars must not take longer than it is worth.
    const parts = pattern.split('*');
    const first = parts[0] ?? '';
    const last = parts.at(-1) ?? '';
    if (!name.startsWith(first) || !name.endsWith(last) || name.length < first.length + last.length)
        return false;
    let at = first.length;
    for (const part of parts.slice(1, -1)) {
        const found = name.indexOf(part, at);
        if (found < 0)
            return false;
        at = found + part.length;
    }
    return at <= name.length - last.length;
}
