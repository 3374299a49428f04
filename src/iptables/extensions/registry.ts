import { addressModules } from './addresses.ts';
import { chanceModules } from './chance.ts';
import { connbytesModule } from './connbytes.ts';
import { connectionModules } from './connection.ts';
import { connlabelModule } from './connlabel.ts';
import type { MatchModule, TargetModule } from './extension.ts';
import { headerModules } from './header.ts';
import { icmpModules } from './icmp.ts';
import { ipvsModule } from './ipvs.ts';
import { markTargets } from './mark-targets.ts';
import { natTargets } from './nat-targets.ts';
import { opaqueModules } from './opaque.ts';
import { textTargets } from './passive-targets.ts';
import { prefixTargets } from './prefix-targets.ts';
import { remarkModules } from './remarks.ts';
import { senderModules } from './sender.ts';
import { transportModules } from './transport.ts';
import { verdictTargets } from './verdict-targets.ts';

let matches: ReadonlyMap<string, MatchModule> | null = null;
let targets: ReadonlyMap<string, TargetModule> | null = null;

/** @returns the match extension `-m NAME` of iptables-extensions(8), version 1.8.9, or null for an unknown name. */
export function matchModule(name: string): MatchModule | null {
  matches ??= new Map(
    Object.entries({
      ...remarkModules,
      ...transportModules,
      ...icmpModules,
      ...connectionModules,
      ...addressModules,
      ...chanceModules,
      ...senderModules,
      ...headerModules,
      ...opaqueModules(),
      connbytes: connbytesModule,
      connlabel: connlabelModule,
      ipvs: ipvsModule,
    }),
  );
  return matches.get(name) ?? null;
}

/** @returns the target extension `-j NAME`, or null where the name can only be a chain. */
export function targetModule(name: string): TargetModule | null {
  targets ??= new Map(
    Object.entries({ ...verdictTargets, ...natTargets, ...prefixTargets, ...markTargets, ...textTargets() }),
  );
  return targets.get(name) ?? null;
}
