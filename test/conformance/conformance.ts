import { ConformanceCase } from './conformance-case';
import { dataCases } from './data-cases';
import { lifeCases } from './life-cases';
import { storeCases } from './store-cases';
import { Visitors } from './visitors';
import { sdkClient } from '../../src/runtime/client/sdk-client';
import type { ClientOfSdk, SessionClient } from '../../src/runtime/client/session-client';

/** What the suite runs against: a client, and the table that it reaches. */
export interface ConformanceTarget {
  /** A client of the AWS SDK, or another implementation of `SessionClient`. */
  readonly client: SessionClient | ClientOfSdk;
  /** A table with the binary partition key `sid`; it need not be empty, and the suite leaves items in it. */
  readonly tableName: string;
}

/**
 * What a client and an engine must do for sessions to hold: each condition
 * clause by clause, the life of a session, and what is stored. Cases are
 * independent of each other and may run at once; any test runner takes them:
 *
 * ```ts
 * for (const { title, run } of conformanceCases({ client, tableName })) test(title, run);
 * ```
 */
export function conformanceCases({ client, tableName }: ConformanceTarget): ConformanceCase[] {
  const port = 'getItem' in client ? client : sdkClient(client as Parameters<typeof sdkClient>[0]);
  const visitors = new Visitors(port, tableName);
  return [...storeCases(port, tableName), ...lifeCases(visitors), ...dataCases(visitors)];
}
