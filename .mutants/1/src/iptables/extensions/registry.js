import { addressModules } from './addresses.js';
import { chanceModules } from './chance.js';
import { connectionModules } from './connection.js';
import { headerModules } from './header.js';
import { icmpModules } from './icmp.js';
import { ipvsModule } from './ipvs.js';
import { markTargets } from './mark-targets.js';
import { natTargets } from './nat-targets.js';
import { opaqueModules } from './opaque.js';
import { textTargets } from './passive-targets.js';
import { remarkModules } from './remarks.js';
import { senderModules } from './sender.js';
import { transportModules } from './transport.js';
import { verdictTargets } from './verdict-targets.js';
let matches = null;
let targets = null;
/** @returns the match extension `-m NAME` of iptables-extensions(8), version 1.8.9, or null for an unknown name. */
export function matchModule(name) {
    matches ??= new Map(Object.entries({
        ...remarkModules,
        ...transportModules,
        ...icmpModules,
        ...connectionModules,
        ...addressModules,
        ...chanceModules,
        ...senderModules,
        ...headerModules,
        ...opaqueModules(),
        ipvs: ipvsModule,
    }));
    return matches.get(name) ?? null;
}
/** @returns the target extension `-j NAME`, or null where the name can only be a chain. */
export function targetModule(name) {
    targets ??= new Map(Object.entries({ ...verdictTargets, ...natTargets, ...markTargets, ...textTargets() }));
    return targets.get(name) ?? null;
}
