import { createHash, createHmac } from 'node:crypto';

/** Node's hashes in the shape that the SDK's signer asks for. */
export class Sha256 {
  readonly #hash;
  public constructor(secret?: unknown) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret as string);
  }

  public update(data: Uint8Array): void {
    this.#hash.update(data);
  }

  public async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  public reset(): void {
    throw new Error('A hash is used once.');
  }
}
