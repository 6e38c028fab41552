import { MOST_TOKENS } from './item';
import { RandomBytes } from '../session/id';

/** Six bytes: with 8 of them in an item at a time, two alike are not to be met. */
const TOKEN_BYTES = 6;

/** The last tokens of exact writes, with a new one at the end that tells a write of our own from others'. */
export function withNewToken(tokens: readonly Uint8Array[], random: RandomBytes): readonly Uint8Array[] {
  return [...tokens, random(TOKEN_BYTES)].slice(-MOST_TOKENS);
}
