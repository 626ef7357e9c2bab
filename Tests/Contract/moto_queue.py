"""Queues of moto's server, and events whose records end in them."""

import json
import time


def make_queue(s3, services):
    sqs = s3.client("sqs", key=services.number)
    url = sqs.create_queue(QueueName=f"queue-{time.monotonic_ns()}")["QueueUrl"]
    return url, sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]


def message(s3, services, url, seconds=20):
    """The next message of a queue."""
    sqs = s3.client("sqs", key=services.number)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        got = sqs.receive_message(
            QueueUrl=url, MessageAttributeNames=["All"], AttributeNames=["AWSTraceHeader"]).get("Messages", [])
        if got:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=got[0]["ReceiptHandle"])
            return got[0]
        time.sleep(0.1)
    raise AssertionError(f"no message came to {url}")


def send(services, name, event):
    answer = services.lambda_.invoke(FunctionName=name, InvocationType="Event", Payload=json.dumps(event).encode())
    return answer["ResponseMetadata"]["RequestId"]
