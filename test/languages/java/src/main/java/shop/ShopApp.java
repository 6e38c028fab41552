package shop;

import com.example.sessiontable.ISessionTable;
import com.example.sessiontable.SameSite;
import com.example.sessiontable.SessionAccess;
import com.example.sessiontable.SessionAlarms;
import com.example.sessiontable.SessionAlarmsProps;
import com.example.sessiontable.SessionConsistency;
import com.example.sessiontable.SessionCookieProps;
import com.example.sessiontable.SessionTable;
import com.example.sessiontable.SessionTableAttributes;
import java.util.List;
import java.util.Map;
import software.amazon.awscdk.App;
import software.amazon.awscdk.CfnOutput;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.Environment;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.StackProps;
import software.amazon.awscdk.services.cloudwatch.actions.SnsAction;
import software.amazon.awscdk.services.ecs.ContainerDefinition;
import software.amazon.awscdk.services.ecs.ContainerDefinitionOptions;
import software.amazon.awscdk.services.ecs.ContainerImage;
import software.amazon.awscdk.services.ecs.FargateTaskDefinition;
import software.amazon.awscdk.services.iam.AccountRootPrincipal;
import software.amazon.awscdk.services.iam.Role;
import software.amazon.awscdk.services.lambda.Code;
import software.amazon.awscdk.services.lambda.Function;
import software.amazon.awscdk.services.lambda.Runtime;
import software.amazon.awscdk.services.sns.Topic;

public final class ShopApp {
    public static void main(final String[] args) {
        final App app = new App();
        final Environment env = Environment.builder().account("111111111111").region("eu-west-1").build();
        final Stack stack = new Stack(app, "Shop", StackProps.builder().env(env).build());

        final SessionTable sessions = SessionTable.Builder.create(stack, "Sessions")
            .timeout(Duration.minutes(45))
            .absoluteTimeout(Duration.hours(12))
            .cookie(SessionCookieProps.builder().name("__Host-session").sameSite(SameSite.LAX).build())
            .consistency(SessionConsistency.STRONG)
            .tags(Map.of("team", "shop"))
            .build();

        final Function handler = Function.Builder.create(stack, "Handler")
            .runtime(Runtime.NODEJS_22_X)
            .handler("index.handler")
            .code(Code.fromInline("exports.handler = async () => ({ statusCode: 204 });"))
            .build();
        sessions.grantReadWrite(handler);

        final Role support = Role.Builder.create(stack, "Support").assumedBy(new AccountRootPrincipal()).build();
        sessions.grantRead(support);

        final FargateTaskDefinition task = new FargateTaskDefinition(stack, "Task");
        final ContainerDefinition container = task.addContainer("Web",
            ContainerDefinitionOptions.builder().image(ContainerImage.fromRegistry("shop")).build());
        sessions.grantReadWrite(task.getTaskRole());
        sessions.addEnvironment(container::addEnvironment);

        final Topic onCall = new Topic(stack, "OnCall");
        final SessionAlarms alarms = sessions.addAlarms(SessionAlarmsProps.builder()
            .latency(Duration.millis(30))
            .actions(List.of(new SnsAction(onCall)))
            .build());
        CfnOutput.Builder.create(stack, "ThrottleAlarm").value(alarms.getThrottleEvents().getAlarmName()).build();

        final ISessionTable shared = SessionTable.fromSessionTableAttributes(stack, "Shared", SessionTableAttributes.builder()
            .tableArn("arn:aws:dynamodb:eu-west-1:111111111111:table/shared")
            .timeout(Duration.minutes(30))
            .envPrefix("SHARED_")
            .build());
        final Function job = Function.Builder.create(stack, "Job")
            .runtime(Runtime.NODEJS_22_X)
            .handler("index.handler")
            .code(Code.fromInline("exports.handler = async () => {};"))
            .build();
        shared.grantRead(job);
        shared.addEnvironment(job::addEnvironment, SessionAccess.READ);
        CfnOutput.Builder.create(stack, "SharedName").value(shared.getEnvironment().get("SHARED_NAME")).build();

        app.synth();
    }
}
