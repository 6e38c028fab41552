/**
 * What a failed attempt means.
 *
 * | kind | applied | repeated | reported as |
 * |---|---|---|---|
 * | `refused` | no | no | a result: the condition did not hold |
 * | `invalid` | no | no | `too-large` or `configuration` |
 * | `configuration` | no | no | `configuration` |
 * | `rejected` | no | no | `unavailable` |
 * | `unsent` | no | yes | `unavailable`, with the endpoint |
 * | `throttled` | no | yes | `unavailable` |
 * | `contended` | no | yes, even for a client that repeats calls: the SDK doesn't repeat these | `unavailable` |
 * | `unavailable` | maybe | yes | `unavailable` |
 */
export type FailureKind =
  | 'refused' | 'invalid' | 'configuration' | 'rejected' | 'unsent' | 'throttled' | 'contended' | 'unavailable';

/** One write of a cancelled transaction. */
export interface CancellationReason {
  /** `None` for a valid write; `ConditionalCheckFailed`, `TransactionConflict`, … for one that failed. */
  readonly code: string;
  /** The item that failed the condition, if it was asked for. */
  readonly item: unknown;
}

/** The failure of one attempt. */
export interface Failure {
  readonly kind: FailureKind;
  /** The name of the error, or Node's code of it; safe to show. */
  readonly name: string;
  /** How often the client sent the call. */
  readonly attempts: number;
  /** The item that failed the condition, if the client returns it. */
  readonly item: unknown;
  /** Why a transaction was cancelled, in the order of its writes. */
  readonly reasons: readonly CancellationReason[] | undefined;
}

/**
 * Names of DynamoDB, of the SDK and of our own clients.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
 */
const KINDS: Readonly<Record<string, FailureKind>> = {
  ConditionalCheckFailedException: 'refused',
  ValidationException: 'invalid',
  ProvisionedThroughputExceededException: 'throttled',
  ThrottlingException: 'throttled',
  RequestLimitExceeded: 'throttled',
  // Nothing was sent.
  CredentialsUnreachableError: 'throttled',
  ReplicatedWriteConflictException: 'contended',
  TransactionConflictException: 'contended',
  IdempotentParameterMismatchException: 'rejected',
  ExpiredTokenException: 'rejected',
  ConnectionError: 'unsent',
};

const A_ROLE = 'Give the function a role, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.';
const THE_KEY = 'Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN and the clock of the machine.';
const THE_TABLE = 'Check that the table has the binary partition key "sid" and no sort key.';

/** Failures of configuration, and what to set. */
const ADVICE: Readonly<Record<string, string>> = {
  AccessDeniedException: 'Check that the role has the rights which grantReadWrite gives.',
  CredentialsProviderError: A_ROLE,
  IncompleteSignatureException: THE_KEY,
  InvalidSignatureException: THE_KEY,
  MissingAuthenticationTokenException: THE_KEY,
  MissingCredentialsError: A_ROLE,
  MissingRegionError: 'Set AWS_REGION, or the Region of the client.',
  ResourceNotFoundException: 'Check that the table exists, and that SESSION_TABLE_NAME and the Region are its own.',
  UnrecognizedClientException: THE_KEY,
};

/** Node's names for the steps before a connection is established. Nothing has been sent when one of them fails. */
const CONNECTING = /^(?:connect|getaddrinfo|query[A-Z]\w*|socket|bind)$/;
/**
 * A certificate is checked before the request is sent.
 *
 * @see https://nodejs.org/api/tls.html#x509-certificate-error-codes
 */
const CERTIFICATE =
  /^(?:ERR_TLS_CERT_\w+|\w*CERT\w*|CRL_\w+|UNABLE_TO_\w+|HOSTNAME_MISMATCH|INVALID_(?:CA|PURPOSE)|PATH_LENGTH_EXCEEDED)$/;

interface ClientError {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly syscall?: unknown;
  readonly errors?: unknown;
  readonly $metadata?: { readonly attempts?: number };
  readonly Item?: unknown;
  readonly CancellationReasons?: unknown;
}

/** Says what an error of a client means. An attempt that failed in an unknown way may have been applied. */
export function classify(error: unknown): Failure {
  const { name, code, $metadata, Item, CancellationReasons } = Object(error) as ClientError;
  const reasons = name === 'TransactionCanceledException' ? readReasons(CancellationReasons) : undefined;
  const known = own(KINDS, name) ?? (own(ADVICE, name) ? 'configuration' : 'unavailable');
  const kind = isConnecting(error) ? 'unsent' : reasons ? kindOf(reasons) : known;
  // SDKs call it Error or TimeoutError; Node's code says what it was.
  const shown = kind === 'unsent' ? (code ?? name) : name;
  return { kind, name: safeName(shown), attempts: $metadata?.attempts ?? 1, item: Item, reasons };
}

/** What to do about a failure that further attempts would not fix. */
export function adviceOn({ name, reasons }: Failure): string {
  return reasons ? 'A write of the transaction is invalid or too large.' : (own(ADVICE, name) ?? THE_TABLE);
}

/** Whether an attempt that failed like this may still have been applied. */
export function mayHaveLanded(error: unknown): boolean {
  return classify(error).kind === 'unavailable';
}

function isConnecting(error: unknown): boolean {
  const { code, syscall, errors } = Object(error) as ClientError;
  // Node tries every address of a host and collects the errors.
  if (Array.isArray(errors) && errors.length > 0) return errors.every(isConnecting);
  return CONNECTING.test(String(syscall)) || (typeof code === 'string' && CERTIFICATE.test(code));
}

/** No part of a cancelled transaction was applied. Each of its writes has a reason. */
function kindOf(reasons: readonly CancellationReason[]): FailureKind {
  const has = (...codes: readonly string[]) => reasons.some(({ code }) => codes.includes(code));
  if (has('ValidationError', 'ItemCollectionSizeLimitExceeded')) return 'invalid';
  return has('ConditionalCheckFailed') ? 'refused' : 'contended';
}

function readReasons(reasons: unknown): CancellationReason[] {
  if (!Array.isArray(reasons)) return [];
  return reasons.map((reason: unknown) => {
    const { Code, Item } = Object(reason) as { readonly Code?: unknown; readonly Item?: unknown };
    return { code: safeName(Code, 'None'), item: Item };
  });
}

function own<Value>(table: Readonly<Record<string, Value>>, name: unknown): Value | undefined {
  return typeof name === 'string' && Object.hasOwn(table, name) ? table[name] : undefined;
}

/** A name that is not an identifier may be anything, even a host or an id. */
function safeName(name: unknown, otherwise = 'Error'): string {
  return typeof name === 'string' && /^[A-Za-z_]{1,64}$/.test(name) ? name : otherwise;
}
