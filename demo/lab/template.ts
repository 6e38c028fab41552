import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';

interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly Metadata?: Readonly<Record<string, string>>;
}

/** The one function of the template, as far as running it needs. */
export interface FunctionDefinition {
  /** The bundled file in the cloud assembly. */
  readonly file: string;
  /** The name that the file exports. */
  readonly exportName: string;
  readonly environment: Readonly<Record<string, string>>;
  /** In seconds. */
  readonly timeout: number;
}

/** A synthesised template, read back, so that exactly what would be deployed runs. */
export class Template {
  public static read(file: string): Template {
    const { Resources } = JSON.parse(readFileSync(file, 'utf8')) as { Resources: Record<string, Resource> };
    return new Template(dirname(file), Resources);
  }

  private constructor(private readonly directory: string, private readonly resources: Readonly<Record<string, Resource>>) {}

  /**
   * The table as CreateTable takes it. TTL is left out: the embedded engine has none, and the runtime does not rely on
   * it.
   */
  public table(): CreateTableCommandInput {
    const [logicalId, { Properties }] = this.only('AWS::DynamoDB::GlobalTable');
    return {
      TableName: nameOf(logicalId, Properties),
      KeySchema: Properties.KeySchema as CreateTableCommandInput['KeySchema'],
      AttributeDefinitions: Properties.AttributeDefinitions as CreateTableCommandInput['AttributeDefinitions'],
      BillingMode: Properties.BillingMode as CreateTableCommandInput['BillingMode'],
    };
  }

  public function(): FunctionDefinition {
    const [, { Properties, Metadata }] = this.only('AWS::Lambda::Function');
    const { Variables = {} } = (Properties.Environment ?? {}) as { Variables?: Record<string, unknown> };
    const [file = '', exportName = ''] = String(Properties.Handler).split('.');
    return {
      file: join(this.directory, String(Metadata?.['aws:asset:path']), `${file}.mjs`),
      exportName,
      environment: Object.fromEntries(Object.entries(Variables).map(([name, value]) => [name, this.resolve(value)])),
      timeout: Number(Properties.Timeout ?? 3),
    };
  }

  /** The statements of the policy of the function's role, as they stand in the template. */
  public policy(): unknown {
    const [, { Properties }] = this.only('AWS::IAM::Policy');
    return (Properties.PolicyDocument as { Statement?: unknown }).Statement;
  }

  private only(type: string): [string, Resource] {
    const found = Object.entries(this.resources).filter(([, resource]) => resource.Type === type);
    if (found.length !== 1) throw new Error(`The template has ${found.length} resources of type ${type}; the demo needs exactly one`);
    return found[0]!;
  }

  /** A value of the template as CloudFormation would resolve it: a string, or a reference to a table's name. */
  private resolve(value: unknown): string {
    if (typeof value === 'string') return value;
    const { Ref } = value as { Ref?: string };
    const resource = Ref === undefined ? undefined : this.resources[Ref];
    if (resource?.Type !== 'AWS::DynamoDB::GlobalTable') {
      throw new Error(`The demo cannot resolve ${JSON.stringify(value)}: only a Ref to the table is supported`);
    }
    return nameOf(Ref!, resource.Properties);
  }
}

/** The physical name: the one that is set, or one made from the logical id as CloudFormation does. */
function nameOf(logicalId: string, { TableName }: Resource['Properties']): string {
  return typeof TableName === 'string' ? TableName : `Shop-${logicalId}`;
}
