/** Prints one line for each proof, with what was seen, and counts them. */
export class Report {
  private passed = 0;
  private failed = 0;
  private skipped = 0;
  private readonly start = performance.now();
  private isGivenUp = false;

  /** Something that is about to happen. */
  public step(text: string): void {
    console.log(`     ${this.seconds()} ${text}`);
  }

  /**
   * Runs one proof.
   *
   * @param title what holds, as a short sentence
   * @param look looks at it, and gives what it saw; it throws where the sentence does not hold
   */
  public async prove(title: string, look: () => Promise<string>): Promise<void> {
    if (this.isGivenUp) return;
    try {
      const seen = await look();
      this.passed += 1;
      console.log(`ok   ${this.seconds()} ${title}: ${seen}`);
    } catch (error) {
      if (!this.isGivenUp) this.fail(title, error);
    }
  }

  /** Counts and prints why the run ends here; what comes after it follows from it and does not count. */
  public giveUp(error: unknown): void {
    this.fail('The run was given up', error);
    this.isGivenUp = true;
  }

  /** Counts and prints what does not hold. */
  public fail(title: string, error: unknown): void {
    this.failed += 1;
    console.log(`FAIL ${this.seconds()} ${title}: ${error instanceof Error ? error.message : String(error)}`);
  }

  /** Prints what cannot be proven here, and why. */
  public skip(title: string, why: string): void {
    this.skipped += 1;
    console.log(`SKIP ${this.seconds()} ${title}: ${why}`);
  }

  /** Prints the last line. @returns the exit code of the process */
  public close(): number {
    const skipped = this.skipped > 0 ? `, ${this.skipped} skipped` : '';
    console.log(`${this.passed} passed, ${this.failed} failed${skipped}`);
    return this.failed === 0 ? 0 : 1;
  }

  private seconds(): string {
    return `${((performance.now() - this.start) / 1000).toFixed(0).padStart(3)} s`;
  }
}

/** @throws Error with `message`, where `holds` is false */
export function check(holds: boolean, message: string): asserts holds {
  if (!holds) throw new Error(message);
}
