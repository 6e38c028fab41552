/**
 * Moving in from express-session with connect-dynamodb 3, without signing anybody out.
 *
 * @packageDocumentation
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { isRecord, mustBeSecure } from '../settings';
import type { SessionMigration } from './options/session-migration';
import { OldRow, migrationBy } from './request/migration';

export { type SessionMigration } from './options/session-migration';

/** The old store, by the names of its own options. */
export interface ConnectDynamoDbOptions {
  /** The old table, in the Region of the session table. */
  readonly tableName: string;
  /** The `secret` of express-session; all of them where it was rotated. */
  readonly secret: string | readonly string[];
  /** The `name` of express-session. @default 'connect.sid' */
  readonly cookieName?: string;
  /** The `prefix` of connect-dynamodb. @default 'sess:' */
  readonly prefix?: string;
  /** The `hashKey` of connect-dynamodb. @default 'id' */
  readonly hashKey?: string;
  /** The `cookie.path` of express-session. @default '/' */
  readonly path?: string;
  /** The `cookie.domain` of express-session. @default - none */
  readonly domain?: string;
}

/** What is asked of an option before its first use. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,256}$/;
/** A longer cookie is not read: browsers send 4,096 bytes of one. */
const LONGEST = 4096;

/**
 * Takes over the sessions of connect-dynamodb 3, for the option `migrateFrom` of a session factory.
 *
 * A visitor without our cookie but with a genuine old one gets a new session
 * with the data of the old: one GetItem of the old table, and once the new
 * session is stored one DeleteItem. The function needs both actions on that table: `grantMigration`.
 *
 * ```ts
 * const sessions = sessionFactory({ migrateFrom: connectDynamoDb({ tableName: 'sessions', secret }) });
 * ```
 *
 * @throws TypeError for an option that cannot be used
 */
export function connectDynamoDb(options: ConnectDynamoDbOptions): SessionMigration {
  const {
    tableName,
    secret,
    cookieName = 'connect.sid',
    prefix = 'sess:',
    hashKey = 'id',
    path = '/',
    domain,
  } = Object(options) as ConnectDynamoDbOptions;
  const secrets: readonly unknown[] = typeof secret === 'string' ? [secret] : Array.isArray(secret) ? secret : [];
  const checks: readonly [boolean, string][] = [
    [typeof tableName === 'string' && tableName !== '', 'tableName: the name of the old table is expected'],
    [
      secrets.length > 0 && secrets.every((each) => typeof each === 'string' && each !== ''),
      'secret: a text that is not empty is expected, or a list of them',
    ],
    [TOKEN.test(cookieName), 'cookieName: the name of a cookie is expected'],
    [
      typeof prefix === 'string' && typeof hashKey === 'string' && hashKey !== '',
      'prefix and hashKey: texts are expected',
    ],
    [
      [path, domain ?? ''].every((text) => typeof text === 'string' && /^[\x20-\x3a\x3c-\x7e]*$/.test(text)),
      'path and domain: texts without ";" are expected',
    ],
  ];
  const wrong = checks.find(([isRight]) => !isRight);
  if (wrong !== undefined) throw new TypeError(`connectDynamoDb: ${wrong[1]}.`);
  // Of a cookie with a prefix browsers take no header without Secure, not even one that removes it.
  const secure = mustBeSecure({ name: cookieName }) ? '; Secure' : '';
  const clearing = `${cookieName}=; Path=${path}${domain === undefined ? '' : `; Domain=${domain}`}; Max-Age=0${secure}; HttpOnly`;
  return migrationBy(cookieName, (cookies): OldRow | undefined => {
    for (const value of valuesOf(cookies, cookieName)) {
      const id = verified(value, secrets as readonly string[]);
      if (id !== undefined) return { tableName, key: { [hashKey]: { S: prefix + id } }, clearing, read: readRow };
    }
    return undefined;
  });
}

/** The decoded values of the cookies of a name, as express-session takes them. */
function valuesOf(headers: readonly unknown[], name: string): string[] {
  const texts = headers.filter((header) => typeof header === 'string').flatMap((header) => header.split(';'));
  return texts.flatMap((text) => {
    const [found = '', ...rest] = text.trim().split('=');
    const value = rest.join('=');
    if (found.trim() !== name || value.length > LONGEST) return [];
    try {
      return [decodeURIComponent(value.trim().replace(/^"(.*)"$/, '$1'))];
    } catch {
      return [];
    }
  });
}

/**
 * The id of a signed value, `s:id.signature`, if the signature is one of a secret. Compared in constant time.
 *
 * @see https://www.npmjs.com/package/cookie-signature
 */
function verified(value: string, secrets: readonly string[]): string | undefined {
  const [, id, signature] = /^s:(.+)\.([A-Za-z0-9+/]{43})$/s.exec(value) ?? [];
  if (id === undefined || signature === undefined) return undefined;
  // As text, because four spellings of the last character decode to the same bytes.
  const textOf = (secret: string) =>
    Buffer.from(createHmac('sha256', secret).update(id).digest('base64').slice(0, signature.length));
  const isGenuine = secrets.some((secret) => timingSafeEqual(textOf(secret), Buffer.from(signature)));
  return isGenuine ? id : undefined;
}

/** A row holds the session as JSON, with the cookie's settings among the data, and the end in epoch seconds. */
function readRow(row: unknown, now: number): Readonly<Record<string, unknown>> | 'expired' | undefined {
  const { sess, expires } = Object(row) as {
    readonly sess?: { readonly S?: unknown };
    readonly expires?: { readonly N?: unknown };
  };
  if (expires !== undefined && !(now < Number(expires.N))) return 'expired';
  try {
    const session: unknown = JSON.parse(String(sess?.S));
    if (!isRecord(session)) return undefined;
    const { cookie: _, ...data } = session;
    return data;
  } catch {
    return undefined;
  }
}
