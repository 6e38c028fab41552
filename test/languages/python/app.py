from aws_cdk import App, CfnOutput, Duration, Environment, Stack
from aws_cdk.aws_cloudwatch_actions import SnsAction
from aws_cdk.aws_ecs import ContainerImage, FargateTaskDefinition
from aws_cdk.aws_iam import AccountRootPrincipal, Role
from aws_cdk.aws_lambda import Code, Function, Runtime
from aws_cdk.aws_sns import Topic
from cdk_session_table import SameSite, SessionAccess, SessionConsistency, SessionCookieProps, SessionTable

app = App()
stack = Stack(app, "Shop", env=Environment(account="111111111111", region="eu-west-1"))

sessions = SessionTable(
    stack,
    "Sessions",
    timeout=Duration.minutes(45),
    absolute_timeout=Duration.hours(12),
    cookie=SessionCookieProps(name="__Host-session", same_site=SameSite.LAX),
    consistency=SessionConsistency.STRONG,
    tags={"team": "shop"},
)

handler = Function(
    stack,
    "Handler",
    runtime=Runtime.NODEJS_22_X,
    handler="index.handler",
    code=Code.from_inline("exports.handler = async () => ({ statusCode: 204 });"),
)
sessions.grant_read_write(handler)

support = Role(stack, "Support", assumed_by=AccountRootPrincipal())
sessions.grant_read(support)

task = FargateTaskDefinition(stack, "Task")
container = task.add_container("Web", image=ContainerImage.from_registry("shop"))
sessions.grant_read_write(task.task_role)
sessions.add_environment(container)

on_call = Topic(stack, "OnCall")
alarms = sessions.add_alarms(latency=Duration.millis(30), actions=[SnsAction(on_call)])
CfnOutput(stack, "ThrottleAlarm", value=alarms.throttle_events.alarm_name)

shared = SessionTable.from_session_table_attributes(
    stack,
    "Shared",
    table_arn="arn:aws:dynamodb:eu-west-1:111111111111:table/shared",
    timeout=Duration.minutes(30),
    env_prefix="SHARED_",
)
job = Function(
    stack,
    "Job",
    runtime=Runtime.NODEJS_22_X,
    handler="index.handler",
    code=Code.from_inline("exports.handler = async () => {};"),
)
shared.grant_read(job)
shared.add_environment(job, SessionAccess.READ)
CfnOutput(stack, "SharedName", value=shared.environment["SHARED_NAME"])

app.synth()
