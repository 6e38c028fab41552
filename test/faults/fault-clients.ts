import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { SessionClient } from '../../src/runtime';
import { sdkClient } from '../../src/runtime/client/sdk-client';
import { leanClient } from '../../src/runtime/lean';

const shared = { region: 'us-east-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } };

/** A client under test, and how to end it. */
export interface FaultClient {
  readonly client: SessionClient | DynamoDBClient | DynamoDBDocumentClient;
  destroy(): void;
}

/** Each implementation of the client port, against an endpoint. */
export const CLIENTS = {
  'own SDK client': (endpoint: string): FaultClient => {
    const sdk = new DynamoDBClient({ ...shared, endpoint, maxAttempts: 1 });
    return { client: sdkClient(sdk, true), destroy: () => sdk.destroy() };
  },
  'lean client': (endpoint: string): FaultClient => {
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' });
    return { client: leanClient({ endpoint, region: shared.region }), destroy: () => undefined };
  },
  'given DynamoDBClient': (endpoint: string): FaultClient => {
    const client = new DynamoDBClient({ ...shared, endpoint, maxAttempts: 2 });
    return { client, destroy: () => client.destroy() };
  },
  'given DynamoDBDocumentClient': (endpoint: string): FaultClient => {
    const sdk = new DynamoDBClient({ ...shared, endpoint, maxAttempts: 2 });
    return { client: DynamoDBDocumentClient.from(sdk), destroy: () => sdk.destroy() };
  },
} as const;

export type ClientName = keyof typeof CLIENTS;
