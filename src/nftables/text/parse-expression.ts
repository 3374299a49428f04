import { parseConstant, readConstant, secondsOf } from './parse-constant.ts';
import { parseExtra } from './parse-extra.ts';
import { parseField } from './parse-field.ts';
import type { Tokens } from './tokens.ts';

const BINARY: ReadonlySet<string> = new Set(['&', '|', '^', '<<', '>>']);

/** Takes an expression that may be computed: fields, constants, operators, maps. @returns it as nft's JSON has it. */
export function parseExpression(tokens: Tokens): unknown {
  let left = parseConcat(tokens);
  while (BINARY.has(tokens.peek())) {
    const operator = tokens.next();
    const right = parseOperand(tokens);
    left =
      operator === '|' && typeof right === 'string' ? joined(left, right) : { [operator]: [left, right] };
  }
  if (tokens.take('map')) return { map: { key: left, data: parseData(tokens) } };
  return left;
}

/** `fin | syn | rst` is one list of flags. */
function joined(left: unknown, right: string): unknown {
  const flags = (left as { '|'?: unknown } | null)?.['|'];
  if (Array.isArray(flags) && flags.every((flag) => typeof flag === 'string'))
    return { '|': [...flags, right] };
  return { '|': [left, right] };
}

function parseConcat(tokens: Tokens): unknown {
  const parts: unknown[] = [parseOperand(tokens)];
  while (tokens.take('.')) parts.push(parseOperand(tokens));
  return parts.length === 1 ? parts[0] : { concat: parts };
}

function parseOperand(tokens: Tokens): unknown {
  return tokens.nested(
    () => readOperand(tokens),
    () => parseOne(tokens),
  );
}

function readOperand(tokens: Tokens): unknown {
  if (tokens.take('(')) {
    const inside = parseExpression(tokens);
    tokens.take(')');
    return inside;
  }
  return parseGenerator(tokens) ?? parseField(tokens) ?? parseOne(tokens);
}

function parseOne(tokens: Tokens): unknown {
  const quoted = tokens.token()?.quoted === true;
  const word = tokens.next();
  return quoted ? word : readConstant(word);
}

/** `numgen`, `jhash`, `symhash`. */
function parseGenerator(tokens: Tokens): unknown {
  const word = tokens.peek();
  if (word === 'numgen') {
    tokens.next();
    const mode = tokens.next();
    return { numgen: { mode, ...parseModulus(tokens), ...{ offset: 0, ...parseOffset(tokens) } } };
  }
  if (word === 'symhash') {
    tokens.next();
    return { symhash: { ...parseModulus(tokens), ...parseOffset(tokens) } };
  }
  if (word !== 'jhash') return null;
  tokens.next();
  const expr = parseConcat(tokens);
  const modulus = parseModulus(tokens);
  const seed = tokens.take('seed') ? { seed: Number(tokens.next()) } : {};
  return { jhash: { ...modulus, ...seed, ...parseOffset(tokens), expr } };
}

function parseModulus(tokens: Tokens): { mod: number } {
  tokens.take('mod');
  return { mod: Number(tokens.next()) };
}

function parseOffset(tokens: Tokens): { offset?: number } {
  return tokens.take('offset') ? { offset: Number(tokens.next()) } : {};
}

/** Takes what stands behind `vmap`, `map` or an operator: a named set or one in braces. */
export function parseData(tokens: Tokens): unknown {
  if (!tokens.take('{')) return tokens.next();
  return { set: parseElements(tokens) };
}

/** Takes elements up to the closing brace. */
export function parseElements(tokens: Tokens): unknown[] {
  const elements: unknown[] = [];
  while (!tokens.done && !tokens.take('}')) {
    if (tokens.take(',')) continue;
    const element = parseElement(tokens);
    // A comma stands between two: where there is none a line was broken within a word.
    if (tokens.done || tokens.peek() === ',' || tokens.peek() === '}') elements.push(element);
    else
      elements.push({ unknown: `${typeof element === 'object' ? '…' : String(element)} ${tokens.next()}` });
  }
  return elements;
}

function parseElement(tokens: Tokens): unknown {
  const value = parseConstant(tokens);
  const options: Record<string, unknown> = {};
  for (;;) {
    if (tokens.take('timeout')) options.timeout = secondsOf(tokens.next());
    else if (tokens.take('expires')) options.expires = secondsOf(tokens.next());
    else if (tokens.take('comment')) options.comment = tokens.next();
    else {
      const extra = parseExtra(tokens, parseExpression);
      if (extra === null) break;
      Object.assign(options, extra);
    }
  }
  const key = Object.keys(options).length === 0 ? value : { elem: { val: value, ...options } };
  if (!tokens.take(':')) return key;
  return [key, parseVerdict(tokens) ?? parseConstant(tokens)];
}

/** Takes a verdict. @returns it as nft's JSON has it; null where the next word is none. */
export function parseVerdict(tokens: Tokens): unknown {
  const word = tokens.peek();
  switch (word) {
    case 'accept':
    case 'drop':
    case 'continue':
    case 'return':
      tokens.next();
      return { [word]: null };
    case 'jump':
    case 'goto':
      tokens.next();
      return { [word]: { target: tokens.next() } };
    default:
      return null;
  }
}
