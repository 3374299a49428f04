import { prefixCovers, prefixesOverlap } from '../../net/prefix.js';
import { lowered } from '../../rules/lowered-rule.js';
import { traitsOfEffect } from '../../rules/traits.js';
import { onlyLooks, textOf } from './rule-key.js';
/**
 * @returns true where it can be told that two rules next to each other may change places: no packet matches both, or they
 * do the same and end the walk.
 */
export function mayChangePlaces(a, b) {
    if (!onlyLooks(a) || !onlyLooks(b))
        return false;
    if (endsAlike(a, b))
        return true;
    const others = lowered(b).tests;
    return lowered(a).tests.some((one) => others.some((other) => exclude(one, other)));
}
function endsAlike(a, b) {
    const { effect: own } = lowered(a);
    const { effect: other } = lowered(b);
    if (own === null || other === null || !traitsOfEffect(own).leaves)
        return false;
    return textOf(own) === textOf(other);
}
/**
 * Fields that nothing on the way through a chain changes, so that what excluded one rule still does after another. The
 * kernel takes ports only beside the protocol they belong to (xt_check_match), so equal numbers of two protocols are told by
 * that.
 */
function exclude(a, b) {
    if (a.field === 'ip.saddr' && b.field === 'ip.saddr')
        return addressesExclude(a, b);
    if (a.field === 'ip.daddr' && b.field === 'ip.daddr')
        return addressesExclude(a, b);
    if (a.negated || b.negated)
        return false;
    if (a.field === 'meta.l4proto' && b.field === 'meta.l4proto')
        return numbersExclude(a.in, b.in);
    if (a.field === 'th.dport' && b.field === 'th.dport')
        return numbersExclude(a.in, b.in);
    if (a.field === 'th.sport' && b.field === 'th.sport')
        return numbersExclude(a.in, b.in);
    if (a.field === 'meta.iifname' && b.field === 'meta.iifname')
        return (!a.in.some((name) => b.in.includes(name)) && ![...a.in, ...b.in].some((name) => name.endsWith('+')));
    return false;
}
function addressesExclude(a, b) {
    if (a.in.kind !== 'prefix' || b.in.kind !== 'prefix')
        return false;
    const { prefix: own } = a.in;
    const { prefix: other } = b.in;
    if (!a.negated && !b.negated)
        return !prefixesOverlap(own, other);
    if (a.negated && !b.negated)
        return prefixCovers(own, other);
    return !a.negated && prefixCovers(other, own);
}
function numbersExclude(a, b) {
    if (a.kind !== 'ranges' || b.kind !== 'ranges')
        return false;
    return a.ranges.every((own) => b.ranges.every((other) => own.to < other.from || other.to < own.from));
}
