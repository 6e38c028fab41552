import { Duration, Stack, StackProps, Validations } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as logs from 'aws-cdk-lib/aws-logs';
import { SessionTable } from 'cdk-session-table';
import { Construct } from 'constructs';

/** A web server in containers that share their visitors' sessions. */
export class EcsServiceStack extends Stack {
  public constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);

    const sessions = new SessionTable(this, 'Sessions', { timeout: Duration.minutes(30), cookie: { name: '__Host-session' } });
    const vpc = this.network();

    const task = new ecs.FargateTaskDefinition(this, 'Task', { cpu: 256, memoryLimitMiB: 512 });
    const container = task.addContainer('Web', {
      image: ecs.ContainerImage.fromEcrRepository(ecr.Repository.fromRepositoryName(this, 'Images', 'shop')),
      portMappings: [{ containerPort: 8080 }],
      logging: ecs.LogDrivers.awsLogs({
        streamPrefix: 'web',
        logGroup: new logs.LogGroup(this, 'Logs', { retention: logs.RetentionDays.ONE_MONTH }),
      }),
    });

    // The task's role may use the table; the container is told which one it is.
    sessions.grantReadWrite(task.taskRole);
    sessions.addEnvironment(container);

    const cluster = new ecs.Cluster(this, 'Cluster', { vpc, containerInsightsV2: ecs.ContainerInsights.ENABLED });
    new ecs.FargateService(this, 'Service', {
      cluster,
      taskDefinition: task,
      desiredCount: 2,
      minHealthyPercent: 100,
      circuitBreaker: { rollback: true },
    });

    Validations.of(task).acknowledge(
      { id: 'AwsSolutions-ECS2', reason: 'The variables name the table and its options; none is a secret.' },
      { id: 'AwsSolutions-IAM5[Resource::*]', reason: 'ecr:GetAuthorizationToken knows no resource; CDK grants it to pull the image.' },
    );
  }

  /** Tasks without a way in or out, but to DynamoDB, free of charge by its gateway, and to what ECS itself needs. */
  private network(): ec2.Vpc {
    const vpc = new ec2.Vpc(this, 'Vpc', {
      maxAzs: 2,
      natGateways: 0,
      subnetConfiguration: [{ name: 'Tasks', subnetType: ec2.SubnetType.PRIVATE_ISOLATED }],
      flowLogs: { all: {} },
    });
    vpc.addGatewayEndpoint('DynamoDb', { service: ec2.GatewayVpcEndpointAwsService.DYNAMODB });
    vpc.addGatewayEndpoint('ImageLayers', { service: ec2.GatewayVpcEndpointAwsService.S3 });
    vpc.addInterfaceEndpoint('ImageRegistry', { service: ec2.InterfaceVpcEndpointAwsService.ECR });
    vpc.addInterfaceEndpoint('ImageRegistryDocker', { service: ec2.InterfaceVpcEndpointAwsService.ECR_DOCKER });
    vpc.addInterfaceEndpoint('LogDelivery', { service: ec2.InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS });
    Validations.of(vpc).acknowledge({ id: 'AwsSolutions-EC23', reason: 'The endpoints let in the VPC alone, whose addresses the rule cannot see at synth.' });
    return vpc;
  }
}
