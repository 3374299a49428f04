import type { Expression } from '../expression.ts';
import { isExtra, type NatStatement, type Statement } from '../statement.ts';
import { formatDuration } from './duration.ts';
import { printExpression, printExtra, printField, printVerdict } from './print-expression.ts';

/** @returns a rule as nft spells it, without handle. */
export function printStatements(statements: readonly Statement[], comment: string | null): string {
  const texts = statements.map(printStatement);
  if (comment !== null) texts.push(`comment "${comment}"`);
  return texts.join(' ');
}

/** @returns a statement as nft spells it. */
export function printStatement(statement: Statement): string {
  if (isExtra(statement)) return printExtra(statement);
  switch (statement.kind) {
    case 'verdict':
      return printVerdict(statement);
    case 'match':
      return printMatch(statement);
    case 'vmap':
      return `${printExpression(statement.key)} vmap ${printExpression(statement.data, statement.key)}`;
    case 'assign':
      return `${printField(statement.field)} set ${printExpression(statement.value, statement.field)}`;
    case 'set-update': {
      const words = [printExpression(statement.key)];
      if (statement.timeout !== null) words.push('timeout', formatDuration(statement.timeout));
      words.push(...statement.extras.map(printExtra));
      if (statement.comment !== null) words.push(`comment "${statement.comment}"`);
      if (statement.data !== null) words.push(':', printExpression(statement.data));
      return `${statement.operation} @${statement.set} { ${words.join(' ')} }`;
    }
    case 'dnat':
    case 'snat':
    case 'masquerade':
    case 'redirect':
      return printNat(statement);
    case 'reject':
      if (statement.type === null) return 'reject';
      return `reject with ${statement.type}${statement.code === null ? '' : ` ${statement.code}`}`;
    case 'notrack':
      return 'notrack';
    case 'tproxy': {
      const family = statement.family === null ? '' : `${statement.family} `;
      return `tproxy ${family}to ${printSocket(statement.address, statement.port)}`;
    }
    case 'synproxy':
      if (statement.map !== null) return `synproxy name ${printExpression(statement.map)}`;
      return `synproxy ${statement.text}`.trimEnd();
    case 'queue':
    case 'fwd':
    case 'dup':
      return `${statement.kind} ${statement.text}`.trimEnd();
    case 'flow':
      return `flow add @${statement.table}`;
    case 'passive':
      if (statement.what === 'log') return `log ${statement.text}`.trimEnd();
      return `${statement.what} set ${statement.map === null ? `"${statement.text}"` : printExpression(statement.map)}`;
    case 'xt':
      return `xt ${statement.type} "${statement.name}"`;
    case 'unknown':
      return statement.text;
  }
}

function printMatch({ operator, left, right }: Extract<Statement, { kind: 'match' }>): string {
  const lhs = printExpression(left);
  // nft 1.1 and 1.0.6 both take `tcp flags & (fin | syn) == syn`.
  const rhs =
    right.kind === 'flags' && operator !== 'in' ? right.words.join(',') : printExpression(right, left);
  const implied = operator === 'in' || (operator === '==' && !needsOperator(left, right));
  return implied ? `${lhs} ${rhs}` : `${lhs} ${operator} ${rhs}`;
}

/** Behind an operator, and where without one it would ask for some of the bits. */
function needsOperator(left: Expression, right: Expression): boolean {
  if (left.kind === 'binary') return true;
  if (right.kind === 'set' || right.kind === 'set-name') return false;
  if (left.kind === 'ct') return ['state', 'status', 'label', 'event'].includes(left.key);
  return left.kind === 'payload' && left.protocol === 'tcp' && left.field === 'flags';
}

function printNat(nat: NatStatement): string {
  const words: string[] = [nat.kind];
  const to = nat.address !== null || nat.port !== null;
  if (nat.family !== null) words.push(nat.family);
  if (nat.prefix) words.push('prefix');
  if (to) words.push('to', printSocket(nat.address, nat.port));
  const flags = [
    ...(nat.random ? ['random'] : []),
    ...(nat.fullyRandom ? ['fully-random'] : []),
    ...(nat.persistent ? ['persistent'] : []),
  ];
  if (flags.length > 0) words.push(flags.join(','));
  return words.join(' ');
}

function printSocket(address: Expression | null, port: Expression | null): string {
  const to = address === null ? '' : printExpression(address);
  if (port === null) return to;
  const bracketed = to.includes(':')
    ? to
        .split('-')
        .map((each) => `[${each}]`)
        .join('-')
    : to;
  const plain = address?.kind === 'map' || address?.kind === 'numgen';
  return `${plain ? `${to} ` : bracketed}:${printExpression(port)}`;
}
