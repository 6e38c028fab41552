import { CloudFormationClient, DescribeStackResourcesCommand, DescribeStacksCommand, GetTemplateCommand, type StackResource } from '@aws-sdk/client-cloudformation';
import { DynamoDB, DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { DescribeTaskDefinitionCommand, ECSClient } from '@aws-sdk/client-ecs';
import { GetRolePolicyCommand, IAMClient, ListRolePoliciesCommand } from '@aws-sdk/client-iam';
import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { DeleteBucketPolicyCommand, S3Client } from '@aws-sdk/client-s3';
import { STSClient } from '@aws-sdk/client-sts';
import { ACCOUNT, REGION } from './emulator';

/** The account's own key; the emulator knows no other, and no AWS account does. */
const KEY = { accessKeyId: 'test', secretAccessKey: 'test' };

/** What proves who calls. */
export interface Key {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: string | string[];
}

/** An inline policy of a role. */
export interface InlinePolicy {
  readonly roleName: string;
  readonly policyName: string;
  readonly statements: readonly Statement[];
}

/** What the emulator holds, through the SDK. */
export class Cloud {
  public readonly cloudFormation: CloudFormationClient;
  public readonly iam: IAMClient;
  public readonly sts: STSClient;
  public readonly dynamodb: DynamoDBClient;
  private readonly config: { endpoint: string; region: string; credentials: Key };

  public constructor(public readonly endpoint: string) {
    this.config = { endpoint, region: REGION, credentials: KEY };
    this.cloudFormation = new CloudFormationClient(this.config);
    this.iam = new IAMClient(this.config);
    this.sts = new STSClient(this.config);
    this.dynamodb = new DynamoDBClient(this.config);
  }

  /** The environment in which the CDK CLI finds this cloud and no other. */
  public environment(home: string): NodeJS.ProcessEnv {
    const { PATH, LANG } = process.env;
    return {
      PATH,
      LANG,
      HOME: home,
      AWS_ENDPOINT_URL: this.endpoint,
      AWS_ACCESS_KEY_ID: KEY.accessKeyId,
      AWS_SECRET_ACCESS_KEY: KEY.secretAccessKey,
      AWS_REGION: REGION,
      AWS_DEFAULT_REGION: REGION,
      AWS_EC2_METADATA_DISABLED: 'true',
      CDK_DISABLE_CLI_TELEMETRY: 'true',
      JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION: '20',
      JSII_DEPRECATED: 'quiet',
      NODE_NO_WARNINGS: '1',
    };
  }

  /** The table as a role sees it. */
  public dynamodbAs(key: Key): DynamoDB {
    return new DynamoDB({ ...this.config, credentials: key, maxAttempts: 1 });
  }

  /** The bootstrap bucket refuses plain HTTP, which is all that the loopback speaks. */
  public async allowPlainHttp(): Promise<void> {
    const s3 = new S3Client({ ...this.config, forcePathStyle: true });
    await s3.send(new DeleteBucketPolicyCommand({ Bucket: `cdk-hnb659fds-assets-${ACCOUNT}-${REGION}` }));
  }

  /** The resources of a stack; none where there is no such stack. */
  public async resources(stackName: string): Promise<StackResource[]> {
    const { StackResources = [] } = await this.cloudFormation.send(new DescribeStackResourcesCommand({ StackName: stackName }));
    return StackResources;
  }

  /** The physical ids of a stack's resources of one type. */
  public async physicalIds(stackName: string, type: string): Promise<string[]> {
    const resources = await this.resources(stackName);
    return resources.flatMap(({ ResourceType, PhysicalResourceId }) => (ResourceType === type && PhysicalResourceId ? [PhysicalResourceId] : []));
  }

  /** The status of a stack, or `undefined` where there is none. */
  public async status(stackName: string): Promise<string | undefined> {
    try {
      const { Stacks = [] } = await this.cloudFormation.send(new DescribeStacksCommand({ StackName: stackName }));
      return Stacks[0]?.StackStatus;
    } catch (error) {
      if (error instanceof Error && error.message.includes('does not exist')) return undefined;
      throw error;
    }
  }

  /** The tables of the account. */
  public async tableNames(): Promise<string[]> {
    const { TableNames = [] } = await this.dynamodb.send(new ListTablesCommand({}));
    return TableNames;
  }

  /** The outputs of a stack. */
  public async outputs(stackName: string): Promise<Record<string, string>> {
    const { Stacks = [] } = await this.cloudFormation.send(new DescribeStacksCommand({ StackName: stackName }));
    return Object.fromEntries((Stacks[0]?.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]));
  }

  /** The template of a stack, as it was deployed. */
  public async template(stackName: string): Promise<Template> {
    const { TemplateBody = '' } = await this.cloudFormation.send(new GetTemplateCommand({ StackName: stackName, TemplateStage: 'Original' }));
    return JSON.parse(TemplateBody) as Template;
  }

  /** The inline policies of a role. */
  public async policies(roleName: string): Promise<InlinePolicy[]> {
    const { PolicyNames = [] } = await this.iam.send(new ListRolePoliciesCommand({ RoleName: roleName }));
    return Promise.all(PolicyNames.map(async (policyName) => {
      const { PolicyDocument = '' } = await this.iam.send(new GetRolePolicyCommand({ RoleName: roleName, PolicyName: policyName }));
      const { Statement } = JSON.parse(decodeURIComponent(PolicyDocument)) as { Statement: Statement | Statement[] };
      return { roleName, policyName, statements: [Statement].flat() };
    }));
  }

  /** The environment of a function. */
  public async functionEnvironment(functionName: string): Promise<Record<string, string>> {
    const lambda = new LambdaClient(this.config);
    const { Environment } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName: functionName }));
    return Environment?.Variables ?? {};
  }

  /** The environments of the containers of a task. */
  public async taskEnvironments(taskDefinition: string): Promise<Record<string, string>[]> {
    const ecs = new ECSClient(this.config);
    const { taskDefinition: task } = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition }));
    return (task?.containerDefinitions ?? []).map(({ environment = [] }) => Object.fromEntries(environment.map(({ name = '', value = '' }) => [name, value])));
  }
}

export interface Template {
  readonly Resources: Record<string, { readonly Type: string; readonly Properties?: Record<string, unknown>; readonly DeletionPolicy?: string }>;
}
