/** Something whose cost is measured. */
export interface Subject {
  readonly name: string;
  /** What comes before each batch, and is not counted. */
  readonly prepare?: () => Promise<void>;
  /** What is measured. Where it gives a number, that is its cost, which it has measured elsewhere. */
  readonly run: () => Promise<unknown>;
}

/** What one subject cost, over all rounds. */
export interface Cost {
  readonly name: string;
  /** Median of the CPU microseconds of one run, user and system. */
  readonly micros: number;
  /** Median of the ratios to the first subject in the same round. */
  readonly ratio: number;
  /** The quartiles of these ratios. */
  readonly spread: readonly [number, number];
}

/** How long to measure. */
export interface Length {
  readonly rounds: number;
  readonly batch: number;
}

/**
 * Lets the subjects take turns, and gives each one's CPU time as a ratio to
 * the first: noise of the machine that lasts longer than a round meets all.
 */
export async function measure(subjects: readonly Subject[], { rounds, batch }: Length): Promise<Cost[]> {
  // What runs once a round starts a process of its own, and has nothing to warm up.
  if (batch > 1) for (const subject of subjects) await cpuOf(subject, batch);
  const samples = subjects.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < subjects.length; turn++) {
      // Each subject comes first, last and in the middle.
      const index = (turn + round) % subjects.length;
      samples[index]!.push(await cpuOf(subjects[index]!, batch));
    }
  }
  return subjects.map(({ name }, index) => {
    const ratios = samples[index]!.map((sample, round) => sample / samples[0]![round]!);
    return { name, micros: quantile(samples[index]!, 0.5), ratio: quantile(ratios, 0.5), spread: [quantile(ratios, 0.25), quantile(ratios, 0.75)] };
  });
}

async function cpuOf({ prepare, run }: Subject, batch: number): Promise<number> {
  await prepare?.();
  const start = process.cpuUsage();
  let result: unknown;
  for (let i = 0; i < batch; i++) result = await run();
  if (typeof result === 'number') return result;
  const { user, system } = process.cpuUsage(start);
  return (user + system) / batch;
}

/** A value below which so much of the sample lies. */
export function quantile(sample: readonly number[], part: number): number {
  const sorted = [...sample].sort((a, b) => a - b);
  return sorted[Math.round((sorted.length - 1) * part)]!;
}
