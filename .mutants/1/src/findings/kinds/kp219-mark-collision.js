import { counted, listed } from '../../words/numbers.js';
import { factEvidence, ruleEvidence } from '../evidence.js';
import { readMarkLedger, setBits, testBits } from '../marks/ledger.js';
/** Two programs take the same bit of the packet's mark for their own. */
export const markCollision = {
    code: 'KP219',
    title: 'two programs use one mark bit',
    find(context) {
        return ['ipv4', 'ipv6'].flatMap((family) => {
            const ledger = readMarkLedger(context.known, family);
            return [...collisions(ledger, family), ...erasers(ledger, family)];
        });
    },
};
/** Both set the bit, and both act on it: each takes the other's packets for its own. */
function collisions(ledger, family) {
    return ledger.flatMap((one, at) => ledger.slice(at + 1).flatMap((other) => {
        if (one.owner === null || other.owner === null)
            return [];
        const bits = (one.sets & one.tests & other.sets & other.tests) >>> 0;
        // Who sets kube-proxy's bit is KP119's business.
        if (bits === 0 || one.owner === 'kube-proxy' || other.owner === 'kube-proxy')
            return [];
        return [
            {
                code: 'KP219',
                severity: 'warning',
                message: `${one.owner} and ${other.owner} both set and test ${bitsText(bits)} of the mark (${family}): each takes packets of the other for its own`,
                service: null,
                objects: [`mark ${hex(bits)}`, one.owner, other.owner].map((name, index) => index === 0 ? name : `program ${name}`),
                hits: 'packets that both of them mark: which of the two acts on them depends on the order of their chains',
                evidence: [
                    ...[one, other].flatMap((use) => ruleFor(use.setters, setBits, bits)),
                    ...[one, other].flatMap((use) => ruleFor(use.testers, testBits, bits)),
                    ...table(ledger),
                ],
                advice: 'give one of the two other bits: most programs have a setting for the mark or its mask',
                command: null,
                certainty: 'possible',
            },
        ];
    }));
}
/** A rule that writes all 32 bits takes away what others wait for. */
function erasers(ledger, family) {
    return ledger.flatMap((use) => {
        const [first] = use.unmasked;
        const others = ledger.filter((other) => other !== use && other.owner !== null && (other.sets & other.tests & use.clears) !== 0);
        if (first === undefined || others.length === 0)
            return [];
        const lost = others.map(({ owner, sets, tests }) => `${hex((sets & tests & use.clears) >>> 0)} of ${owner}`);
        return [
            {
                code: 'KP219',
                severity: 'info',
                message: `${counted(use.unmasked.length, 'rule')}${use.owner === null ? '' : ` of ${use.owner}`} ${use.unmasked.length === 1 ? 'writes' : 'write'} all 32 bits of the mark (${family}): packets that meet ${use.unmasked.length === 1 ? 'it' : 'them'} lose ${listed(lost)}`,
                service: null,
                objects: [`chain ${first.chain}`, ...(use.owner === null ? [] : [`program ${use.owner}`])],
                hits: 'packets that the rules match while they carry another program’s mark; KP119 tells where that breaks Services',
                evidence: [...use.unmasked.slice(0, 3).map(ruleEvidence), ...table(ledger)],
                advice: 'have the rules write only their own bits (--set-xmark VALUE/MASK)',
                command: null,
                certainty: 'possible',
            },
        ];
    });
}
function ruleFor(rules, bitsOf, bits) {
    const rule = rules.find((one) => (bitsOf(one) & bits) !== 0);
    return rule === undefined ? [] : [ruleEvidence(rule)];
}
/** Who uses which bits. */
function table(ledger) {
    return ledger.map(({ owner, sets, tests, clears, unmasked }) => {
        const parts = [
            ...(sets === 0 ? [] : [`sets ${hex(sets)}`]),
            ...(tests === 0 ? [] : [`tests ${hex(tests)}`]),
            ...(clears === 0 ? [] : [unmasked.length > 0 ? 'clears every other bit' : `clears ${hex(clears)}`]),
        ];
        return factEvidence(`mark bits of ${owner ?? 'rules whose writer is not known'}: ${parts.join(', ')}`);
    });
}
function bitsText(bits) {
    return `bit${(bits & (bits - 1)) === 0 ? '' : 's'} ${hex(bits)}`;
}
function hex(bits) {
    return `0x${(bits >>> 0).toString(16)}`;
}
