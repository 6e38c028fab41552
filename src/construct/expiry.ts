import { Annotations, IResolveContext, Lazy, Names } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { refuse } from './checks';
import { differ, GrantSubject, grantStream } from './grants';
import { CREATED_ATTRIBUTE, FROZEN_ATTRIBUTE } from '../contract';

/** How many functions may read one stream before DynamoDB throttles them. */
const MOST_READERS = 2;

/** How often Lambda repeats a batch before it drops the record that fails. */
const RETRIES = 10;

/**
 * Deletions by TTL of sessions that were not replaced.
 *
 * An existence filter sees only leaves, and the session's data is a map. So the filter looks for the creation time,
 * which every session has and a user's item doesn't.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/with-ddb-filtering.html#filtering-ddb-exists
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-streams.html
 */
const EXPIRED = lambda.FilterCriteria.filter({
  eventName: lambda.FilterRule.isEqual('REMOVE'),
  userIdentity: {
    type: lambda.FilterRule.isEqual('Service'),
    principalId: lambda.FilterRule.isEqual('dynamodb.amazonaws.com'),
  },
  dynamodb: {
    OldImage: {
      [CREATED_ATTRIBUTE]: { N: lambda.FilterRule.exists() },
      [FROZEN_ATTRIBUTE]: { B: lambda.FilterRule.notExists() },
    },
  },
});

/** The stream of one table, and the functions that are called with the sessions that expired. */
export class ExpiryStream {
  private readonly resource: dynamodb.CfnGlobalTable;
  private readonly readers = new Set<lambda.IFunction>();

  public constructor(table: dynamodb.TableV2, private readonly subject: GrantSubject) {
    this.resource = table.node.defaultChild as dynamodb.CfnGlobalTable;
  }

  /** Has Lambda call the function with each session that TTL deleted, and lets it read the stream. */
  public addReader(fn: lambda.IFunction): lambda.EventSourceMapping {
    this.checkReader(fn);
    if (this.readers.size === 0) this.turnOn();
    this.readers.add(fn);
    const mapping = fn.addEventSourceMapping(`Expired:${Names.nodeUniqueId(this.subject.scope.node)}`, {
      eventSourceArn: this.resource.attrStreamArn,
      startingPosition: lambda.StartingPosition.TRIM_HORIZON,
      filters: [EXPIRED],
      reportBatchItemFailures: true,
      bisectBatchOnError: true,
      retryAttempts: RETRIES,
    });
    grantStream(this.subject, fn, this.resource.attrStreamArn);
    return mapping;
  }

  private checkReader(fn: lambda.IFunction): void {
    const { scope, target } = this.subject;
    const isFunction = typeof (fn as Partial<lambda.IFunction> | undefined)?.addEventSourceMapping === 'function';
    if (!isFunction) refuse(scope, { prop: 'onExpired', shown: 'not a function', allowed: 'a Lambda function' });
    if (differ(fn.env.account, target.account) || differ(fn.env.region, target.region)) {
      const shown = `a function in account ${fn.env.account} and Region ${fn.env.region}`;
      const allowed = `one in the table's own, ${target.account} and ${target.region}`;
      refuse(scope, { prop: 'onExpired', shown, allowed });
    }
    if (this.readers.has(fn)) {
      refuse(scope, { prop: 'onExpired', value: fn.node.path, allowed: 'each function once' });
    }
    if (this.readers.size >= MOST_READERS) {
      const allowed = `${MOST_READERS} functions at most, since DynamoDB throttles more readers of a stream`;
      refuse(scope, { prop: 'onExpired', value: fn.node.path, allowed });
    }
  }

  /**
   * TableV2 takes its stream in the constructor only, so this sets it on the resource below.
   *
   * A table with replicas needs new images too, and a replica may be added later.
   */
  private turnOn(): void {
    const { OLD_IMAGE, NEW_AND_OLD_IMAGES } = dynamodb.StreamViewType;
    const produce = (context: IResolveContext) => {
      const regions = context.resolve(this.resource.replicas) as unknown[];
      return regions.length > 1 ? NEW_AND_OLD_IMAGES : OLD_IMAGE;
    };
    this.resource.streamSpecification = { streamViewType: Lazy.uncachedString({ produce }) };
    if (this.subject.target.replicaRegions.length > 0) this.warnOfReplicas();
  }

  private warnOfReplicas(): void {
    const { scope, target } = this.subject;
    Annotations.of(scope).addWarningV2(
      'cdk-session-table:expiredInOneRegion',
      `onExpired sees what TTL deletes in ${target.region}. What it deletes in the Region of a replica arrives here ` +
        'without the mark of TTL and is passed over. Do not rely on it for every session, and acknowledge this ' +
        'warning.',
    );
  }
}
