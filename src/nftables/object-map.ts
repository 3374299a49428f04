import type { Expression, MapExpression } from './expression.ts';
import { printExpression } from './print/print-expression.ts';
import type { Statement } from './statement.ts';

/**
 * Counters, quotas, limits, helpers and other objects of a table can be picked by a map: `limit name ip saddr map @limits`. A packet
 * that the map lacks breaks the rule, whatever the object is (nft_objref_map_eval).
 * @returns the map; null where the statement names its object, has its own, or uses none
 */
export function objectMapOf(statement: Statement): MapExpression | null {
  switch (statement.kind) {
    case 'counter':
    case 'quota':
    case 'limit': {
      const { name } = statement;
      return name !== null && typeof name !== 'string' && name.kind === 'map' ? name : null;
    }
    case 'synproxy':
    case 'passive':
      return statement.map;
    default:
      return null;
  }
}

/** @returns the statement with the object that its map gave. */
export function withObject(statement: Statement, object: Expression): Statement {
  const name = object.kind === 'word' ? object.text : printExpression(object);
  switch (statement.kind) {
    case 'counter':
    case 'quota':
    case 'limit':
      return { ...statement, name };
    case 'synproxy':
    case 'passive':
      return { ...statement, map: null, text: name };
    default:
      return statement;
  }
}
