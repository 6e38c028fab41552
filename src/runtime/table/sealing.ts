import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';
import { RandomBytes } from '../session/id';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const CIPHER = 'aes-256-gcm';

/**
 * Seals the values of one session with AES-256-GCM, under a key that comes
 * from the session's id. The table holds the id's hash alone, so who reads the
 * table cannot open them.
 *
 * @see https://www.rfc-editor.org/rfc/rfc5869 HKDF
 * @see https://nvlpubs.nist.gov/nistpubs/Legacy/SP/nistspecialpublication800-38d.pdf section 8.2.2: random 96-bit nonces
 */
export class Seal {
  readonly #key: Uint8Array;
  readonly #random: RandomBytes;

  public constructor(id: string, random: RandomBytes) {
    this.#key = new Uint8Array(hkdfSync('sha256', Buffer.from(id, 'latin1'), '', 'cdk-session-table/sealed', 32));
    this.#random = random;
  }

  /** Nonce, cipher text and tag. They open under the same name and flags only. */
  public seal(context: Uint8Array, plain: Uint8Array): Uint8Array {
    const nonce = this.#random(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, this.#key, nonce).setAAD(context);
    return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  }

  /** @throws Error for what was altered, cut, or sealed for another session, name or flags */
  public open(context: Uint8Array, sealed: Uint8Array): Uint8Array {
    const end = sealed.length - TAG_BYTES;
    const decipher = createDecipheriv(CIPHER, this.#key, sealed.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
    decipher.setAAD(context).setAuthTag(sealed.subarray(end));
    return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, end)), decipher.final()]);
  }
}
