import type { Environment } from '../../options/resolve-options';

/** Where the requests go, in the parts that the signature and the socket need. */
export interface LeanEndpoint {
  readonly region: string;
  readonly protocol: string;
  readonly hostname: string;
  readonly port: string;
  /** The host with its port, if that is not the usual one. */
  readonly host: string;
  readonly pathname: string;
}

/** Where DynamoDB is, as set in code. */
export interface LeanEndpointOptions {
  readonly region?: string | undefined;
  readonly endpoint?: string | undefined;
}

const TO_THE_SDK = 'Import sessionFactory from cdk-session-table/runtime, whose AWS SDK knows how.';

/**
 * Finds DynamoDB's endpoint: code, then `AWS_ENDPOINT_URL_DYNAMODB`, then `AWS_ENDPOINT_URL`, then the Region's own.
 *
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
 * @throws TypeError that names the setting: no Region, an invalid URL, or a kind of endpoint that only the SDK knows
 */
export function resolveEndpoint(options: LeanEndpointOptions, environment: Environment): LeanEndpoint {
  const region = options.region ?? (environment.AWS_REGION || environment.AWS_DEFAULT_REGION);
  if (!region) {
    throw new TypeError('leanClient: the Region is missing. Set AWS_REGION, as Lambda does, or the option region.');
  }
  if (!/^[a-z0-9-]{1,64}$/.test(region)) {
    throw new TypeError(
      'leanClient: AWS_REGION or the option region is not the name of a Region, such as "eu-west-1".',
    );
  }
  const [setting, text] = givenEndpoint(options, environment);
  if (text !== undefined && isOn(environment, 'AWS_USE_FIPS_ENDPOINT')) {
    throw new TypeError(
      `leanClient: AWS_USE_FIPS_ENDPOINT does not go with ${setting}: name the endpoint, or ask for FIPS.`,
    );
  }
  const { protocol, hostname, port, host, pathname } = toUrl(setting, text ?? `https://${hostOf(region, environment)}`);
  return { region, protocol, hostname, port, host, pathname };
}

function givenEndpoint(options: LeanEndpointOptions, environment: Environment): readonly [string, string | undefined] {
  if (options.endpoint !== undefined) return ['the option endpoint', options.endpoint];
  if (environment.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS === 'true') return ['', undefined];
  const name = environment.AWS_ENDPOINT_URL_DYNAMODB ? 'AWS_ENDPOINT_URL_DYNAMODB' : 'AWS_ENDPOINT_URL';
  return [name, environment[name] || undefined];
}

function toUrl(setting: string, text: string): URL {
  // The text is not shown: a URL may hold a password.
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isPlain =
    url !== undefined
    && /^https?:$/.test(url.protocol)
    && url.username === ''
    && url.password === ''
    && url.search === '';
  if (!isPlain) {
    throw new TypeError(`leanClient: ${setting} is not a URL such as "https://dynamodb.eu-west-1.amazonaws.com".`);
  }
  return url;
}

/** The host of a Region. Isolated Regions have suffixes of their own. */
function hostOf(region: string, environment: Environment): string {
  if (/^(?:[a-z]+-iso|eusc-)/.test(region)) {
    throw new TypeError(`leanClient: the endpoints of the Region ${region} are not known here. ${TO_THE_SDK}`);
  }
  if (isOn(environment, 'AWS_ACCOUNT_ID_ENDPOINT_MODE', 'required')) {
    throw new TypeError(`leanClient: AWS_ACCOUNT_ID_ENDPOINT_MODE=required is not supported here. ${TO_THE_SDK}`);
  }
  const [isFips, isDualStack] = [
    isOn(environment, 'AWS_USE_FIPS_ENDPOINT'),
    isOn(environment, 'AWS_USE_DUALSTACK_ENDPOINT'),
  ];
  const partition = region.startsWith('cn-') ? 'cn' : region.startsWith('us-gov-') ? 'us-gov' : 'aws';
  if (isDualStack && (isFips || partition !== 'aws')) {
    throw new TypeError(
      `leanClient: AWS_USE_DUALSTACK_ENDPOINT is not supported here in ${region}, nor with FIPS. ${TO_THE_SDK}`,
    );
  }
  if (isFips && partition === 'cn') {
    throw new TypeError(`leanClient: AWS_USE_FIPS_ENDPOINT: the Region ${region} has no such endpoint.`);
  }
  if (isDualStack) return `dynamodb.${region}.api.aws`;
  // In GovCloud the plain endpoint is the one with FIPS.
  return `dynamodb${isFips && partition === 'aws' ? '-fips' : ''}.${region}.amazonaws.com${partition === 'cn' ? '.cn' : ''}`;
}

function isOn(environment: Environment, name: string, value = 'true'): boolean {
  return environment[name]?.toLowerCase() === value;
}

let hasWarned = false;

/** Warns once that the environment's proxy is not used. The variable is often set without anybody's knowledge. */
export function warnOfProxy({ protocol, hostname }: LeanEndpoint, environment: Environment): void {
  const setting = [`${protocol.slice(0, -1)}_proxy`, 'all_proxy']
    .flatMap((name) => [name.toUpperCase(), name])
    .find((name) => environment[name]);
  const exceptions = (environment.NO_PROXY ?? environment.no_proxy ?? '').split(',').map((name) => name.trim());
  const isExcepted = exceptions.some(
    (name) => name !== '' && (name === '*' || hostname.endsWith(name.replace(/^\*/, ''))),
  );
  if (hasWarned || setting === undefined || isExcepted) return;
  hasWarned = true;
  process.emitWarning(`leanClient: ${setting} is set, but the lean client uses no proxy. ${TO_THE_SDK}`);
}
