"""Reads sample events with the data classes of Powertools for AWS Lambda.

A program of its own, whose import path has Powertools: it gets the events by name on standard input, and prints what it
has read of each.
"""

import json
import sys

from aws_lambda_powertools.utilities.data_classes import (
    ALBEvent, APIGatewayProxyEvent, APIGatewayProxyEventV2, AWSConfigRuleEvent, CloudFormationCustomResourceEvent,
    CloudWatchLogsEvent, CodePipelineJobEvent, DynamoDBStreamEvent, EventBridgeEvent, KafkaEvent, KinesisFirehoseEvent,
    KinesisStreamEvent, LambdaFunctionUrlEvent, S3BatchOperationEvent, S3Event, SecretsManagerEvent, SESEvent, SNSEvent,
    SQSEvent)
from aws_lambda_powertools.utilities.data_classes.active_mq_event import ActiveMQEvent
from aws_lambda_powertools.utilities.data_classes.api_gateway_authorizer_event import APIGatewayAuthorizerTokenEvent
from aws_lambda_powertools.utilities.data_classes.cognito_user_pool_event import PreSignUpTriggerEvent
from aws_lambda_powertools.utilities.data_classes.rabbit_mq_event import RabbitMQEvent


def first(values):
    return next(iter(values))


def of_request(event, caller=None):
    return [event.http_method, event.path, event.json_body, event.query_string_parameters, caller]


def of_rest(event):
    return of_request(event, event.request_context.identity.source_ip)


def of_http(event):
    return of_request(event, event.request_context.authorizer.jwt_scopes)


def of_url(event):
    return of_request(event, event.request_context.authorizer.iam.user_arn)


def of_bus(event):
    return [event.detail_type, event.source, event.account, event.region, event.resources, event.detail]


def of_object(event):
    return [event.bucket_name, event.object_key, event.record.event_name]


def of_change(record):
    change = record.dynamodb
    images = [{name: str(value) for name, value in (image or {}).items()} for image in (
        change.keys, change.new_image, change.old_image)]
    return [record.event_name.name, *images]


def of_logs(event):
    logs = event.parse_logs_data()
    return [logs.owner, logs.log_group, logs.subscription_filters, logs.log_events[0].message]


def of_kafka(event):
    record = first(event.records)
    headers = {name: value.decode() for name, value in record.decoded_headers.items()}
    return [event.decoded_bootstrap_servers, record.topic, record.decoded_key.decode(), record.json_value, headers]


READERS = {
    "alb": (ALBEvent, of_request),
    "api-gateway-authorizer": (APIGatewayAuthorizerTokenEvent, lambda event: event.parsed_arn.resource),
    "api-gateway-http": (APIGatewayProxyEventV2, of_http),
    "api-gateway-rest": (APIGatewayProxyEvent, of_rest),
    "function-url": (LambdaFunctionUrlEvent, of_url),
    "activemq": (ActiveMQEvent, lambda event: [
        [message.destination_physicalname, message.json_data] for message in event.messages]),
    "rabbitmq": (RabbitMQEvent, lambda event: [
        [name, queue[0].basic_properties.priority, queue[0].json_data]
        for name, queue in event.rmq_messages_by_queue.items()]),
    "ses": (SESEvent, lambda event: [
        event.record.ses.mail.source, event.record.ses.mail.common_headers.subject,
        event.record.ses.receipt.action.function_arn]),
    "sns": (SNSEvent, lambda event: [event.sns_message, event.record.sns.topic_arn]),
    "sqs": (SQSEvent, lambda event: [
        first(event.records).json_body, first(event.records).event_source_arn, first(event.records).queue_url]),
    "cloudwatch-logs": (CloudWatchLogsEvent, of_logs),
    "dynamodb": (DynamoDBStreamEvent, lambda event: [of_change(record) for record in event.records]),
    "firehose": (KinesisFirehoseEvent, lambda event: first(event.records).data_as_json),
    "kinesis": (KinesisStreamEvent, lambda event: first(event.records).kinesis.data_as_json()),
    "msk": (KafkaEvent, of_kafka),
    "kafka": (KafkaEvent, of_kafka),
    "s3-put": (S3Event, of_object),
    "s3-delete": (S3Event, of_object),
    "s3-batch": (S3BatchOperationEvent, lambda event: [event.task.s3_bucket, event.task.s3_key]),
    "eventbridge": (EventBridgeEvent, of_bus),
    "eventbridge-schedule": (EventBridgeEvent, of_bus),
    "scheduler": (EventBridgeEvent, of_bus),
    "codepipeline": (CodePipelineJobEvent, lambda event: [event.decoded_user_parameters, event.input_bucket_name]),
    "cloudformation": (CloudFormationCustomResourceEvent, lambda event: [
        event.request_type, event.resource_properties]),
    "config": (AWSConfigRuleEvent, lambda event: [
        event.invoking_event.configuration_item.resource_id, event.rule_parameters]),
    "cognito-pre-sign-up": (PreSignUpTriggerEvent, lambda event: [
        event.user_pool_id, event.request.user_attributes]),
    "secrets-manager": (SecretsManagerEvent, lambda event: [event.step, event.secret_id]),
}

if __name__ == "__main__":
    events = json.load(sys.stdin)
    print(json.dumps({name: read(kind(events[name])) for name, (kind, read) in READERS.items()}))
