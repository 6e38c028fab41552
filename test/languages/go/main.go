package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatchactions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsecs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/jsii-runtime-go"

	"example.com/session-table/go/sessiontable"
)

// functionReceiver lets a Lambda function take environment variables from a session table:
// in Go a function's own AddEnvironment has a third parameter.
type functionReceiver struct{ function awslambda.Function }

func (receiver *functionReceiver) AddEnvironment(name *string, value *string) {
	receiver.function.AddEnvironment(name, value, nil)
}

func main() {
	defer jsii.Close()

	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("Shop"), &awscdk.StackProps{
		Env: &awscdk.Environment{Account: jsii.String("111111111111"), Region: jsii.String("eu-west-1")},
	})

	sessions := sessiontable.NewSessionTable(stack, jsii.String("Sessions"), &sessiontable.SessionTableProps{
		Timeout:         awscdk.Duration_Minutes(jsii.Number(45)),
		AbsoluteTimeout: awscdk.Duration_Hours(jsii.Number(12)),
		Cookie:          &sessiontable.SessionCookieProps{Name: jsii.String("__Host-session"), SameSite: sessiontable.SameSite_LAX},
		Consistency:     sessiontable.SessionConsistency_STRONG,
		Tags:            &map[string]*string{"team": jsii.String("shop")},
	})

	handler := awslambda.NewFunction(stack, jsii.String("Handler"), &awslambda.FunctionProps{
		Runtime: awslambda.Runtime_NODEJS_22_X(),
		Handler: jsii.String("index.handler"),
		Code:    awslambda.Code_FromInline(jsii.String("exports.handler = async () => ({ statusCode: 204 });")),
	})
	sessions.GrantReadWrite(handler)

	support := awsiam.NewRole(stack, jsii.String("Support"), &awsiam.RoleProps{AssumedBy: awsiam.NewAccountRootPrincipal()})
	sessions.GrantRead(support)

	task := awsecs.NewFargateTaskDefinition(stack, jsii.String("Task"), nil)
	container := task.AddContainer(jsii.String("Web"), &awsecs.ContainerDefinitionOptions{
		Image: awsecs.ContainerImage_FromRegistry(jsii.String("shop"), nil),
	})
	sessions.GrantReadWrite(task.TaskRole())
	sessions.AddEnvironment(container, sessiontable.SessionAccess_READ_WRITE)

	onCall := awssns.NewTopic(stack, jsii.String("OnCall"), nil)
	alarms := sessions.AddAlarms(&sessiontable.SessionAlarmsProps{
		Latency: awscdk.Duration_Millis(jsii.Number(30)),
		Actions: &[]awscloudwatch.IAlarmAction{awscloudwatchactions.NewSnsAction(onCall)},
	})
	awscdk.NewCfnOutput(stack, jsii.String("ThrottleAlarm"), &awscdk.CfnOutputProps{Value: alarms.ThrottleEvents().AlarmName()})

	shared := sessiontable.SessionTable_FromSessionTableAttributes(stack, jsii.String("Shared"), &sessiontable.SessionTableAttributes{
		TableArn:  jsii.String("arn:aws:dynamodb:eu-west-1:111111111111:table/shared"),
		Timeout:   awscdk.Duration_Minutes(jsii.Number(30)),
		EnvPrefix: jsii.String("SHARED_"),
	})
	job := awslambda.NewFunction(stack, jsii.String("Job"), &awslambda.FunctionProps{
		Runtime: awslambda.Runtime_NODEJS_22_X(),
		Handler: jsii.String("index.handler"),
		Code:    awslambda.Code_FromInline(jsii.String("exports.handler = async () => {};")),
	})
	shared.GrantRead(job)
	shared.AddEnvironment(&functionReceiver{job}, sessiontable.SessionAccess_READ)
	awscdk.NewCfnOutput(stack, jsii.String("SharedName"), &awscdk.CfnOutputProps{Value: (*shared.Environment())["SHARED_NAME"]})

	app.Synth(nil)
}
