/** What the calls of one request cost. */
export interface Cost {
  /** How long they took, their repetitions included. */
  readonly milliseconds: number;
  /** What their writes consumed, where the client tells. */
  readonly writeUnits?: number;
}

/** Adds up what calls cost until somebody takes it. */
export class Meter {
  #milliseconds: number | undefined;
  #writeUnits = 0;

  /** @param output - what DynamoDB answered: one `ConsumedCapacity`, or of a transaction one for each table */
  public add(milliseconds: number, output: unknown): void {
    this.#milliseconds = (this.#milliseconds ?? 0) + milliseconds;
    const tables: unknown[] = [(Object(output) as { readonly ConsumedCapacity?: unknown }).ConsumedCapacity].flat();
    for (const table of tables) {
      this.#writeUnits += Number((Object(table) as { readonly CapacityUnits?: unknown }).CapacityUnits) || 0;
    }
  }

  /** The cost since it was taken last; nothing where no call was made. */
  public take(): Cost | undefined {
    const [milliseconds, writeUnits] = [this.#milliseconds, this.#writeUnits];
    this.#milliseconds = undefined;
    this.#writeUnits = 0;
    return milliseconds === undefined ? undefined : { milliseconds, ...(writeUnits > 0 && { writeUnits }) };
  }
}
