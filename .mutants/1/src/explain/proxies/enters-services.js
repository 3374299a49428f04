import { isOfOneService } from '../../proxy/chains.js';
/** @returns true where some rule of nat outside such chains leads to one: kube-proxy's rules serve, and are not just left there. */
export function entersServices({ tables }) {
    for (const [name, { rules }] of tables.get('nat')?.chains ?? []) {
        if (isOfOneService(name))
            continue;
        for (let index = 0; index < rules.length; index++)
            if (isOfOneService(rules.targetName(index)))
                return true;
    }
    return false;
}
