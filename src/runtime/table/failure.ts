/** What the failure of one call means. */
export interface Failure {
  /**
   * - `refused`: the condition did not hold
   * - `invalid`: DynamoDB does not take the request
   * - `configuration`: the table or the right to it is missing
   * - `throttled`: certainly not applied, and may be repeated
   * - `unavailable`: may have been applied, and may be repeated
   */
  readonly kind: 'refused' | 'invalid' | 'configuration' | 'throttled' | 'unavailable';
  /** The name of the error, safe to show. */
  readonly name: string;
  /** Whether the call was sent more than once, so that an earlier attempt may have been applied. */
  readonly repeated: boolean;
  /** The item that refused the condition, where it was given. */
  readonly item?: unknown;
}

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html */
const KINDS: Readonly<Record<string, Failure['kind']>> = {
  ConditionalCheckFailedException: 'refused',
  ValidationException: 'invalid',
  ProvisionedThroughputExceededException: 'throttled',
  ThrottlingException: 'throttled',
  RequestLimitExceeded: 'throttled',
  TransactionConflictException: 'throttled',
  ReplicatedWriteConflictException: 'throttled',
  ResourceNotFoundException: 'configuration',
  AccessDeniedException: 'configuration',
  ExpiredTokenException: 'configuration',
  IncompleteSignatureException: 'configuration',
  InvalidSignatureException: 'configuration',
  MissingAuthenticationTokenException: 'configuration',
  UnrecognizedClientException: 'configuration',
};

/** Says what an error of a client means; what is not known may have been applied. */
export function classify(error: unknown): Failure {
  const { name, $metadata, Item } = Object(error) as {
    readonly name?: unknown;
    readonly $metadata?: { readonly attempts?: number; readonly httpStatusCode?: number };
    readonly Item?: unknown;
  };
  // A name that is no identifier may be anything, a host or an id too.
  const safeName = typeof name === 'string' && /^[A-Za-z]{1,64}$/.test(name) ? name : 'Error';
  return {
    kind: Object.hasOwn(KINDS, safeName) ? (KINDS[safeName] as Failure['kind']) : 'unavailable',
    name: safeName,
    repeated: ($metadata?.attempts ?? 1) > 1,
    item: Item,
  };
}
