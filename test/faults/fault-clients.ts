import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { ConfiguredRetryStrategy } from '@smithy/core/retry';
import { SessionFactoryOptions, sessionFactory } from '../../src/runtime';
import { leanClient } from '../../src/runtime/lean';
import { SessionFactory } from '../../src/runtime/request/session-factory';
import { FakeClock } from '../../src/testing';
import { ShopData } from '../support/visitor';

/** A factory on the client under test, and how to end the client. */
export interface FaultClient {
  readonly sessions: SessionFactory<ShopData>;
  /** The milliseconds that one attempt is waited for. */
  readonly patience: number;
  /** How many attempts a call is, where each fails. */
  readonly attempts: number;
  destroy(): void;
}

type Options = Pick<SessionFactoryOptions, 'tableName' | 'clock' | 'absoluteTimeout'> & { readonly clock: FakeClock };

const shared = { region: 'us-east-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } };
const given = { attempts: 4, patience: 3000 };
const own = { attempts: 5, patience: 1500 };

/** Each implementation of the client port, against an endpoint. */
export const CLIENTS = {
  'own SDK client': (endpoint: string, options: Options): FaultClient => withEnvironment(endpoint, () => ({
    ...own,
    // What is made here is what a user has who gives no client.
    sessions: sessionFactory<ShopData>(options),
    destroy: () => undefined,
  })),
  'lean client': (endpoint: string, options: Options): FaultClient => withEnvironment(endpoint, () => ({
    ...own,
    sessions: sessionFactory<ShopData>({ ...options, client: leanClient() }),
    destroy: () => undefined,
  })),
  'given DynamoDBClient': (endpoint: string, options: Options): FaultClient => {
    const client = givenClient(endpoint);
    return { ...given, sessions: sessionFactory<ShopData>({ ...options, client }), destroy: () => client.destroy() };
  },
  'given DynamoDBDocumentClient': (endpoint: string, options: Options): FaultClient => {
    const client = givenClient(endpoint);
    const documents = DynamoDBDocumentClient.from(client);
    return { ...given, sessions: sessionFactory<ShopData>({ ...options, client: documents }), destroy: () => client.destroy() };
  },
} as const;

export type ClientName = keyof typeof CLIENTS;

/** The SDK's own four attempts, without its waiting. */
function givenClient(endpoint: string): DynamoDBClient {
  return new DynamoDBClient({ ...shared, endpoint, retryStrategy: new ConfiguredRetryStrategy(4, 0) });
}

function withEnvironment<Result>(endpoint: string, make: () => Result): Result {
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_DYNAMODB: endpoint,
    AWS_REGION: shared.region,
    AWS_ACCESS_KEY_ID: shared.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: shared.credentials.secretAccessKey,
  });
  return make();
}
