import { randomBytes } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type ExitCode, type Surroundings, UsageError } from './run';
import { sdkClient } from '../runtime/client/sdk-client';
import { systemClock } from '../runtime/clock';
import { SessionUnavailableError } from '../runtime/errors';
import { readCookies } from '../runtime/request/cookies';
import { makeSessionFactory } from '../runtime/request/session-factory';
import { isSessionId } from '../runtime/session/id';
import { COMPRESSED, SEALED, SessionRecord, StoredValue, flagsOf, recordSize } from '../runtime/table/item';
import { keyOf, refOf } from '../runtime/table/key';
import { Store, Target } from '../runtime/table/store';

/** Which sessions a command is for. */
export interface SessionCommandOptions {
  readonly tableName: string;
  readonly region: string | undefined;
  readonly namespace: string | undefined;
  readonly cookieName: string;
}

/** Milliseconds for a call: a person at a terminal waits longer than a browser. */
const PATIENCE = 15_000;
const NOT_THERE = 'state     not there: it ended, or never was';
const REPLACED = 'state     replaced by a session with a new id';

/** Prints what is stored of a session: times, names, sizes and flags, never a value. */
export async function inspect(options: SessionCommandOptions, { input, out }: Surroundings): Promise<ExitCode> {
  const key = keyFrom(input(), options);
  const result = await withClient(options, (client) => storeOf(client, options).load(targetOf(key), true));
  out(`ref       ${refOf(key)}`);
  if (result.kind !== 'found') {
    out(result.kind === 'missing' ? NOT_THERE : 'state     not readable: damaged, or of a newer version');
    return 1;
  }
  return describe(key, result.record, out);
}

/** Ends the session of a cookie, if there is one: the wrong namespace or table must not look like success. */
export async function end(options: SessionCommandOptions, { input, out }: Surroundings): Promise<ExitCode> {
  const key = keyFrom(input(), options);
  const state = await withClient(options, async (client) => {
    const store = storeOf(client, options);
    const result = await store.load(targetOf(key), true);
    if (result.kind === 'missing') return NOT_THERE;
    if (result.kind === 'found' && result.record.frz !== undefined) return REPLACED;
    await store.delete(targetOf(key));
    return undefined;
  });
  out(`${state === undefined ? 'ended    ' : 'ref      '} ${refOf(key)}`);
  if (state === undefined) return 0;
  out(state);
  return 1;
}

/** Ends all sessions of a user. */
export async function endUser(
  { tableName, namespace, ...options }: SessionCommandOptions,
  userId: string,
  { out }: Surroundings,
): Promise<ExitCode> {
  const ended = await withClient({ tableName, namespace, ...options }, (client) =>
    // Without the environment: what functions are allowed there does not bind a person.
    makeSessionFactory({ tableName, deadline: PATIENCE, ...(namespace !== undefined && { namespace }) }, {}, () =>
      sdkClient(client),
    )
      .user(userId)
      .endAll(),
  );
  out(`ended     ${ended} session${ended === 1 ? '' : 's'}`);
  return 0;
}

async function withClient<Result>(
  { region }: SessionCommandOptions,
  use: (client: DynamoDBClient) => Promise<Result>,
): Promise<Result> {
  const client = new DynamoDBClient(region === undefined ? {} : { region });
  try {
    return await use(client);
  } catch (error) {
    if (!(error instanceof SessionUnavailableError)) throw error;
    const { name } = Object(error.cause) as { readonly name?: string };
    const right =
      name === 'AccessDeniedException' ? ` Your credentials lack the permission dynamodb:${error.operation}.` : '';
    throw new Error(error.message + right, { cause: error });
  } finally {
    client.destroy();
  }
}

function storeOf(client: DynamoDBClient, { tableName }: SessionCommandOptions): Store {
  return new Store(sdkClient(client), tableName, { clock: systemClock, random: randomBytes, deadline: PATIENCE });
}

function targetOf(key: Uint8Array): Target {
  return { key, now: Math.floor(systemClock.now() / 1000) };
}

/** The key of the one session id in a text: the id alone, or a header with the cookie. */
function keyFrom(text: string, { cookieName, namespace }: SessionCommandOptions): Uint8Array {
  const lines = text.split(/\r?\n/).map((line) => line.trim().replace(/^(?:set-)?cookie:\s*/i, ''));
  const { ids } = readCookies(lines, cookieName);
  const [id, ...more] = new Set([...ids, ...lines.filter(isSessionId)]);
  if (id === undefined) {
    throw new UsageError(
      `Standard input holds no session id: pass the cookie ${cookieName}=…, or the 43 characters of the id alone.`,
    );
  }
  if (more.length > 0) throw new UsageError('Standard input holds several session ids. Pass one.');
  return keyOf(id, namespace);
}

function describe(key: Uint8Array, record: SessionRecord, out: (line: string) => void): ExitCode {
  const { now } = targetOf(key);
  const isAlive = record.frz === undefined && record.exp > now;
  out(record.frz !== undefined ? REPLACED : `state     ${isAlive ? 'alive' : 'expired'}`);
  out(`created   ${timeOf(record.iat)}`);
  out(`extended  ${timeOf(record.iss)}`);
  out(`expires   ${timeOf(record.exp)}`);
  if (record.abs !== undefined) out(`at most   ${timeOf(record.abs)}`);
  if (record.idl !== undefined) out(`remember  ${record.idl} seconds`);
  out(`version   ${record.ver}`);
  if (record.usr !== undefined) out('user      signed in');
  out(`size      ${recordSize(key, record)} bytes`);
  out(`keys      ${record.dat.size}`);
  for (const [name, value] of record.dat) out(`  ${shown(name)}  ${sizeOf(value)}`);
  out(`flash     ${record.flash.size}`);
  return isAlive ? 0 : 1;
}

/** A name in quotes. JSON escapes some control characters; a terminal obeys more, and some turn text around. */
function shown(name: string): string {
  return JSON.stringify(name).replace(
    /[\p{Cc}\p{Cf}\u2028\u2029]/gu,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );
}

function sizeOf(value: StoredValue): string {
  const flags = [[COMPRESSED, 'compressed'], [SEALED, 'sealed']].filter(([flag]) => hasFlag(value, flag as number));
  return [`${Buffer.byteLength(value)} bytes`, ...flags.map(([, name]) => name)].join(', ');
}

function hasFlag(value: StoredValue, flag: number): boolean {
  // The flags are 1 and 2.
  return Math.floor(flagsOf(value) / flag) % 2 === 1;
}

function timeOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
