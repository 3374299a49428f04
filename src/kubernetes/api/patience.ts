import type { ApiAnswer } from './api-answer.ts';

/** Without being told how long, a request is tried so often; told, as client-go does it. */
const ATTEMPTS = 4;
const ATTEMPTS_TOLD = 10;
/** No single wait is longer, whatever the server says. */
const LONGEST_MS = 5000;
const LONGEST_TOLD_MS = 30_000;
const RETRIED: ReadonlySet<number> = new Set([429, 500, 502, 503, 504]);

/**
 * How long to wait before a request is sent once more. A server that is overloaded says it itself with Retry-After (429 of priority
 * and fairness, 503 of a server that starts or ends): that is kept to, up to half a minute each time. Else the wait doubles.
 * @param attempt counts from 1. @param pauseMs the first wait. @param answer null: the connection broke
 * @returns milliseconds, and whether the server told them; null: the answer counts as it is
 */
export function waitBefore(
  attempt: number,
  pauseMs: number,
  answer: Pick<ApiAnswer, 'status' | 'headers'> | null,
  now = Date.now(),
): { readonly ms: number; readonly told: boolean } | null {
  if (answer !== null && !RETRIED.has(answer.status)) return null;
  const told = answer === null ? null : toldWait(answer.headers['retry-after'], now);
  if (attempt >= (told === null ? ATTEMPTS : ATTEMPTS_TOLD)) return null;
  // A clock may differ, and 0 must not become ten requests at once.
  if (told !== null) return { ms: Math.min(Math.max(told, pauseMs), LONGEST_TOLD_MS), told: true };
  return { ms: Math.min(pauseMs * 2 ** (attempt - 1), LONGEST_MS), told: false };
}

/** Seconds, or a date (RFC 9110, 10.2.3). Null where neither is told. */
function toldWait(header: string | undefined, now: number): number | null {
  if (header === undefined || header.trim() === '') return null;
  const seconds = Number(header);
  const ms = Number.isNaN(seconds) ? Date.parse(header) - now : seconds * 1000;
  return Number.isNaN(ms) ? null : Math.max(0, ms);
}
