/** What an error has besides its name. */
export interface ErrorDetails {
  readonly Item?: unknown;
  readonly CancellationReasons?: unknown;
  readonly cause?: unknown;
}

/** A call that failed, with the properties that errors of the SDK have. */
export class CallError extends Error {
  /** What is known of the response. */
  public readonly $metadata: { readonly httpStatusCode: number | undefined; readonly attempts: number };
  /** The item that failed a condition. */
  public readonly Item?: unknown;
  /** What became of each write of a cancelled transaction. */
  public readonly CancellationReasons?: unknown;

  public constructor(name: string, message: string, httpStatusCode?: number, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : details);
    this.name = name;
    this.$metadata = { httpStatusCode, attempts: 1 };
    if (details.Item !== undefined) this.Item = details.Item;
    if (details.CancellationReasons !== undefined) this.CancellationReasons = details.CancellationReasons;
  }
}

/** In these errors DynamoDB quotes what was signed, which includes the session token, or names the role. */
const TELLTALE = /Signature|Token|Client|Access/;

/**
 * Makes an error of a refusal, named as the SDK names it.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
 */
export function refusal(status: number, type: unknown, message: unknown, details: ErrorDetails): CallError {
  // "com.amazonaws.dynamodb.v20120810#ThrottlingException", and elsewhere "ThrottlingException:http://…".
  const name = typeof type === 'string' ? /^(?:[^#]*#)?([A-Za-z]{1,64})(?::|$)/.exec(type)?.[1] : undefined;
  if (name === undefined) {
    return new CallError(
      'UnknownError',
      `What answered with status ${status} is not DynamoDB.${adviceFor(status)}`,
      status,
    );
  }
  const text =
    typeof message === 'string' && !TELLTALE.test(name) ? message : `DynamoDB refused the request with ${name}.`;
  return new CallError(name, text, status, details);
}

function adviceFor(status: number): string {
  return status >= 300 && status < 400
    ? ' Redirects are not followed: check AWS_ENDPOINT_URL_DYNAMODB, AWS_ENDPOINT_URL and AWS_REGION.'
    : '';
}
