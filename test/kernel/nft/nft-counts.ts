import type { Expression } from '../../../src/nftables/expression.ts';
import type { NftChain, NftRule, NftTable } from '../../../src/nftables/ruleset.ts';
import { isExtra, type Statement } from '../../../src/nftables/statement.ts';
import type { NftContext } from '../../../src/trace/nft/context.ts';
import { lookUp } from '../../../src/trace/nft/look-up.ts';
import { judge } from '../../../src/trace/nft/match.ts';
import type { Outcome, PathEntry } from '../../../src/trace/outcome.ts';
import type { World } from '../../../src/trace/world.ts';
import { addSides, type Sides, sidesOf } from '../judge/sides.ts';

/** What of native rules was met: by what is read, by what it is compared with, and by what a rule does. */
export class NftCounts {
  readonly fields = new Map<string, Sides>();
  readonly operands = new Map<string, Sides>();
  readonly statements = new Map<string, Sides>();

  /** Counts what the kernel has confirmed by going the way of this outcome. */
  add({ path }: Outcome, world: World): void {
    let frames: Frame[] = [];
    for (const [i, entry] of path.entries()) {
      frames = framesAt(frames, entry, world);
      const frame = frames.at(-1);
      if (frame === undefined) continue;
      const before = path[i - 1];
      const state = before?.step.hook === entry.step.hook ? before.state : entry.state;
      const { rule, end } = placeOf(entry, frame);
      const context = contextOf({ ...entry, state }, frame, world);
      for (; frame.position < end; frame.position++)
        this.#missed(frame.chain.rules.at(frame.position), context);
      frame.position = end + 1;
      if (rule !== null) this.#passed(rule);
      const { action, target } = entry.step;
      if (action === 'goto') frames.pop();
      const chain = action === 'jump' || action === 'goto' ? frame.table.chains.get(target ?? '') : undefined;
      if (chain !== undefined) frames.push({ table: frame.table, chain, position: 0 });
    }
  }

  /** Takes over what another lane counted. */
  merge({ fields, operands, statements }: NftCounts): void {
    addSides(this.fields, fields);
    addSides(this.operands, operands);
    addSides(this.statements, statements);
  }

  #passed({ statements }: NftRule): void {
    for (const statement of statements) this.#count(statement, 'held');
  }

  /** Up to where it broke, the rule's statements held. What is a question broke it where nothing behind it can have. */
  #missed({ statements }: NftRule, context: NftContext): void {
    for (const [i, statement] of statements.entries()) {
      const side = sideOf(statement, context);
      const alone = side === 'forked' && statements.slice(i + 1).every((one) => goesOn(one, context));
      this.#count(statement, alone ? 'failed' : side);
      if (side !== 'held') return;
    }
  }

  #count(statement: Statement, side: keyof Sides): void {
    if (statement.kind === 'match') {
      for (const name of fieldNames(statement.left)) sidesOf(this.fields, name)[side]++;
      sidesOf(this.operands, `${statement.operator} ${operandName(statement.right)}`)[side]++;
      return;
    }
    sidesOf(this.statements, statementName(statement))[side]++;
    const looked = lookedUp(statement);
    if (looked === null) return;
    for (const name of fieldNames(looked.key)) sidesOf(this.fields, name)[side]++;
    sidesOf(this.operands, `${statement.kind} ${operandName(looked.data)}`)[side]++;
  }
}

interface Frame {
  readonly table: NftTable;
  readonly chain: NftChain;
  position: number;
}

function framesAt(frames: readonly Frame[], entry: PathEntry, world: World): Frame[] {
  const { step } = entry;
  if (step.program !== 'nft') return [];
  const at = (step.rule?.number ?? Number.POSITIVE_INFINITY) - 1;
  const known = frames.findLastIndex(
    ({ table, chain, position }) =>
      table.family === step.family &&
      table.name === step.table &&
      chain.name === step.chain &&
      position <= Math.min(at, chain.rules.length),
  );
  if (known >= 0) return frames.slice(0, known + 1);
  const table = world.nft?.tables.get(`${step.family} ${step.table}`);
  const chain = table?.chains.get(step.chain);
  return table === undefined || chain === undefined ? [] : [{ table, chain, position: 0 }];
}

function placeOf({ step }: PathEntry, { chain }: Frame): { rule: NftRule | null; end: number } {
  if (step.rule === null) return { rule: null, end: chain.rules.length };
  const end = step.rule.number - 1;
  return { rule: chain.rules.at(end), end };
}

function contextOf({ state, step }: PathEntry, { table, chain }: Frame, world: World): NftContext {
  return { state, host: world.host, hook: step.hook, table, chain, answered: () => null };
}

function sideOf(statement: Statement, context: NftContext): keyof Sides {
  if (statement.kind === 'match') {
    const answer = judge(statement, context);
    if (answer === 'yes') return 'held';
    return answer === 'no' || answer === 'absent' ? 'failed' : 'forked';
  }
  if (isExtra(statement)) return statement.kind === 'counter' ? 'held' : 'forked';
  const looked = lookedUp(statement);
  if (looked !== null) {
    const { kind } = lookUp(looked.key, looked.data, context, '');
    return kind === 'found' ? 'held' : kind === 'missed' || kind === 'absent' ? 'failed' : 'forked';
  }
  // What implies a family or protocol that the packet is not of.
  return ACTS.has(statement.kind) ? 'failed' : 'held';
}

/** True where a statement breaks no rule for this packet. */
function goesOn(statement: Statement, context: NftContext): boolean {
  return (
    statement.kind === 'verdict' || (statement.kind !== 'assign' && sideOf(statement, context) === 'held')
  );
}

/** What ends a rule where it does not break it. */
const ACTS: ReadonlySet<string> = new Set([
  ...['verdict', 'dnat', 'snat', 'masquerade', 'redirect', 'reject', 'tproxy'],
]);

function lookedUp(statement: Statement): { readonly key: Expression; readonly data: Expression } | null {
  if (statement.kind === 'vmap') return statement;
  const from =
    statement.kind === 'assign'
      ? statement.value
      : statement.kind === 'dnat' || statement.kind === 'snat'
        ? statement.address
        : null;
  return from?.kind === 'map' ? from : null;
}

/** @returns what an expression reads, part by part. */
function fieldNames(expression: Expression): string[] {
  switch (expression.kind) {
    case 'concat':
      return expression.parts.flatMap(fieldNames);
    case 'binary':
      return [...fieldNames(expression.left), ...fieldNames(expression.right), expression.operator];
    case 'meta':
    case 'rt':
    case 'socket':
      return [`${expression.kind} ${expression.key}`];
    case 'ct':
      return [['ct', expression.direction, expression.key].filter(Boolean).join(' ')];
    case 'payload':
      return [`${expression.protocol} ${expression.field}`];
    case 'raw-payload':
      return [`@${expression.base}`];
    case 'fib':
      return [`fib ${[...expression.flags].sort().join(' . ')} ${expression.result}`];
    case 'header-option':
      return [expression.of];
    case 'numgen':
      return [`numgen ${expression.by}`];
    default:
      return [];
  }
}

function operandName(expression: Expression): string {
  switch (expression.kind) {
    case 'set': {
      const [first] = expression.elements;
      const rest = expression.elements.some(({ key }) => key === null) ? ' with *' : '';
      return `{ ${first?.key == null ? '*' : operandName(first.key)} }${rest}`;
    }
    case 'concat':
      return expression.parts.map((part) => operandName(part)).join(' . ');
    case 'number':
    case 'word':
      return 'value';
    case 'set-name':
      return `@${expression.name.replace(/\d+$/, '')}`;
    default:
      return expression.kind;
  }
}

function statementName(statement: Statement): string {
  switch (statement.kind) {
    case 'verdict':
      return statement.verdict;
    case 'assign': {
      const [name = ''] = fieldNames(statement.field);
      return `${name} set${statement.value.kind === 'map' ? ' map' : ''}`;
    }
    case 'set-update':
      return `${statement.operation} @set`;
    case 'dnat':
    case 'snat':
    case 'masquerade':
    case 'redirect': {
      const { address, port, random, fullyRandom, persistent, prefix } = statement;
      const words = [
        statement.kind,
        address === null ? '' : address.kind === 'word' ? 'address' : address.kind,
        port === null ? '' : `:${port.kind}`,
        random ? 'random' : '',
        fullyRandom ? 'fully-random' : '',
        persistent ? 'persistent' : '',
        prefix ? 'prefix' : '',
      ];
      return words.filter((word) => word !== '').join(' ');
    }
    case 'reject':
      return ['reject', statement.type].filter(Boolean).join(' ');
    case 'passive':
      return statement.what;
    default:
      return statement.kind;
  }
}
