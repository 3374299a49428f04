import { command } from '../../command/command.js';
import { NFT_OBJECTS, NFT_TABLE } from '../../proxy/nft-roles.js';
import { listed } from '../../words/numbers.js';
import { exampleOf, hitsOf, onlyService, serviceNames } from '../affected.js';
import { factEvidence, placeOf, stepEvidence } from '../evidence.js';
import { groupBy } from '../group.js';
/** Service traffic of nftables mode leaves with the wrong source address: its mark is not set, is lost, or nothing asks for it. */
export const nftMasquerade = {
    code: 'KP402',
    title: 'nftables mode masquerades wrongly',
    find(context) {
        const groups = groupBy(context.deviationsBy('nft-masquerade'), ({ culprit, port }) => {
            if (culprit.kind !== 'nft')
                return null;
            return `${culprit.what} ${port.family} ${culprit.at === null ? '' : placeOf(culprit.at)}`;
        });
        return [...groups.values()].flatMap((deviations) => {
            const [first] = deviations;
            return first?.culprit.kind === 'nft' ? [findingOf(first.culprit, first, deviations, context)] : [];
        });
    },
};
const WHAT = {
    'not-marked': () => 'nothing marks them to be masqueraded, so answers go to the client past this node',
    'mark-lost': (place) => `${place} takes the mark away by which kube-proxy masquerades them`,
    'not-masqueraded': (place) => `they carry kube-proxy’s mark, and nothing masquerades them${place === '' ? '' : ` (last met: ${place})`}`,
    masqueraded: (place) => `${place} masquerades them, though the endpoint should see the client`,
};
function findingOf({ what, at }, first, deviations, { known }) {
    const ports = deviations.map(({ port }) => port);
    const names = serviceNames(ports);
    const place = at === null ? '' : placeOf(at);
    const say = WHAT[what];
    return {
        code: 'KP402',
        severity: what === 'masqueraded' ? 'warning' : 'error',
        message: `packets for ${listed(names)}: ${say === undefined ? what : say(place)}`,
        service: onlyService(ports),
        objects: [...names, ...(at === null ? [] : [`chain ${at.chain}`])],
        hits: hitsOf(deviations),
        evidence: [
            ...(at === null ? [] : [stepEvidence(at, known.rulesets)]),
            factEvidence(`example: ${exampleOf(first)}`),
        ],
        advice: what === 'mark-lost'
            ? 'have that rule write only its own bits of the mark (`meta mark set meta mark & 0x… | 0x…`)'
            : 'restart kube-proxy on this node: it writes its table anew when it starts; and find what changed it',
        command: command('nft', '-a', 'list', 'chain', first.port.family === 'ipv6' ? 'ip6' : 'ip', at?.table ?? NFT_TABLE, at?.chain ?? NFT_OBJECTS.masquerading),
        certainty: 'certain',
    };
}
