/** What a fault does to one attempt of a call. `undefined` lets it through. */
export type Effect = 'throttle' | 'fail' | 'deny' | 'silence' | 'lose-answer' | 'deliver-late' | undefined;

/** What the meter knows of an attempt. */
export interface Attempt {
  readonly kind: 'read' | 'write';
  /** How many attempts of this request came before it. */
  readonly before: number;
  /** How many of them were writes. */
  readonly writesBefore: number;
}

/** A fault of a network, of DynamoDB or of a role. */
export interface Fault {
  readonly name: string;
  /** What happens, in one sentence. */
  readonly what: string;
  /** What the library does about it. */
  readonly then: string;
  readonly effect: (attempt: Attempt) => Effect;
}

const firstWrite = (effect: Effect) => ({ kind, writesBefore }: Attempt): Effect =>
  (kind === 'write' && writesBefore === 0 ? effect : undefined);

export const FAULTS: readonly Fault[] = [
  {
    name: 'throttled',
    what: 'DynamoDB throttles the first two attempts.',
    then: 'They are repeated after a short random wait, and the visitor sees nothing.',
    effect: ({ before }) => (before < 2 ? 'throttle' : undefined),
  },
  {
    name: '500',
    what: 'DynamoDB answers each attempt with 500.',
    then: 'After five attempts the response is 503 with Retry-After. The cookie stays: nobody is signed out by it.',
    effect: () => 'fail',
  },
  {
    name: 'silence',
    what: 'The first attempt is never answered.',
    then: 'It is given up after half of the deadline of three seconds, and the second attempt is answered.',
    effect: ({ before }) => (before === 0 ? 'silence' : undefined),
  },
  {
    name: 'lost response',
    what: 'The first write is done, and its answer is lost.',
    then: 'The repeated write is refused, finds its own token in the item, and so is applied once and not twice.',
    effect: firstWrite('lose-answer'),
  },
  {
    name: 'denied',
    what: 'The role may not do it.',
    then: 'Repeating does not help: the response is 500, without Retry-After, and the log says which permission is missing.',
    effect: () => 'deny',
  },
  {
    name: 'delivered late',
    what: 'The first write is held back, and delivered when all is over.',
    then: 'The attempt after it has done the work. The late one meets a newer version, and its condition refuses it.',
    effect: firstWrite('deliver-late'),
  },
];
