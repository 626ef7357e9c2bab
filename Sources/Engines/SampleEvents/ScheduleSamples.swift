/// Events of buses, schedules and workflows.
enum ScheduleSamples {
    static let all = [
        SampleEvent(
            "eventbridge", "An event that matched a rule of EventBridge",
            documentation: "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html",
            free: [EventPath([.member("detail")])],
            #"""
            {
              "version": "0",
              "id": "17a2b3c4-d5e6-4f70-8192-a3b4c5d6e7f8",
              "detail-type": "EC2 Instance State-change Notification",
              "source": "aws.ec2",
              "account": "123456789012",
              "time": "2026-03-02T09:15:30Z",
              "region": "us-east-1",
              "resources": [
                "arn:aws:ec2:us-east-1:123456789012:instance/i-0123456789abcdef0"
              ],
              "detail": {"instance-id": "i-0123456789abcdef0", "state": "running"}
            }
            """#),
        SampleEvent(
            "eventbridge-schedule", "A schedule of an EventBridge rule that is due",
            documentation: "https://docs.aws.amazon.com/lambda/latest/dg/services-cloudwatchevents.html",
            free: [EventPath([.member("detail")])],
            #"""
            {
              "version": "0",
              "id": "28b3c4d5-e6f7-4081-92a3-b4c5d6e7f809",
              "detail-type": "Scheduled Event",
              "source": "aws.events",
              "account": "123456789012",
              "time": "2026-03-02T09:15:30Z",
              "region": "us-east-1",
              "resources": ["arn:aws:events:us-east-1:123456789012:rule/every-morning"],
              "detail": {}
            }
            """#),
        // The page has no example of what a schedule without input sends: this is what functions have logged.
        SampleEvent(
            "scheduler", "A schedule of EventBridge Scheduler that has no input of its own",
            documentation: "https://docs.aws.amazon.com/lambda/latest/dg/with-eventbridge-scheduler.html",
            #"""
            {
              "version": "0",
              "id": "39c4d5e6-f708-4192-a3b4-c5d6e7f8091a",
              "detail-type": "Scheduled Event",
              "source": "aws.scheduler",
              "account": "123456789012",
              "time": "2026-03-02T09:15:30Z",
              "region": "us-east-1",
              "resources": [
                "arn:aws:scheduler:us-east-1:123456789012:schedule/default/every-morning"
              ],
              "detail": "{}"
            }
            """#),
        SampleEvent(
            "step-functions", "A task of a state machine that waits for its token",
            documentation: "https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html",
            free: [EventPath([])],
            #"""
            {
              "input": {"orderId": "1001", "item": "tea", "quantity": 2},
              "taskToken": "YW4gZXhhbXBsZSBvZiBhIHRhc2sgdG9rZW4="
            }
            """#),
    ]
}
