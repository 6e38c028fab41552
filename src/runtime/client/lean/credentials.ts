import { CallError } from './call-error';
import { HttpServer } from './http';
import type { Credentials } from './signer';
import { builtin } from '../../builtin';
import { Clock } from '../../clock';
import type { Environment } from '../../options/resolve-options';
import { Attempt } from '../attempt';

interface Cached {
  readonly credentials: Credentials;
  /** Milliseconds since the epoch. */
  readonly expiration: number;
}

/** Milliseconds before they expire at which credentials are fetched again. */
const MARGIN = 300_000;
/** Milliseconds for the response of an address on the same machine. */
const TIMEOUT = 1000;
/** ECS and EKS serve credentials here, over plain HTTP that never leaves the machine. */
const LOCAL_HOSTS = /^(?:127(?:\.\d{1,3}){3}|localhost|\[::1\]|169\.254\.170\.(?:2|23)|\[fd00:ec2::23\])$/;

/**
 * The role's credentials: from the environment, as Lambda sets and rotates
 * them, else from the container credentials address, as ECS, EKS and SnapStart
 * have it.
 *
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
 */
export class LeanCredentials {
  readonly #environment: Environment;
  readonly #clock: Clock;
  #cached: Cached | undefined;
  #fetching: Promise<Cached> | undefined;

  public constructor(environment: Environment, clock: Clock) {
    this.#environment = environment;
    this.#clock = clock;
  }

  /** @throws CallError if there are none; its message names the settings, but none of their values */
  public async get(): Promise<Credentials> {
    const {
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_SESSION_TOKEN: sessionToken,
    } = this.#environment;
    if (accessKeyId && secretAccessKey) {
      return checked({ accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) });
    }
    const cached = this.#cached;
    if (cached !== undefined && this.#clock.now() < cached.expiration - MARGIN) return cached.credentials;
    try {
      this.#cached = await (this.#fetching ??= this.#fetch().finally(() => (this.#fetching = undefined)));
      return this.#cached.credentials;
    } catch (error) {
      // Credentials that are valid for some more minutes are better than none.
      if (cached !== undefined && this.#clock.now() < cached.expiration) return cached.credentials;
      throw error;
    }
  }

  /** Forgets what was fetched, because it was refused. */
  public drop(): void {
    this.#cached = undefined;
  }

  async #fetch(): Promise<Cached> {
    const url = this.#address();
    const token = await this.#token();
    const headers = [
      'host',
      url.host,
      'accept',
      'application/json',
      'connection',
      'close',
      ...(token ? ['authorization', token] : []),
    ];
    const attempt = new Attempt();
    const cancel = this.#clock.after(TIMEOUT, () => attempt.abort());
    const request = { method: 'GET', path: url.pathname + url.search, headers, body: '' } as const;
    const { status, body } = await new HttpServer(url).send(request, attempt).catch((cause: unknown) => {
      throw unreachable('did not answer', cause);
    }).finally(cancel);
    if (status !== 200) throw unreachable(`answered with status ${status}`);
    return readCredentials(body.toString());
  }

  #address(): URL {
    const { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: relative, AWS_CONTAINER_CREDENTIALS_FULL_URI: full } =
      this.#environment;
    if (!relative && !full) {
      throw new CallError(
        'MissingCredentialsError',
        'leanClient: credentials are missing. '
          + 'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_CONTAINER_CREDENTIALS_FULL_URI; Lambda and ECS set them for a role.',
      );
    }
    const text = relative ? `http://169.254.170.2${relative}` : (full as string);
    const url = URL.canParse(text) ? new URL(text) : undefined;
    const isSafe =
      url !== undefined && (url.protocol === 'https:' || (url.protocol === 'http:' && LOCAL_HOSTS.test(url.hostname)));
    if (isSafe && url.host !== '' && (!relative || url.host === '169.254.170.2')) return url;
    throw new CallError(
      'MissingCredentialsError',
      `leanClient: AWS_CONTAINER_CREDENTIALS_${relative ? 'RELATIVE' : 'FULL'}_URI is not allowed. `
        + 'Allowed is a URL with https, or one with http on the loopback or the container address.',
    );
  }

  /** The token is read each time, because its file is rewritten. */
  async #token(): Promise<string | undefined> {
    const { AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: file, AWS_CONTAINER_AUTHORIZATION_TOKEN: text } = this.#environment;
    const token = file ? await builtin('node:fs/promises').readFile(file, 'utf8').catch(() => '\n') : text;
    if (token === undefined || /^[\t -~]*$/.test(token)) return token;
    throw new CallError(
      'MissingCredentialsError',
      `leanClient: AWS_CONTAINER_AUTHORIZATION_TOKEN${file ? '_FILE cannot be read, or its text' : ''} is not one line.`,
    );
  }
}

function unreachable(what: string, cause?: unknown): CallError {
  return new CallError(
    'CredentialsUnreachableError',
    `leanClient: the container credentials address ${what}.`,
    undefined,
    { cause },
  );
}

/** Refuses values that a header cannot carry. A line break at the end of a variable is a common mistake. */
function checked(credentials: Credentials): Credentials {
  const { accessKeyId, sessionToken = '' } = credentials;
  if (/^[!-~]+$/.test(accessKeyId) && /^[!-~]*$/.test(sessionToken)) return credentials;
  throw new CallError(
    'MissingCredentialsError',
    `leanClient: ${/^[!-~]+$/.test(accessKeyId) ? 'AWS_SESSION_TOKEN' : 'AWS_ACCESS_KEY_ID'} has a blank or another character that none has.`,
  );
}

function readCredentials(body: string): Cached {
  try {
    const { AccessKeyId, SecretAccessKey, Token, Expiration } = Object(JSON.parse(body)) as Readonly<
      Record<string, unknown>
    >;
    const expiration = Expiration === undefined ? Infinity : Date.parse(String(Expiration));
    if (typeof AccessKeyId === 'string' && typeof SecretAccessKey === 'string' && !Number.isNaN(expiration)) {
      const credentials = {
        accessKeyId: AccessKeyId,
        secretAccessKey: SecretAccessKey,
        ...(typeof Token === 'string' && { sessionToken: Token }),
      };
      return { credentials: checked(credentials), expiration };
    }
  } catch {
    // The parser's error may quote a secret, so it is dropped.
  }
  throw unreachable('did not answer with credentials');
}
