/** The laboratory's only clock: the machine's, moved ahead by the time that was let pass. */
export class LabClock {
  private moved = 0;

  /** Milliseconds that it is ahead of the machine's. */
  public get ahead(): number {
    return this.moved;
  }

  /** Milliseconds since the epoch. */
  public now(): number {
    return Date.now() + this.moved;
  }

  /** Epoch seconds. */
  public seconds(): number {
    return Math.floor(this.now() / 1000);
  }

  /** Lets seconds pass at once. */
  public pass(seconds: number): void {
    this.moved += seconds * 1000;
  }
}
