import { wordOf } from '../../json/fields.ts';
import type { Element, Expression, Extra, Field, Named, Verdict } from '../expression.ts';
import { formatDuration } from './duration.ts';

/** Fields whose numbers nft prints as hex of eight digits. */
function isMark(of: Expression | null): boolean {
  if (of?.kind === 'binary') return isMark(of.left);
  return (of?.kind === 'meta' || of?.kind === 'ct') && of.key === 'mark';
}

/** Bits without a name of their own. */
function isHex(of: Expression | null): boolean {
  if (of?.kind === 'binary') return isHex(of.left);
  return (
    of?.kind === 'raw-payload' || (of?.kind === 'payload' && of.protocol === 'tcp' && of.field === 'flags')
  );
}

const QUOTED_KEYS: ReadonlySet<string> = new Set(
  ['iif', 'iifname', 'oif', 'oifname', 'time', 'day', 'hour', 'iifkind'].concat([
    'oifkind',
    'ibrname',
    'obrname',
    'sdif',
    'sdifname',
    'helper',
  ]),
);

/** Words of these fields stand in quotes. */
function isQuoted(of: Expression | null): boolean {
  if (of?.kind === 'meta' || of?.kind === 'ct') return QUOTED_KEYS.has(of.key);
  return of?.kind === 'osf' || (of?.kind === 'fib' && of.result === 'oifname');
}

/**
 * @param of what the expression is compared with or written to, which says how its constants are spelt
 * @returns the expression as nft spells it
 */
export function printExpression(expression: Expression, of: Expression | null = null): string {
  switch (expression.kind) {
    case 'number':
      if (isMark(of)) return `0x${expression.value.toString(16).padStart(8, '0')}`;
      if (isHex(of)) return `0x${expression.value.toString(16)}`;
      if (of?.kind === 'ct' && of.key === 'expiration') return formatDuration(expression.value);
      return isQuoted(of) && of?.kind === 'meta' ? `"${expression.value}"` : wordOf(expression.value);
    case 'word':
      if (of?.kind === 'ct' && of.key === 'expiration') return expression.text;
      return isQuoted(of) || /[*\s]/.test(expression.text) ? `"${expression.text}"` : expression.text;
    case 'exists':
      return expression.value ? 'exists' : 'missing';
    case 'prefix':
      return `${expression.address}/${expression.length}`;
    case 'range':
      return `${printExpression(expression.from, of)}-${printExpression(expression.to, of)}`;
    case 'flags':
      return expression.words.join(of === null ? ' | ' : ',');
    case 'concat':
      return expression.parts.map((part, at) => printExpression(part, partOf(of, at))).join(' . ');
    case 'set':
      return `{ ${expression.elements.map((element) => printElement(element, of)).join(', ')} }`;
    case 'set-name':
      return `@${expression.name}`;
    case 'binary': {
      const left = printExpression(expression.left, of);
      const right = printOperand(expression.right, operandOf(expression.left, of));
      return `${left} ${expression.operator} ${right}`;
    }
    case 'numgen':
      return printGenerator(expression);
    case 'map':
      return `${printExpression(expression.key)} map ${printExpression(expression.data, expression.key)}`;
    case 'lost':
      return '(not captured)';
    case 'unknown':
      return expression.text;
    default:
      return printField(expression);
  }
}

const MARK: Field = { kind: 'meta', key: 'mark' };

function operandOf(left: Expression, of: Expression | null): Expression | null {
  if (isMark(left) || isMark(of)) return MARK;
  return isHex(left) ? left : null;
}

function printOperand(expression: Expression, of: Expression | null): string {
  const text = printExpression(expression, of);
  if (expression.kind === 'flags') return `(${expression.words.join(' | ')})`;
  return expression.kind === 'binary' ? `(${text})` : text;
}

function partOf(of: Expression | null, at: number): Expression | null {
  return of?.kind === 'concat' ? (of.parts[at] ?? null) : null;
}

function printGenerator({ by, modulus, offset, seed, of }: Extract<Expression, { kind: 'numgen' }>): string {
  const from = offset === 0 ? '' : ` offset ${offset}`;
  if (by === 'symhash') return `symhash mod ${modulus}${from}`;
  if (by !== 'jhash') return `numgen ${by} mod ${modulus}${from}`;
  const seeded = seed === null ? '' : ` seed 0x${seed.toString(16)}`;
  return `jhash ${of === null ? '' : printExpression(of)} mod ${modulus}${seeded}${from}`;
}

const BARE: ReadonlySet<string> = new Set(['iif', 'iifname', 'iifgroup', 'oif', 'oifname', 'oifgroup']);

/** @returns a field as nft spells it. */
export function printField(field: Field): string {
  switch (field.kind) {
    case 'meta':
      return BARE.has(field.key) ? field.key : `meta ${field.key}`;
    case 'ct':
      return field.direction === null ? `ct ${field.key}` : `ct ${field.direction} ${field.key}`;
    case 'payload':
      return `${field.protocol} ${field.field}`;
    case 'raw-payload':
      return `@${field.base},${field.offset},${field.length}`;
    case 'fib':
      return `fib ${field.flags.join(' . ')} ${field.result}`;
    case 'rt':
      return field.family === null ? `rt ${field.key}` : `rt ${field.family} ${field.key}`;
    case 'socket':
      return `socket ${field.key}`;
    case 'osf':
      return field.ttl === null ? `osf ${field.key}` : `osf ttl ${field.ttl} ${field.key}`;
    case 'ipsec':
      return `ipsec ${field.text}`;
    case 'header-option': {
      const name = field.field === null ? field.name : `${field.name} ${field.field}`;
      return field.of === 'exthdr' && field.field !== null ? name : `${field.of} ${name}`;
    }
  }
}

/** @param of what the element's key is compared with. @returns an element or pair as nft spells it. */
export function printElement(element: Element, of: Expression | null = null): string {
  const words = [element.key === null ? '*' : printKey(element.key, of)];
  if (element.timeout !== null) words.push('timeout', formatDuration(element.timeout));
  if (element.expires !== null) words.push('expires', formatDuration(element.expires));
  for (const extra of element.extras) words.push(printExtra(extra));
  if (element.comment !== null) words.push(`comment "${element.comment}"`);
  const key = words.join(' ');
  if (element.data === null) return key;
  return `${key} : ${element.data.kind === 'verdict' ? printVerdict(element.data) : printExpression(element.data)}`;
}

/** Flags within a set are joined by bars, so that commas part elements. */
function printKey(key: Expression, of: Expression | null): string {
  return key.kind === 'flags' ? key.words.join(' | ') : printExpression(key, of);
}

/** @returns a verdict as nft spells it. */
export function printVerdict({ verdict, chain }: Verdict): string {
  return chain === null ? verdict : `${verdict} ${chain}`;
}

/** @returns a counter, quota, limit … as nft spells it. */
export function printExtra(extra: Extra): string {
  switch (extra.kind) {
    case 'counter':
      if (extra.name !== null) return `counter name ${printName(extra.name)}`;
      return extra.packets === null
        ? 'counter'
        : `counter packets ${extra.packets} bytes ${extra.bytes ?? 0}`;
    case 'quota':
      if (extra.name !== null) return `quota name ${printName(extra.name)}`;
      return `quota ${extra.over ? 'over ' : ''}${extra.text}`;
    case 'limit':
      if (extra.name !== null) return `limit name ${printName(extra.name)}`;
      return `limit rate ${extra.over ? 'over ' : ''}${extra.text}`;
    case 'ct-count':
      return `ct count ${extra.over ? 'over ' : ''}${extra.value}`;
    case 'last':
      return 'last';
  }
}

function printName(name: Exclude<Named, null>): string {
  return typeof name === 'string' ? `"${name}"` : printExpression(name);
}
