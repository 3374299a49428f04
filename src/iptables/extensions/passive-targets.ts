import type { PassiveTarget } from '../target.ts';
import { type Arity, type TargetModule, targetText } from './extension.ts';

/** Options of the targets that leave the packet's path as it is. */
const OPTIONS: Readonly<Record<PassiveTarget, Arity>> = {
  ACCOUNT: { '--addr': 1, '--tname': 1 },
  AUDIT: { '--type': 1 },
  CHECKSUM: { '--checksum-fill': 0 },
  CLASSIFY: { '--set-class': 1 },
  CONNSECMARK: { '--save': 0, '--restore': 0 },
  ECN: { '--ecn-tcp-remove': 0, '--ecn-tcp-cwr': 1, '--ecn-tcp-ece': 1, '--ecn-ip-ect': 1 },
  IDLETIMER: { '--timeout': 1, '--label': 1, '--alarm': 0 },
  LED: { '--led-trigger-id': 1, '--led-delay': 1, '--led-always-blink': 0 },
  LOG: {
    '--log-level': 1,
    '--log-prefix': 1,
    '--log-tcp-sequence': 0,
    '--log-tcp-options': 0,
    '--log-ip-options': 0,
    '--log-uid': 0,
    '--log-macdecode': 0,
  },
  NFLOG: {
    '--nflog-group': 1,
    '--nflog-range': 1,
    '--nflog-size': 1,
    '--nflog-threshold': 1,
    '--nflog-prefix': 1,
  },
  RATEEST: { '--rateest-name': 1, '--rateest-interval': 1, '--rateest-ewmalog': 1 },
  SECMARK: { '--selctx': 1 },
  SET: {
    '--add-set': 2,
    '--del-set': 2,
    '--map-set': 2,
    '--exist': 0,
    '--timeout': 1,
    '--map-mark': 0,
    '--map-prio': 0,
    '--map-queue': 0,
  },
  TCPMSS: { '--set-mss': 1, '--clamp-mss-to-pmtu': 0 },
  TCPOPTSTRIP: { '--strip-options': 1 },
  TEE: { '--gateway': 1, '--oif': 1 },
  TRACE: {},
  ULOG: { '--ulog-nlgroup': 1, '--ulog-prefix': 1, '--ulog-cprange': 1, '--ulog-qthreshold': 1 },
};

/** Targets that other iptables know and whose effect is not modelled: read, and unrecognised. */
const UNMODELLED: Readonly<Record<string, Arity>> = {
  CLUSTERIP: {
    '--new': 0,
    '--hashmode': 1,
    '--clustermac': 1,
    '--total-nodes': 1,
    '--local-node': 1,
    '--hash-init': 1,
  },
  DNPT: { '--src-pfx': 1, '--dst-pfx': 1 },
  SNPT: { '--src-pfx': 1, '--dst-pfx': 1 },
};

/** @returns the target modules whose only content is their text. */
export function textTargets(): Record<string, TargetModule> {
  const modules: Record<string, TargetModule> = {};
  for (const name of Object.keys(OPTIONS) as PassiveTarget[]) {
    const marksPacket = (flags: readonly string[]) => name === 'SET' && flags.includes('--map-mark');
    modules[name] = {
      arity: OPTIONS[name],
      read: (target) => {
        // `SET --map-mark` copies the set entry's mark to the packet: the mark is unknown afterwards.
        if (marksPacket(target.parts.map((part) => part.flag.text))) return null;
        return { kind: 'passive', name, text: targetText(target) };
      },
    };
  }
  for (const [name, arity] of Object.entries(UNMODELLED)) modules[name] = { arity, read: () => null };
  return modules;
}
