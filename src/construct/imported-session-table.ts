import { Annotations, Arn, ArnFormat, Stack, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { checkTableName, refuse, refuseUnknownProps } from './checks';
import { differ, replicaArns, SessionTarget } from './grants';
import { SESSION_OPTIONS, SessionOptions } from './options';
import type { SessionTableAttributes } from './session-table';
import { SessionTableBase } from './session-table-base';
import { NamesOf } from '../option-rule';

const TABLE_ARN = /^arn:[a-z-]+:dynamodb:[a-z0-9-]+:\d{12}:table\/[a-zA-Z0-9_.-]{3,255}$/;

/** The attributes that are not options; the compiler reports a forgotten one. */
const ATTRIBUTES: NamesOf<Exclude<keyof SessionTableAttributes, keyof SessionOptions>> = {
  tableName: {},
  tableArn: {},
  region: {},
  encryptionKey: {},
  replicaRegions: {},
  replicaKeyArns: {},
};

/** A session table that another stack defines. */
export class ImportedSessionTable extends SessionTableBase {
  public readonly tableArn: string;
  public readonly tableName: string;
  public readonly encryptionKey?: kms.IKey;

  /** @internal */
  protected readonly _target: SessionTarget;

  public constructor(scope: Construct, id: string, attributes: SessionTableAttributes) {
    super(scope, id, attributes);
    refuseUnknownProps(this, attributes, { ...SESSION_OPTIONS, ...ATTRIBUTES });
    this.tableArn = tableArn(this, attributes);
    const own = Stack.of(this);
    const parts = Arn.split(this.tableArn, ArnFormat.SLASH_RESOURCE_NAME);
    const { account = own.account, region = own.region, resourceName } = parts;
    this.tableName = attributes.tableName ?? resourceName ?? '';
    this.encryptionKey = attributes.encryptionKey;
    const replicaRegions = attributes.replicaRegions ?? [];
    this._target = {
      account,
      region: attributes.region ?? region,
      replicaRegions,
      tableArns: [this.tableArn, ...replicaArns(this, this.tableName, replicaRegions)],
      replicaKeyArns: Object.values(attributes.replicaKeyArns ?? {}),
    };
    if (differ(account, own.account)) {
      const allowed = `a table of the stack's own account ${own.account}`;
      refuse(this, { prop: 'tableArn', value: this.tableArn, allowed });
    }
    this.warnOfDistance();
  }

  public override grantReadWrite(grantee: iam.IGrantable): iam.Grant {
    this.mentionKey();
    return super.grantReadWrite(grantee);
  }

  public override grantRead(grantee: iam.IGrantable): iam.Grant {
    this.mentionKey();
    return super.grantRead(grantee);
  }

  public onExpired(_fn: lambda.IFunction): lambda.EventSourceMapping {
    return refuse(this, {
      prop: 'onExpired',
      shown: 'called on an imported table',
      allowed: 'a table of this app: call it in the app that defines the table, where its stream can be turned on',
    });
  }

  private warnOfDistance(): void {
    const own = Stack.of(this).region;
    const { region, replicaRegions } = this._target;
    if (!differ(region, own) || replicaRegions.includes(own)) return;
    Annotations.of(this).addWarningV2(
      'cdk-session-table:otherRegion',
      `The table is in ${region} and this stack in ${own}, so each request that opens a session waits for a round ` +
        'trip between the two. Use a table of this Region, or acknowledge this warning.',
    );
  }

  /** Nothing here shows how an imported table is encrypted, so this is not a warning. */
  private mentionKey(): void {
    if (this.encryptionKey) return;
    Annotations.of(this).addInfoV2(
      'cdk-session-table:importedWithoutKey',
      'Grants on this imported table allow no KMS action. If a customer key encrypts it, import it with ' +
        'fromSessionTableAttributes and encryptionKey.',
    );
  }
}

/** @throws Error unless exactly one of name and ARN is given, in the right form */
function tableArn(scope: Construct, { tableName: name, tableArn: arn, region }: SessionTableAttributes): string {
  if (arn === undefined) {
    checkTableName(scope, name);
    return Stack.of(scope).formatArn({ service: 'dynamodb', region, resource: 'table', resourceName: name });
  }
  if (name !== undefined) refuse(scope, { prop: 'tableName', value: name, allowed: `none beside the tableArn ${arn}` });
  if (Token.isUnresolved(arn)) return arn;
  if (!TABLE_ARN.test(arn)) {
    const allowed = 'arn:<partition>:dynamodb:<region>:<account>:table/<name>';
    refuse(scope, { prop: 'tableArn', value: arn, allowed });
  }
  const own = arn.split(':')[3] ?? '';
  if (region !== undefined && differ(region, own)) {
    refuse(scope, { prop: 'region', value: region, allowed: `${own}, as in the tableArn` });
  }
  return arn;
}
