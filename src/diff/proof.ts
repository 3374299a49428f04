import type { Note } from '../explain/explanation.ts';
import { assumptionNote } from '../explain/words/assumption-words.ts';
import { givenNote } from '../explain/words/question-words.ts';
import { reasonNote } from '../explain/words/reason-words.ts';
import type { Family } from '../net/address.ts';
import { formatAddress } from '../net/address.ts';
import type { NftRule } from '../nftables/ruleset.ts';
import type { Beyond } from '../rules/traits.ts';
import { counted } from '../words/numbers.ts';
import type { FamilyComparison } from './compare-family.ts';
import type { Lacking, Proof, Unfollowed } from './document.ts';
import { noteOf } from './lacking.ts';
import { lonelyLinks } from './mentioned.ts';
import type { NativeComparison } from './native.ts';
import { otherProxies } from './other-proxies.ts';
import { portsUntold } from './port-modes.ts';
import { isUnseen } from './rules/rule-key.ts';
import type { Box } from './space/box.ts';
import type { State } from './two-sides.ts';
import { type UnfollowedFact, unfollowedTexts } from './unfollowed-facts.ts';

/**
 * @param facts what differs of what no trace asks
 * @param carriers through what no packet is followed
 * @param beyond how many classes of packets differ by what iptables does, and are put aside, as iptables does not decide
 * @param left how many virtual servers of IPVS no packet was traced to, as the budget was used up; null where IPVS was not
 *   traced at all
 * @returns how far what was found is proved, what was left open, and what it rests on.
 */
export function proofOf(
  compared: readonly FamilyComparison[],
  states: readonly [State, State],
  budget: number,
  lacking: readonly Lacking[],
  native: NativeComparison | null,
  facts: readonly UnfollowedFact[],
  carriers: readonly Unfollowed[],
  beyond: number,
  left: number | null,
): Proof {
  const tables = nativeTables(states, native);
  const unexplored = [
    ...unfollowedTexts(facts),
    ...compared.flatMap(notFollowed),
    ...gathered(
      compared.flatMap(({ exploration, space }) =>
        exploration.unexplored.map((box) => describeBox(box, space.universe.family)),
      ),
    ),
    ...tables,
    ...carriers.map((carrier) => `Services: ${elsewhere(carrier, left)}`),
    ...otherProxies(states),
    ...putAside(beyond),
    ...parts(states, compared),
  ];
  const untold = compared.length === 0 ? [] : portsUntold(states[0].host, states[1].host);
  return {
    complete: unexplored.length === 0 && lacking.length === 0,
    classes: compared.reduce((sum, { exploration }) => sum + exploration.traced, 0),
    budget,
    notFollowed: [...new Set([...carriers, ...(tables.length === 0 ? [] : (['nftables'] as const))])],
    sampled: left === null ? [] : ['ipvs'],
    unexplored,
    lacking,
    restsOn: [
      ...lacking.map(noteOf),
      ...compared.flatMap(restsOn).filter(({ code }) => untold.length === 0 || !OF_PORTS.has(code)),
      ...oneSided(states),
      ...untold,
      ...sameNative(native),
      ...newConnections(compared),
    ],
  };
}

/** @returns the packets that the changes can concern, and that no trace stands for, in words. */
export function notFollowed({
  exploration,
  deltas,
  survey,
  family,
  nativeMeetsAll,
  nativeAsks,
}: FamilyComparison): string[] {
  const open = [...exploration.open].map(
    ([, { reason, classes }]) =>
      `${family}: ${classes} ${classes === 1 ? 'class' : 'classes'} of packets of which ${reasonNote(reason).text}`,
  );
  const assumed = [...exploration.assumed.values()].map(
    (assumption) =>
      `${family}: packets of which one side alone takes for granted that ${assumptionNote(assumption, false).text}`,
  );
  const retracked = exploration.retracked.map(
    ({ rule, classes }) =>
      `${family}: what answers ${counted(classes, 'class', 'classes')} of packets, whose connections conntrack is told to treat otherwise on one side (zone, NOTRACK, helper)${rule === null ? '' : `; rule ${rule.number} of ${rule.chain}: ${rule.text}`}`,
  );
  const unseen = deltas.flatMap(({ removed, added, moved }) =>
    [...removed, ...added, ...moved].flatMap(({ rules }) => rules.filter(isUnseen)),
  );
  const changed = unseen.map(
    (rule) =>
      `${family}: what rule ${rule.number} of ${rule.chain} does to the packets themselves: ${rule.text}`,
  );
  const concerned = nativeMeetsAll || deltas.some(({ pair }) => pair.table !== 'nat');
  const asking: (readonly [Beyond, Pick<NftRule, 'number' | 'chain' | 'text'>])[] = [
    ...survey.notFollowed,
    ...(nativeAsks === null ? [] : ([['answers', nativeAsks]] as const)),
  ];
  return [
    ...open,
    ...assumed,
    ...retracked,
    ...changed,
    ...(concerned
      ? asking.map(
          ([what, rule]) =>
            `${family}: ${NOT_FOLLOWED[what]}; rule ${rule.number} of ${rule.chain} asks for such: ${rule.text}`,
        )
      : []),
  ];
}

const NOT_FOLLOWED: Readonly<Record<Beyond, string>> = {
  answers: 'answers, and packets that the NAT of an earlier connection rewrites',
  fragments: 'second and further fragments',
  chunks: 'packets of SCTP and DCCP in the middle of a conversation',
};

/** What is said once of a bridge, of both sides. */
const OF_PORTS: ReadonlySet<string> = new Set(['bridge-isolated', 'bridge-hairpin']);

/** Where kube-proxy does its work elsewhere, rules of iptables prove nothing of Services. */
const ELSEWHERE: Readonly<Record<Unfollowed, string>> = {
  ipvs: 'kube-proxy runs in ipvs mode; virtual servers are compared as lists, and packets are not followed through them',
  nftables: 'kube-proxy runs in nftables mode on a side, and no packet is followed through its rules',
  userspace: 'kube-proxy runs in userspace mode, and chooses endpoints itself',
};

/** To virtual servers that both sides tell one packet of each kind of sender is traced. */
function elsewhere(carrier: Unfollowed, left: number | null): string {
  if (carrier !== 'ipvs' || left === null) return ELSEWHERE[carrier];
  const rest = left === 0 ? '' : `; to ${left} of them none was, as --budget was used up`;
  return `kube-proxy runs in ipvs mode; to each virtual server one new connection of a pod, of the node and of a client outside is traced, and other packets are not followed through them${rest}`;
}

/** Packets that differ by what iptables does, and for which it is not iptables that decides. */
function putAside(classes: number): string[] {
  if (classes === 0) return [];
  return [
    `${classes} ${classes === 1 ? 'class' : 'classes'} of packets to Services: what iptables does with them is not all that becomes of them`,
  ];
}

/** Where rules differ and a side shows only some of them, the others may let packets fare otherwise, too. */
function parts(states: readonly [State, State], compared: readonly FamilyComparison[]): string[] {
  if (compared.every(({ differing }) => differing.length === 0)) return [];
  return states.flatMap(({ known }, side) =>
    known.rulesets.some(({ form }) => form !== 'save')
      ? [
          `rules that the side ${side === 0 ? 'before' : 'after'} does not show: it is a listing, or lines of a dump`,
        ]
      : [],
  );
}

/** What comes in through an interface that only one side has is compared with nothing. */
function oneSided([before, after]: readonly [State, State]): Note[] {
  const names = lonelyLinks([before.host, after.host]);
  if (names.length === 0) return [];
  const text = `only one side has ${names.length === 1 ? 'interface' : 'interfaces'} ${names.slice(0, 5).join(', ')}${names.length > 5 ? ` and ${names.length - 5} more` : ''}: packets that come in there are not compared`;
  return [{ code: 'one-sided-interface', text, settle: null }];
}

/** What was not captured as rules is only counted; where clients are dealt out by a hash, shares alone are compared. */
function nativeTables(states: readonly [State, State], native: NativeComparison | null): string[] {
  if (native === null) {
    const names = countedTables(states);
    return names.length === 0
      ? []
      : [`native nftables rules (table ${names.join(', ')}), which are counted, and not compared`];
  }
  const hashed = native.changes.filter(({ before, after }) => /hash /.test(`${before} ${after}`));
  return [
    ...hashed.map(
      ({ name }) =>
        `which clients native nftables ${name} sends where: they are told apart by a hash, and shares alone are compared`,
    ),
    ...native.offload.map(
      (name) =>
        `later packets of connections that native nftables ${name} hands to a flowtable (flow add), which is not the same on both sides: they skip the rules, and are not followed`,
    ),
  ];
}

function countedTables(states: readonly [State, State]): string[] {
  const tables = new Set(
    states.flatMap(({ host }) =>
      (host.nft?.nativeChains ?? [])
        .filter(({ rules }) => rules > 0)
        .map(({ family, table }) => `${family} ${table}`),
    ),
  );
  return [...tables].sort();
}

function sameNative(native: NativeComparison | null): Note[] {
  if (native === null || native.tables.length === 0 || native.differing.length > 0) return [];
  const text = `native nftables rules (table ${native.tables.join(', ')}) say the same on both sides, word by word`;
  return [{ code: 'native-nftables', text, settle: null }];
}

/** What is compared is what becomes of packets of new connections. */
function newConnections(compared: readonly FamilyComparison[]): Note[] {
  if (compared.every(({ exploration }) => exploration.traced === 0)) return [];
  const isRetracked = compared.some(({ exploration }) => exploration.retracked.length > 0);
  const text = `connections that exist go on as conntrack remembers them${isRetracked ? '' : '; answers go back as their connection does'}`;
  return [{ code: 'existing-connections', text, settle: null }];
}

function restsOn({ exploration, survey, family }: FamilyComparison): Note[] {
  const asked = [...exploration.unknowns.values()].map((given) => givenNote(given));
  const granted = [...exploration.granted.values()].map((each) => assumptionNote(each, false));
  const modules = [...survey.unknown].map(
    ([module, count]): Note => ({
      code: `match-${module}`,
      text:
        module === 'unrecognised'
          ? `${count} ${family} rules ask matches that kp-explain does not know; where both sides have them, they are taken to answer alike`
          : `${count} ${family} ${count === 1 ? 'rule asks' : 'rules ask'} -m ${module}, whose answer no capture holds; it is taken to answer alike on both sides`,
      settle: null,
    }),
  );
  return [...modules, ...granted, ...asked.filter(({ code }) => !code.startsWith('match-'))];
}

function describeBox(box: Box, family: Family): string {
  const ends = box.destination.bounds;
  const text = (value: bigint | undefined): string =>
    value === undefined ? '' : formatAddress({ family, value });
  const [first, second] = ends;
  const more = ends.length > 2 ? ` and ${ends.length / 2 - 1} more ranges` : '';
  const port = box.destinationPort.bounds;
  const ports = port.length === 2 && port[0] === port[1] ? ` port ${port[0]}` : '';
  return `packets to ${text(first)}${first === second ? '' : `-${text(second)}`}${more}${ports}`;
}

/** Boxes that differ in what is not told of them are told once. */
function gathered(texts: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts].map(([text, count]) => (count === 1 ? text : `${text} (${count} sets of them)`));
}
