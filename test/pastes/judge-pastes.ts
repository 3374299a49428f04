import { isDeepStrictEqual } from 'node:util';
import { run } from '../cli/run-main.ts';
import { pasteBadly } from './badly.ts';
import { dice, pick } from './dice.ts';

/** A clean dump. */
export interface Clean {
  readonly name: string;
  readonly text: string;
  /** Rules as iptables-save prints them, or what any tools printed. */
  readonly kind: 'rules' | 'transcript';
  /** The first command whose output it is. */
  readonly command: string;
}

interface Outcome {
  readonly verdict: string;
  readonly destination: unknown;
  readonly rejectWith: string | null;
  readonly given: readonly unknown[];
}

interface Answer {
  readonly outcomes: readonly Outcome[];
}

/** How an answer about a bad paste stands to that about the clean dump. */
export type Judgement = 'same' | 'open' | 'refused' | 'wrong';

/** One paste, judged. */
export interface Judged {
  readonly judgement: Judgement;
  /** What makes the paste again, and what was asked. */
  readonly what: string;
  readonly text: string;
}

/** @returns what becomes of the packet, as an outcome tells it. */
export const fate = ({ verdict, destination, rejectWith }: Outcome): string =>
  JSON.stringify([verdict, destination, rejectWith]);

/** @returns the answer, or null where the input was refused. Throws for any other end of the program. */
export async function answerOf(text: string, question: readonly string[]): Promise<Answer | null> {
  const { out, err, status } = await run(['trace', ...question, '-f', '-', '-o', 'json'], { stdin: text });
  if (status === 2) return null;
  if (status !== 0) throw new Error(`status ${status}: ${err}`);
  const items: { packet: { destination: unknown }; outcomes: Outcome[] }[] = JSON.parse(out).items;
  return {
    // An address of the documentation stands for the node where a paste does not show the node's own.
    outcomes: items.flatMap(({ packet, outcomes }) =>
      outcomes.map((outcome) =>
        isDeepStrictEqual(outcome.destination, packet.destination)
          ? { ...outcome, destination: 'as asked' }
          : outcome,
      ),
    ),
  };
}

/** Pastes a dump badly again and again, and compares what is answered. */
export class Judge {
  readonly #clean: Clean;
  #questions: Promise<string[][]> | null = null;
  readonly #truths = new Map<string, Promise<Answer | null>>();

  constructor(clean: Clean) {
    this.#clean = clean;
  }

  async judge(seed: number): Promise<Judged> {
    const roll = dice(seed);
    const { text: dump, kind, command } = this.#clean;
    const { text, changes, whole } = pasteBadly({ lines: dump.trimEnd().split('\n'), kind, command }, roll);
    this.#questions ??= questionsOf(this.#clean.text);
    const question = pick(await this.#questions, roll);
    const what = `seed ${seed}, ${this.#clean.name}: ${changes.join(', ')}; trace ${question.join(' ')}`;
    const key = question.join(' ');
    const known = this.#truths.get(key) ?? answerOf(this.#clean.text, question);
    this.#truths.set(key, known);
    const right = await known;
    const answer = await answerOf(text, question);
    if (right === null) throw new Error(`the clean dump was refused: ${what}`);
    return { judgement: judgementOf(answer, right, whole), what, text };
  }
}

function judgementOf(answer: Answer | null, right: Answer, whole: boolean): Judgement {
  if (answer === null) return whole ? 'wrong' : 'refused';
  const fates = new Set(right.outcomes.map(fate));
  const certain = answer.outcomes.filter(({ verdict, given }) => verdict !== 'unknown' && given.length === 0);
  const own = new Set(answer.outcomes.map(fate));
  if (own.size === fates.size && [...own].every((one) => fates.has(one))) return 'same';
  return !whole && certain.every((one) => fates.has(fate(one))) ? 'open' : 'wrong';
}

const FROM = ['pod', 'node', 'external'] as const;

/** @returns packets to whatever is named: cluster IPs, node ports and endpoints, from everywhere. */
async function questionsOf(text: string): Promise<string[][]> {
  const { out, status } = await run(['services', '-f', '-', '-o', 'json'], { stdin: text });
  const found = status === 0 ? targetsOfRules(out) : [];
  const named = found.length > 0 ? found : targetsOfText(text);
  // Where another mode carries Services, iptables names none: the answer is the same of any address.
  const targets = named.length > 0 ? named : [['10.96.0.1:443', 'tcp']];
  return targets.flatMap(([to = '', protocol = 'tcp']) =>
    FROM.map((from) => [to, '--protocol', protocol, '--from', from]),
  );
}

function targetsOfRules(json: string): string[][] {
  const items: {
    protocol: string;
    nodePort: number | null;
    clusterIPs: { address: string; port: number }[];
    endpoints: { address: string; port: number }[];
  }[] = JSON.parse(json).items;
  return items.flatMap(({ protocol, nodePort, clusterIPs, endpoints }) => {
    const sockets = [...clusterIPs, ...endpoints.slice(0, 1)].map(({ address, port }) =>
      address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`,
    );
    return [...sockets, ...(nodePort === null ? [] : [`node:${nodePort}`])].map((to) => [to, protocol]);
  });
}

/** Virtual servers of IPVS, and elements of nft maps. */
function targetsOfText(text: string): string[][] {
  const ipvs = [...text.matchAll(/^(TCP|UDP|SCTP) +(\S+:\d+) /gm)].map(([, protocol = '', to = '']) => [
    to,
    protocol.toLowerCase(),
  ]);
  const nft = [...text.matchAll(/ ([\d.]+) \. (tcp|udp|sctp) \. (\d+) : goto/g)].map(
    ([, address, protocol = '', port]) => [`${address}:${port}`, protocol],
  );
  return [...ipvs, ...nft];
}
