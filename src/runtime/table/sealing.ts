import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';
import type { RandomBytes } from '../clock';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const CIPHER = 'aes-256-gcm';

/**
 * Seals the values of one session with AES-256-GCM, under a key derived from
 * the session's id. The table holds only the id's hash, so reading the table
 * is not enough to open them.
 *
 * @see https://www.rfc-editor.org/rfc/rfc5869 HKDF
 * @see https://nvlpubs.nist.gov/nistpubs/Legacy/SP/nistspecialpublication800-38d.pdf section 8.2.2: random 96-bit nonces
 */
export class Seal {
  readonly #key: Uint8Array;
  readonly #random: RandomBytes;

  public constructor(id: string, random: RandomBytes) {
    this.#key = new Uint8Array(hkdfSync('sha256', Buffer.from(id), '', 'cdk-session-table/sealed', 32));
    this.#random = random;
  }

  /** Nonce, cipher text and tag. They open only in the context that they were sealed in. */
  public seal(context: Uint8Array, plain: Uint8Array): Uint8Array {
    const nonce = this.#random(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, this.#key, nonce).setAAD(context);
    return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  }

  /** The plain bytes, or `undefined` if they were altered, cut, or sealed in another context. */
  public open(context: Uint8Array, sealed: Uint8Array): Uint8Array | undefined {
    const end = sealed.length - TAG_BYTES;
    if (end < NONCE_BYTES) return undefined;
    const decipher = createDecipheriv(CIPHER, this.#key, sealed.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
    const plain = decipher.setAAD(context).setAuthTag(sealed.subarray(end)).update(sealed.subarray(NONCE_BYTES, end));
    try {
      return Buffer.concat([plain, decipher.final()]);
    } catch {
      return undefined;
    }
  }
}
