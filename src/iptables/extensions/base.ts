import { parseProtocol } from '../../net/protocol.ts';
import { baseName } from '../base-options.ts';
import type { Match } from '../match.ts';
import type { Part } from '../part.ts';
import { type Context, isNegated, unrecognisedPart, valueText } from './extension.ts';
import { readPrefix } from './values.ts';

/** @returns what an option that every rule can have asks: `-s -d -i -o -p -f`; `unrecognised` where it cannot be read. */
export function baseMatch(part: Part, context: Context): Match {
  return read(part, context) ?? unrecognisedPart(part);
}

function read(part: Part, context: Context): Match | null {
  const negated = isNegated(part);
  const value = valueText(part);
  const name = baseName(part.flag.text);
  if (name === '-f') return { kind: 'fragment', negated };
  if (value === '') return null;
  switch (name) {
    case '-s':
    case '-d': {
      const prefix = readPrefix(value, context.family);
      return prefix && { kind: name === '-s' ? 'source' : 'destination', negated, prefix };
    }
    case '-i':
      return { kind: 'in-interface', negated, name: value };
    case '-o':
      return { kind: 'out-interface', negated, name: value };
    case '-p':
      return { kind: 'protocol', negated, number: value === 'all' ? 0 : parseProtocol(value), name: value };
    default:
      return null;
  }
}
