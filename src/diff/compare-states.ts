import type { Note } from '../explain/explanation.ts';
import type { ServiceListInput } from '../explain/list-services.ts';
import type { Known } from '../explain/question/question.ts';
import { thisNodeName } from '../explain/question/this-node.ts';
import { givenNote } from '../explain/words/question-words.ts';
import { reasonNote } from '../explain/words/reason-words.ts';
import { nameChains } from '../names/chain-names.ts';
import type { Family } from '../net/address.ts';
import { formatAddress } from '../net/address.ts';
import type { Beyond } from '../rules/traits.ts';
import { compareFamily, type FamilyComparison, type Senders } from './compare-family.ts';
import type { Diff, Proof } from './document.ts';
import { lonelyLinks } from './mentioned.ts';
import { isUnseen } from './rules/rule-key.ts';
import type { Box } from './space/box.ts';
import { type State, stateOf } from './two-sides.ts';
import { concernedRulesets } from './views/concerned-rules.ts';
import { compareRules } from './views/rules.ts';
import { compareServices } from './views/services.ts';
import { compareFacts } from './views/state.ts';
import { classesFor, compareWitnesses, describeWitnesses } from './views/witnesses.ts';

/** What is compared, and how far. */
export interface DiffOptions {
  /** How many classes of packets may be traced in each family. */
  readonly budget: number;
  /** Only packets of these senders; null: all. A family without entry is left out. */
  readonly senders: Partial<Record<Family, Senders>> | null;
  /** Only this Service; null: all. */
  readonly service: { readonly namespace: string; readonly name: string } | null;
}

/** The parts of the document that the comparison makes. */
export type Comparison = Pick<Diff, 'identical' | 'proof' | 'services' | 'rules' | 'witnesses' | 'state'>;

const FAMILIES: readonly Family[] = ['ipv4', 'ipv6'];

/** Compares two states of a node, or of two nodes: what would packets do differently, and what was changed. */
export function compareStates(before: Known, after: Known, options: DiffOptions): Comparison {
  const states = [stateOf(before), stateOf(after)] as const;
  const families = FAMILIES.filter((family) =>
    [before, after].some(({ rulesets }) => rulesets.some((ruleset) => ruleset.family === family)),
  );
  const compared = families
    .filter((family) => options.senders === null || options.senders[family] !== undefined)
    .map((family) =>
      compareFamily(states, family, {
        budget: options.budget,
        senders: options.senders?.[family] ?? null,
      }),
    );
  const isAsked = (
    one: { readonly namespace: string | null; readonly name: string | null } | null,
  ): boolean =>
    options.service === null ||
    (one?.namespace === options.service.namespace && one.name === options.service.name);
  const found = compared.map((comparison) => ({
    comparison,
    classes: classesFor(options.service, states, comparison),
  }));
  const witnesses = found
    .flatMap(({ comparison, classes }) => describeWitnesses(states, comparison, classes))
    .sort(compareWitnesses);
  const differing = compared.flatMap((comparison) => comparison.differing);
  const concerned = concernedRulesets([before.rulesets, after.rulesets], differing);
  const all =
    differing.length === 0
      ? []
      : compareServices(listInput(before, concerned[0]), listInput(after, concerned[1]));
  const services = all.filter(isAsked);
  const sets = new Set(compared.flatMap(({ survey }) => [...survey.sets]));
  const state = compareFacts(states, sets, services);
  const proof = proofOf(compared, states, options.budget, state);
  return {
    identical: proof.complete && witnesses.length === 0,
    proof,
    services,
    rules: found.flatMap(({ comparison, classes }) =>
      compareRules(
        comparison,
        classes,
        comparison.exploration.unexplored.length === 0 && notFollowed(comparison).length === 0,
      ),
    ),
    witnesses,
    state,
  };
}

function listInput(known: Known, rulesets: Known['rulesets']): ServiceListInput {
  return {
    rulesets,
    cluster: known.cluster,
    names: nameChains(known.cluster),
    node: thisNodeName(known),
  };
}

function proofOf(
  compared: readonly FamilyComparison[],
  states: readonly [State, State],
  budget: number,
  state: Diff['state'],
): Proof {
  const unexplored = [
    ...counted(
      compared.flatMap(({ exploration, space }) =>
        exploration.unexplored.map((box) => describeBox(box, space.universe.family)),
      ),
    ),
    ...compared.flatMap(notFollowed),
    ...state
      .filter(({ kind }) => kind === 'nftables')
      .map(({ name }) => `native nftables chain ${name}, which changed and is not followed`),
    ...modes(states),
  ];
  return {
    complete: unexplored.length === 0,
    classes: compared.reduce((sum, { exploration }) => sum + exploration.traced, 0),
    budget,
    unexplored,
    restsOn: [
      ...compared.flatMap(restsOn),
      ...oneSided(states),
      ...nativeRules(states),
      ...newConnections(compared),
    ],
  };
}

/** Packets that the changes can concern, and that no trace stands for. */
function notFollowed({ exploration, deltas, survey, family }: FamilyComparison): string[] {
  const open = [...exploration.open].map(
    ([, { reason, classes }]) =>
      `${family}: ${classes} ${classes === 1 ? 'class' : 'classes'} of packets of which ${reasonNote(reason).text}`,
  );
  const unseen = deltas.flatMap(({ removed, added, moved }) =>
    [...removed, ...added, ...moved].flatMap(({ rules }) => rules.filter(isUnseen)),
  );
  const changed = unseen.map(
    (rule) =>
      `${family}: what rule ${rule.number} of ${rule.chain} does to the packets themselves: ${rule.text}`,
  );
  const concerned = deltas.some(({ pair }) => pair.table !== 'nat');
  return [
    ...open,
    ...changed,
    ...(concerned
      ? [...survey.notFollowed].map(
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

/** Where kube-proxy does its work elsewhere, rules of iptables prove nothing of Services. */
function modes(states: readonly [State, State]): string[] {
  const found = new Set(states.map(({ known }) => known.proxyMode));
  return [...found].flatMap((mode) =>
    mode === 'nftables' || mode === 'ipvs'
      ? [`Services: kube-proxy runs in ${mode} mode, which is not followed`]
      : mode === 'userspace'
        ? ['Services: kube-proxy runs in userspace mode, and chooses endpoints itself']
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

/** Of native chains only their number of rules is captured. */
function nativeRules(states: readonly [State, State]): Note[] {
  const [before, after] = states.map(({ host }) => host.nft);
  const tables = new Set(
    [before, after].flatMap((nft) =>
      (nft?.nativeChains ?? [])
        .filter(({ rules }) => rules > 0)
        .map(({ family, table }) => `${family} ${table}`),
    ),
  );
  if (tables.size === 0) return [];
  const names = [...tables].sort().join(', ');
  const both = before !== null && after !== null;
  return [
    {
      code: 'native-nftables',
      text: `native nftables rules (table ${names}) ${both ? 'say the same on both sides' : 'are there on both sides and say the same'}: they are counted, not compared`,
      settle: null,
    },
  ];
}

/** What is compared is what becomes of packets of new connections. */
function newConnections(compared: readonly FamilyComparison[]): Note[] {
  if (compared.every(({ exploration }) => exploration.traced === 0)) return [];
  const text =
    'connections that exist go on as conntrack remembers them; answers go back as their connection does';
  return [{ code: 'existing-connections', text, settle: null }];
}

function restsOn({ exploration, survey, family }: FamilyComparison): Note[] {
  const asked = [...exploration.unknowns.values()].map((given) => givenNote(given));
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
  return [...modules, ...asked.filter(({ code }) => !code.startsWith('match-'))];
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
function counted(texts: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts].map(([text, count]) => (count === 1 ? text : `${text} (${count} sets of them)`));
}
