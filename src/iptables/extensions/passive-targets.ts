import { dictionary } from '../../lookup/dictionary.ts';
import type { Part, TargetSyntax } from '../part.ts';
import type { AlteringTarget, PassiveTarget, SetChange, SetMap, Target } from '../target.ts';
import { type Arity, findPart, type TargetModule, targetText, valueText } from './extension.ts';

/** Options of the targets that leave the packet as it is. */
const PASSIVE: Readonly<Record<PassiveTarget, Arity>> = {
  ACCOUNT: { '--addr': 1, '--tname': 1 },
  AUDIT: { '--type': 1 },
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
  TRACE: {},
  ULOG: { '--ulog-nlgroup': 1, '--ulog-prefix': 1, '--ulog-cprange': 1, '--ulog-qthreshold': 1 },
};

/** Options of the targets that change what no match asks for. */
const ALTERING: Readonly<Record<AlteringTarget, Arity>> = {
  CHECKSUM: { '--checksum-fill': 0 },
  CLASSIFY: { '--set-class': 1 },
  CONNSECMARK: { '--save': 0, '--restore': 0 },
  ECN: { '--ecn-tcp-remove': 0, '--ecn-tcp-cwr': 1, '--ecn-tcp-ece': 1, '--ecn-ip-ect': 1 },
  SECMARK: { '--selctx': 1 },
  TCPOPTSTRIP: { '--strip-options': 1 },
  TEE: { '--gateway': 1, '--oif': 1 },
};

const SET_OPTIONS: Arity = {
  '--add-set': 2,
  '--del-set': 2,
  '--map-set': 2,
  '--exist': 0,
  '--timeout': 1,
  '--map-mark': 0,
  '--map-prio': 0,
  '--map-queue': 0,
};

/** Targets that other iptables know and whose effect is not modelled: read, and unrecognised. */
const UNMODELLED = dictionary<Arity>({
  CLUSTERIP: {
    '--new': 0,
    '--hashmode': 1,
    '--clustermac': 1,
    '--total-nodes': 1,
    '--local-node': 1,
    '--hash-init': 1,
  },
});

/** @returns the target modules that leave a packet's way alone, and those whose effect is not modelled. */
export function textTargets(): Record<string, TargetModule> {
  const modules: Record<string, TargetModule> = {
    SET: { arity: SET_OPTIONS, read: readSet },
    TCPMSS: {
      arity: { '--set-mss': 1, '--clamp-mss-to-pmtu': 0 },
      read: (target) => ({ kind: 'segment-size', text: targetText(target) }),
    },
  };
  for (const name of Object.keys(PASSIVE) as PassiveTarget[])
    modules[name] = {
      arity: PASSIVE[name],
      read: (target) => ({ kind: 'passive', name, text: targetText(target) }),
    };
  for (const name of Object.keys(ALTERING) as AlteringTarget[])
    modules[name] = {
      arity: ALTERING[name],
      read: (target) => ({ kind: 'alter', name, text: targetText(target) }),
    };
  for (const [name, arity] of Object.entries(UNMODELLED)) modules[name] = { arity, read: () => null };
  return modules;
}

/** A rule may add to one set, delete from another and take a mark from a third. */
function readSet(target: TargetSyntax): Target | null {
  const changes = target.parts.map(readSetChange);
  if (changes.includes(null)) return null;
  const map = findPart(target.parts, '--map-set');
  const directions = map && readDirections(map);
  if (map !== null && directions === null) return null;
  const mark = findPart(target.parts, '--map-mark') !== null;
  return {
    kind: 'change-sets',
    changes: changes.flatMap((one) => one ?? []),
    maps: map && { set: valueText(map), directions: directions ?? [], mark },
    text: targetText(target),
  };
}

/** @returns the change that an option makes, none for an option that makes none; null where it cannot be read. */
function readSetChange(part: Part): SetChange[] | null {
  const { flag } = part;
  if (flag.text !== '--add-set' && flag.text !== '--del-set') return [];
  const directions = readDirections(part);
  return directions && [{ set: valueText(part), directions, added: flag.text === '--add-set' }];
}

/** `NAME src,dst`. */
function readDirections({ values: [, directions] }: Part): SetMap['directions'] | null {
  const sides = directions?.text.split(',') ?? [];
  const known = sides.filter((side) => side === 'src' || side === 'dst');
  return known.length === 0 || known.length < sides.length ? null : known;
}
