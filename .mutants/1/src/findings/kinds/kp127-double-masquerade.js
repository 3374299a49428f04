import { command } from '../../command/command.js';
import { CHAINS } from '../../proxy/chains.js';
import { factEvidence, ruleEvidence } from '../evidence.js';
import { rulesOf, wholeRulesets } from '../rule-list.js';
/** Masquerading that leaves the mark set, and a VXLAN device: packets are masqueraded twice, with a broken checksum. */
export const doubleMasquerade = {
    code: 'KP127',
    title: 'masquerading keeps the mark, with VXLAN',
    find({ known }) {
        const tunnels = (known.host.links ?? []).filter(({ kind, name }) => kind === 'vxlan' || /^flannel\.\d+$/.test(name));
        const [tunnel] = tunnels;
        if (tunnel === undefined)
            return [];
        return wholeRulesets(known.rulesets).flatMap(({ tables, family }) => {
            const rules = [...rulesOf(tables.get('nat'), CHAINS.postrouting)];
            const masquerade = rules.find(({ target }) => target?.kind === 'masquerade');
            if (masquerade === undefined || rules.some(({ target }) => target?.kind === 'mark'))
                return [];
            return [
                {
                    code: 'KP127',
                    severity: 'warning',
                    message: `${family} ${CHAINS.postrouting} masquerades without clearing the mark, and pods are reached through ${tunnel.name}: the encapsulated packet is masqueraded again, and connections may wait 63 seconds`,
                    service: null,
                    objects: [`interface ${tunnel.name}`, `chain ${CHAINS.postrouting}`],
                    hits: 'connections from this node, or masqueraded by it, to pods of other nodes; it depends on the kernel’s checksum offload',
                    evidence: [ruleEvidence(masquerade), factEvidence(`${tunnel.name} is a VXLAN device`)],
                    advice: 'use kube-proxy 1.19 or later, which clears the mark first; until then switch transmit checksums off on the device',
                    command: command('ethtool', '-K', tunnel.name, 'tx-checksum-ip-generic', 'off'),
                    certainty: 'possible',
                },
            ];
        });
    },
};
