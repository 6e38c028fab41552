import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { readBody } from './body';
import { CallError } from './call-error';
import { Clock } from '../../clock';
import type { Environment } from '../../options/resolve-options';

/** What requests are signed with. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

interface Cached {
  readonly credentials: Credentials;
  /** Milliseconds since the epoch. */
  readonly expiration: number;
}

/** So long before they expire, credentials are fetched anew. */
const MARGIN = 300_000;
/** The address is on the same machine. */
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
  #http: NodeHttpHandler | undefined;

  public constructor(environment: Environment, clock: Clock) {
    this.#environment = environment;
    this.#clock = clock;
  }

  /** @throws CallError where there are none, naming the settings; no value of them is in its message */
  public async get(): Promise<Credentials> {
    const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: sessionToken } = this.#environment;
    if (accessKeyId && secretAccessKey) return { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) };
    const cached = this.#cached;
    if (cached !== undefined && this.#clock.now() < cached.expiration - MARGIN) return cached.credentials;
    try {
      this.#cached = await (this.#fetching ??= this.#fetch().finally(() => (this.#fetching = undefined)));
      return this.#cached.credentials;
    } catch (error) {
      // What still holds for minutes is better than nothing.
      if (cached !== undefined && this.#clock.now() < cached.expiration) return cached.credentials;
      throw error;
    }
  }

  /** Forgets what was fetched, because it was refused. */
  public drop(): void {
    this.#cached = undefined;
  }

  async #fetch(): Promise<Cached> {
    const { protocol, hostname, port, pathname, search } = this.#address();
    const token = await this.#token();
    this.#http ??= new NodeHttpHandler({ connectionTimeout: TIMEOUT, requestTimeout: TIMEOUT, throwOnRequestTimeout: true });
    const query = Object.fromEntries(new URLSearchParams(search));
    const headers: Record<string, string> = { accept: 'application/json', ...(token && { authorization: token }) };
    const request = { method: 'GET', protocol, hostname, path: pathname, query, headers, ...(port !== '' && { port: Number(port) }) };
    const { response } = await this.#http.handle(request as Parameters<NodeHttpHandler['handle']>[0]).catch(() => {
      throw unreachable('did not answer');
    });
    const body = await readBody(response.body as Readable);
    if (response.statusCode !== 200) throw unreachable(`answered with status ${response.statusCode}`);
    return readCredentials(body.toString());
  }

  #address(): URL {
    const { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: relative, AWS_CONTAINER_CREDENTIALS_FULL_URI: full } = this.#environment;
    if (!relative && !full) {
      throw new CallError('MissingCredentialsError', 'leanClient: credentials are missing. '
        + 'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_CONTAINER_CREDENTIALS_FULL_URI; Lambda and ECS set them for a role.');
    }
    const text = relative ? `http://169.254.170.2${relative}` : (full as string);
    const url = URL.canParse(text) ? new URL(text) : undefined;
    const isSafe = url !== undefined && (url.protocol === 'https:' || (url.protocol === 'http:' && LOCAL_HOSTS.test(url.hostname)));
    if (isSafe && url.host !== '' && (!relative || url.host === '169.254.170.2')) return url;
    throw new CallError('MissingCredentialsError', `leanClient: AWS_CONTAINER_CREDENTIALS_${relative ? 'RELATIVE' : 'FULL'}_URI is not allowed. `
      + 'Allowed is a URL with https, or one with http on the loopback or the container address.');
  }

  /** The token is read each time, because its file is written anew. */
  async #token(): Promise<string | undefined> {
    const { AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: file, AWS_CONTAINER_AUTHORIZATION_TOKEN: text } = this.#environment;
    const token = file ? await readFile(file, 'utf8').catch(() => '\n') : text;
    if (token === undefined || !/[\r\n]/.test(token)) return token;
    throw new CallError('MissingCredentialsError',
      `leanClient: AWS_CONTAINER_AUTHORIZATION_TOKEN${file ? '_FILE cannot be read, or its text' : ''} is not one line.`);
  }
}

function unreachable(what: string): CallError {
  return new CallError('CredentialsUnreachableError', `leanClient: the container credentials address ${what}.`);
}

function readCredentials(body: string): Cached {
  try {
    const { AccessKeyId, SecretAccessKey, Token, Expiration } = Object(JSON.parse(body)) as Readonly<Record<string, unknown>>;
    const expiration = Expiration === undefined ? Infinity : Date.parse(String(Expiration));
    if (typeof AccessKeyId === 'string' && typeof SecretAccessKey === 'string' && !Number.isNaN(expiration)) {
      const credentials = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, ...(typeof Token === 'string' && { sessionToken: Token }) };
      return { credentials, expiration };
    }
  } catch {
    // What does not parse may quote a secret, so its error goes no further.
  }
  throw unreachable('answered with what are no credentials');
}
