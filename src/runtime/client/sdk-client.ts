import { DeleteItemCommand, DynamoDBClient, GetItemCommand, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { SessionClient } from './session-client';

/** What a `DynamoDBClient` and a `DynamoDBDocumentClient` have in common: commands of the low level go through both. */
export type SdkClient = Pick<DynamoDBClient, 'send'>;

/** Speaks through a client of the AWS SDK, as it is: its retries, its endpoint, its middleware. */
export function sdkClient(client: SdkClient, singleAttempt = false): SessionClient {
  return {
    singleAttempt,
    getItem: (input, { signal }) => client.send(new GetItemCommand(input), { abortSignal: signal }),
    putItem: (input, { signal }) => client.send(new PutItemCommand(input), { abortSignal: signal }),
    updateItem: (input, { signal }) => client.send(new UpdateItemCommand(input), { abortSignal: signal }),
    deleteItem: (input, { signal }) => client.send(new DeleteItemCommand(input), { abortSignal: signal }),
  };
}

/**
 * The client of whoever gives none: one attempt a call, because the store
 * repeats, and knows what an attempt may have done.
 */
export function defaultSdkClient(region: string | undefined): SessionClient {
  return sdkClient(new DynamoDBClient({ maxAttempts: 1, ...(region === undefined ? {} : { region }) }), true);
}
