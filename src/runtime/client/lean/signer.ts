import * as crypto from 'node:crypto';

/** What requests are signed with. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/**
 * Signs POST requests without a query by AWS Signature Version 4, synchronously.
 *
 * The key derived from a secret is valid for a day, and is kept as long.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export class Signer {
  readonly #region: string;
  readonly #service: string;
  #derived: { readonly secret: string; readonly day: string; readonly key: Buffer } | undefined;

  public constructor(region: string, service: string) {
    this.#region = region;
    this.#service = service;
  }

  /**
   * Returns the header `authorization`.
   *
   * @param path - as `canonicalPath` makes it
   * @param headers - names and values in turn: names in lower case and in order, values without blanks to trim
   * @param time - the value of `x-amz-date`
   */
  public sign(
    path: string,
    headers: readonly string[],
    body: string | Uint8Array,
    credentials: Credentials,
    time: string,
  ): string {
    let [canonical, names] = ['', ''];
    for (let i = 0; i < headers.length; i += 2) {
      canonical += `${headers[i]}:${headers[i + 1]}\n`;
      names += `${i === 0 ? '' : ';'}${headers[i]}`;
    }
    const day = time.slice(0, 8);
    const scope = `${day}/${this.#region}/${this.#service}/aws4_request`;
    const request = `POST\n${path}\n\n${canonical}\n${names}\n${sha256(body)}`;
    const toSign = `AWS4-HMAC-SHA256\n${time}\n${scope}\n${sha256(request)}`;
    const signature = hmac(this.#keyOf(credentials.secretAccessKey, day), toSign).toString('hex');
    return `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
  }

  #keyOf(secret: string, day: string): Buffer {
    if (this.#derived?.secret !== secret || this.#derived.day !== day) {
      const parts = [day, this.#region, this.#service, 'aws4_request'];
      this.#derived = { secret, day, key: parts.reduce<string | Buffer>(hmac, `AWS4${secret}`) as Buffer };
    }
    return this.#derived.key;
  }
}

/** The value of `x-amz-date`: `20260102T030405Z`. */
export function amzDate(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/[-:]|\.\d{3}/g, '');
}

/** The path of a URL, escaped once more, as every service but S3 requires. */
export function canonicalPath(pathname: string): string {
  const escaped = encodeURIComponent(pathname).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return escaped.replaceAll('%2F', '/');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return crypto.createHmac('sha256', key).update(text).digest();
}

/** `crypto.hash` came with Node 20.12 and takes a third of the time. */
function sha256(data: string | Uint8Array): string {
  return crypto.hash === undefined
    ? crypto.createHash('sha256').update(data).digest('hex')
    : crypto.hash('sha256', data);
}
