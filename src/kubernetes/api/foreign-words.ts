import type { User } from '@kubernetes/client-node';
import { type Fields, fieldsOf, objectsOf } from '../../json/fields.ts';
import type { ApiAccess } from './access.ts';
import { lastWordsOf } from './api-error.ts';

/** Shorter ones stand in ordinary words too: hiding them there would tell them. */
const SHORTEST = 3;

const SECRET_NAME = /secret|token|password|key/i;

/**
 * @param said by a server, a library or a credential plugin, which may repeat what they were given.
 * @returns its last words without any secret of this access, on one line and short.
 */
export function foreignWordsOf(said: unknown, access: Pick<ApiAccess, 'user'>): string {
  let text = said instanceof Error ? said.message : String(said);
  for (const secret of secretsOf(access.user)) text = text.replaceAll(secret, '[hidden]');
  return lastWordsOf(text);
}

/** Longest first, so that no part of one is left. */
function secretsOf(user: User): string[] {
  return [
    ...loginsOf(user),
    ...namedSecrets(environmentOf(user)),
    ...namedSecrets(fieldsOf(user.authProvider?.config)),
  ]
    .flatMap((secret) => [secret, ...secret.split(/\s+/)])
    .filter((secret) => secret.length >= SHORTEST)
    .sort((one, other) => other.length - one.length);
}

function loginsOf({ token, username, password }: User): string[] {
  const given = token === undefined ? [] : [token];
  if (username === undefined || password === undefined) return given;
  // As it stands in the header.
  const sent = Buffer.from(`${username}:${password}`).toString('base64');
  return [...given, password, encodeURIComponent(password), sent];
}

/** What a credential plugin is given. */
function environmentOf({ exec }: User): Fields {
  return Object.fromEntries(objectsOf(exec?.env).map(({ name, value }) => [String(name), value]));
}

function namedSecrets(values: Fields): string[] {
  return Object.entries(values).flatMap(([name, value]) =>
    SECRET_NAME.test(name) && typeof value === 'string' ? [value] : [],
  );
}
