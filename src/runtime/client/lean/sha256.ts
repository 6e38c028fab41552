import { Hash, Hmac, createHash, createHmac } from 'node:crypto';

/** SHA-256 and, with a secret, HMAC, in the shape that the signer asks for. */
export class Sha256 {
  readonly #hash: Hash | Hmac;

  public constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', typeof secret === 'string' ? secret : bytesOf(secret));
  }

  public update(data: Uint8Array): void {
    this.#hash.update(data);
  }

  public digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }

  /** The signer's type has it; no hash is used twice. */
  public reset(): void {
    throw new Error('A hash is used once.');
  }
}

function bytesOf(source: ArrayBuffer | ArrayBufferView): Uint8Array {
  return ArrayBuffer.isView(source) ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength) : new Uint8Array(source);
}
