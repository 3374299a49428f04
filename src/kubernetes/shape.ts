import { type Fields, isFields } from '../json/fields.ts';

/** Keeps the texts of an object whose key it says yes to: labels and annotations. */
export type KeepsKey = (key: string) => boolean;

/**
 * Which fields of an object there are for us. `true` is a plain value or a list of plain values; a shape is an object, or
 * each object of a list.
 */
export interface Shape {
  readonly [field: string]: true | KeepsKey | Shape;
}

declare const WITHIN: unique symbol;

/** A value that nobody has checked yet, and of which nothing but a shape's fields may be asked for. */
export type Part<S> = S extends true ? unknown : { readonly [WITHIN]?: S };

/** An object read through a shape: a field that the shape lacks does not compile, so that what is read is kept. */
export type Shaped<S> = { readonly [Field in keyof S]?: Part<S[Field]> };

const NOTHING: Fields = {};

/** @returns the value where it is an object, else an empty one; its fields are those of the shape. */
export function partOf<S extends Shape>(value: Part<S> | undefined): Shaped<S> {
  // What the fields hold is still to be checked: only their names are certain.
  return (isFields(value) ? value : NOTHING) as Shaped<S>;
}

/** @returns the parts of a list, objects or not; empty where the value is no list. */
export function partsOf<S extends Shape>(value: Part<S> | undefined): readonly Part<S>[] {
  return Array.isArray(value) ? value : [];
}

/** @returns a whole object as its kind's shape has it. */
export function shaped<S extends Shape>(_shape: S, object: Fields): Shaped<S> {
  return object as Shaped<S>;
}

/** @returns the entries of an object that are texts, and that the shape keeps. */
export function textsIn(keeps: KeepsKey, value: unknown): Record<string, string> {
  const texts: [string, string][] = [];
  for (const [key, text] of Object.entries(isFields(value) ? value : NOTHING))
    if (typeof text === 'string' && keeps(key)) texts.push([key, text]);
  return Object.fromEntries(texts);
}

/** @returns a copy with nothing but what the shape has. Places in lists stay: what stood there and is no use becomes null. */
export function pick(object: Fields, shape: Shape): Fields {
  const kept: [string, unknown][] = [];
  for (const [key, wanted] of Object.entries(shape)) {
    if (!Object.hasOwn(object, key)) continue;
    const value = pickValue(object[key], wanted);
    if (value !== undefined) kept.push([key, value]);
  }
  return Object.fromEntries(kept);
}

function pickValue(value: unknown, wanted: true | KeepsKey | Shape): unknown {
  if (typeof wanted === 'function') return isFields(value) ? textsIn(wanted, value) : undefined;
  if (wanted === true) return plainOf(value);
  if (Array.isArray(value)) return value.map((item) => (isFields(item) ? pick(item, wanted) : null));
  return isFields(value) ? pick(value, wanted) : undefined;
}

function plainOf(value: unknown): unknown {
  if (!Array.isArray(value)) return typeof value === 'object' ? undefined : value;
  return value.map((item) => (typeof item === 'object' ? null : item));
}
