/** One sentence about sessions, and what proves it. */
export interface ConformanceCase {
  readonly title: string;
  /** @throws AssertionError of `node:assert` where the sentence does not hold */
  run(): Promise<void>;
}
