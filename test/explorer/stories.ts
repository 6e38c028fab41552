import type { Item } from '../../src/runtime';

/** What the schedules of one search share: short numbers for long texts, the same text, the same number. */
export class Stories {
  /** The session that is given, made once for all schedules. */
  public given: { readonly id: string; readonly items: readonly Item[] } | undefined;
  readonly #numbers = new Map<string, number>();

  public of(text: string): number {
    let number = this.#numbers.get(text);
    if (number === undefined) this.#numbers.set(text, number = this.#numbers.size + 1);
    return number;
  }
}
