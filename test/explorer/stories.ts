/** Short numbers for long texts: the same text, the same number. */
export class Stories {
  readonly #numbers = new Map<string, number>();

  public of(text: string): number {
    let number = this.#numbers.get(text);
    if (number === undefined) this.#numbers.set(text, number = this.#numbers.size + 1);
    return number;
  }
}
