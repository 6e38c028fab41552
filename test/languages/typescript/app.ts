import { App, CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { ContainerImage, FargateTaskDefinition } from 'aws-cdk-lib/aws-ecs';
import { AccountRootPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { Code, Function, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { SameSite, SessionAccess, SessionConsistency, SessionTable } from 'cdk-session-table';

const app = new App();
const stack = new Stack(app, 'Shop', { env: { account: '111111111111', region: 'eu-west-1' } });

const sessions = new SessionTable(stack, 'Sessions', {
  timeout: Duration.minutes(45),
  absoluteTimeout: Duration.hours(12),
  cookie: { name: '__Host-session', sameSite: SameSite.LAX },
  consistency: SessionConsistency.STRONG,
  tags: { team: 'shop' },
});

const handler = new Function(stack, 'Handler', {
  runtime: Runtime.NODEJS_22_X,
  handler: 'index.handler',
  code: Code.fromInline('exports.handler = async () => ({ statusCode: 204 });'),
});
sessions.grantReadWrite(handler);

const support = new Role(stack, 'Support', { assumedBy: new AccountRootPrincipal() });
sessions.grantRead(support);

const task = new FargateTaskDefinition(stack, 'Task');
const container = task.addContainer('Web', { image: ContainerImage.fromRegistry('shop') });
sessions.grantReadWrite(task.taskRole);
sessions.addEnvironment(container);

const onCall = new Topic(stack, 'OnCall');
const alarms = sessions.addAlarms({ latency: Duration.millis(30), actions: [new SnsAction(onCall)] });
new CfnOutput(stack, 'ThrottleAlarm', { value: alarms.throttleEvents.alarmName });

const shared = SessionTable.fromSessionTableAttributes(stack, 'Shared', {
  tableArn: 'arn:aws:dynamodb:eu-west-1:111111111111:table/shared',
  timeout: Duration.minutes(30),
  envPrefix: 'SHARED_',
});
const job = new Function(stack, 'Job', { runtime: Runtime.NODEJS_22_X, handler: 'index.handler', code: Code.fromInline('exports.handler = async () => {};') });
shared.grantRead(job);
shared.addEnvironment(job, SessionAccess.READ);
new CfnOutput(stack, 'SharedName', { value: shared.environment.SHARED_NAME ?? '' });

app.synth();
