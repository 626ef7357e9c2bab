"""Error trackers and tracers from PyPI, unmodified, in functions: they replace parts of AWS's Python runtime."""

import json
import re
import sys
import textwrap

import pytest

from account import Account
from compiled import FUNCTIONS
from log_streams import log_with
from packages import boto3_layer, zip_of
from server_process import REPOSITORY

TRACERS = REPOSITORY / ".strata" / "tracers"
COLLECTOR = (FUNCTIONS / "collector.py").read_text()


# Tracers send only what is sampled.
TRACE = {"X-Amzn-Trace-Id": "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"}


class Tracing:
    """An account with a layer of tracers."""

    def __init__(self, server):
        self.aws = Account(server)
        self.aws.lambda_.meta.events.register(
            "before-call.lambda.Invoke", lambda params, **_: params["headers"].update(TRACE))
        files = {str(path.relative_to(TRACERS)): path.read_bytes() for path in (TRACERS / "python").rglob("*")
                 if path.is_file()}
        contents = {"tracers": zip_of(files, level=1), "boto3": boto3_layer()}
        self.layers = [self.aws.publish(name, zip)["LayerVersionArn"] for name, zip in contents.items()]

    def deploy(self, source, handler="app.handler", **variables):
        files = {"app.py": textwrap.dedent(source), "collector.py": COLLECTOR}
        return self.aws.deploy(
            files=files, Handler=handler, Layers=self.layers, Environment={"Variables": variables}, MemorySize=1024,
            Timeout=60)

    def invoke(self, name, event):
        return self.aws.invoke(name, event)

    def log(self, name, *parts):
        return log_with(self.aws, name, *parts)

    def collected(self, name, *parts):
        """The documents that the collector of a function has received, once they contain the parts."""
        lines = re.findall(r"collected (\{.*\})", self.log(name, *parts))
        return [json.loads(line) for line in lines]


@pytest.fixture(scope="module")
def tracing(server):
    if not TRACERS.exists():
        pytest.skip(f"there are no tracers at {TRACERS}: `script/setup`")
    if server.runtime != "python%d.%d" % sys.version_info[:2]:
        pytest.skip(f"tracers are installed here for another Python than that of {server.runtime}")
    return Tracing(server)


SENTRY = """
    import json
    import collector, sentry_sdk
    from sentry_sdk.integrations.aws_lambda import AwsLambdaIntegration

    def start(**options):
        sentry_sdk.init(f"http://key@127.0.0.1:{collector.PORT}/1", integrations=[AwsLambdaIntegration()], **options)
    """


def sentry_errors(documents):
    return [value["exception"]["values"][-1] for value in documents if "exception" in value]


def test_sentry_reports_an_exception_of_a_handler(tracing):
    name = tracing.deploy(SENTRY + """
    start()
    def handler(event, context):
        return 1 / event
    """)
    failure = tracing.invoke(name, 0).failure
    assert (failure["errorType"], failure["errorMessage"]) == ("ZeroDivisionError", "division by zero")
    assert failure["stackTrace"][-1] == '  File "/var/task/app.py", line 11, in handler\n    return 1 / event\n'
    assert tracing.invoke(name, 2).value == 0.5
    (error,) = sentry_errors(tracing.collected(name, "ZeroDivisionError", "cloudwatch logs"))
    assert (error["type"], error["mechanism"]["type"]) == ("ZeroDivisionError", "aws_lambda")
    assert error["stacktrace"]["frames"][-1]["function"] == "handler"


def test_sentry_that_starts_within_a_handler_sends_what_it_has_before_the_answer(tracing):
    name = tracing.deploy(SENTRY + """
    def handler(event, context):
        start()
        sentry_sdk.capture_message("from the handler")
        return event
    """)
    answer = tracing.invoke(name, "answer")
    assert answer.value == "answer"
    assert '"message":"from the handler"' in answer.log


def test_sentry_reports_a_handler_that_cannot_be_imported(tracing):
    # Printed before it is sent: the sandbox may end while Sentry sends.
    name = tracing.deploy(SENTRY + """
    start(before_send=lambda event, hint: print("collected", json.dumps({"exception": event["exception"]})))
    import nothing_of_this_name
    """)
    failure = tracing.invoke(name, 1).failure
    assert failure["errorType"] == "Runtime.ImportModuleError"
    errors = sentry_errors(tracing.collected(name, '"type": "Runtime.ImportModuleError"'))
    assert errors[0]["value"] == "Unable to import module 'app': No module named 'nothing_of_this_name'"


def test_powertools_log_trace_and_measure(tracing):
    name = tracing.deploy("""
        import collector
        from aws_lambda_powertools import Logger, Metrics, Tracer
        logger, tracer, metrics = Logger("shop"), Tracer("shop"), Metrics("shop", "orders")

        @logger.inject_lambda_context
        @tracer.capture_lambda_handler
        @metrics.log_metrics(capture_cold_start_metric=True)
        def handler(event, context):
            logger.info("ordered")
            metrics.add_metric("Orders", "Count", 1)
            return event
        """)
    assert tracing.invoke(name, 1).value == 1
    log = tracing.log(name, '"message":"ordered"', '"ColdStart":[1.0]', '"Orders":[1.0]')
    assert f'"function_name":"{name}"' in log and '"cold_start":true' in log
    segments = tracing.collected(name, '"name": "## handler"')
    assert [each["annotations"] for each in segments if "name" in each] == [{"ColdStart": True, "Service": "shop"}]


def test_the_xray_sdk_sends_subsegments_of_the_invocations_trace(tracing):
    name = tracing.deploy("""
        import collector
        from aws_xray_sdk.core import patch_all, xray_recorder
        patch_all()

        @xray_recorder.capture("inner")
        def inner(event):
            return event

        def handler(event, context):
            return inner(event)
        """)
    assert tracing.invoke(name, 1).value == 1
    (segment,) = [each for each in tracing.collected(name, '"name": "inner"') if "name" in each]
    assert f"Root={segment['trace_id']};Parent={segment['parent_id']};" in TRACE["X-Amzn-Trace-Id"]


def test_opentelemetry_makes_a_span_of_each_invocation(tracing):
    name = tracing.deploy("""
        from opentelemetry import trace
        from opentelemetry.instrumentation.aws_lambda import AwsLambdaInstrumentor
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import ConsoleSpanExporter, SimpleSpanProcessor
        provider = TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(ConsoleSpanExporter(
            formatter=lambda span: f"span {span.name} {span.attributes['faas.invocation_id']}\\\\n")))
        trace.set_tracer_provider(provider)

        def handler(event, context):
            return context.aws_request_id

        AwsLambdaInstrumentor().instrument()
        """)
    requests = [tracing.invoke(name, number).value for number in range(2)]
    tracing.log(name, *(f"span {name} {request}" for request in requests))


def test_datadog_wraps_a_handler_that_it_is_told(tracing):
    name = tracing.deploy(
        "def handler(event, context): return ['app', event]", "datadog_lambda.handler.handler",
        DD_LAMBDA_HANDLER="app.handler", DD_FLUSH_TO_LOG="true", DD_API_KEY="0" * 32)
    assert [tracing.invoke(name, number).value for number in range(2)] == [["app", 0], ["app", 1]]
    log = tracing.log(name, '"cold_start:true"', '"cold_start:false"')
    assert log.count('"m":"aws.lambda.enhanced.invocations"') == 2


def test_new_relic_reports_each_invocation(tracing):
    name = tracing.deploy(
        """
        import newrelic.agent
        newrelic.agent.initialize()
        from newrelic_lambda.lambda_handler import lambda_handler

        @lambda_handler()
        def handler(event, context):
            return event
        """,
        NEW_RELIC_SERVERLESS_MODE_ENABLED="true", NEW_RELIC_ACCOUNT_ID="1", NEW_RELIC_APP_NAME="shop")
    assert tracing.invoke(name, 7).value == 7
    assert '"NR_LAMBDA_MONITORING"' in tracing.log(name, "NR_LAMBDA_MONITORING")


def test_lumigo_finds_handlers_with_awss_client(tracing):
    name = tracing.deploy(
        """
        def handler(event, context):
            import lumigo_tracer.auto_instrument_handler as lumigo
            return [event, lumigo.aws_get_handler.__code__.co_filename]
        """,
        "lumigo_tracer.auto_instrument_handler._handler", LUMIGO_ORIGINAL_HANDLER="app.handler",
        LUMIGO_TRACER_TOKEN="t_1234567890123456789012", LUMIGO_TRACER_HOST="127.0.0.1")
    assert tracing.invoke(name, 1).value == [1, "/var/runtime/bootstrap.py"]
    assert "Could not import built in AWS" not in tracing.log(name, "REPORT")


def test_epsagon_reports_each_invocation(tracing):
    name = tracing.deploy("""
        import collector, epsagon
        epsagon.init(token="00000000-0000-0000-0000-000000000000", app_name="shop", metadata_only=False,
                     collector_url=f"http://127.0.0.1:{collector.PORT}", use_ssl=False)

        @epsagon.lambda_wrapper
        def handler(event, context):
            return context.aws_request_id
        """)
    request = tracing.invoke(name, 1).value
    (report,) = tracing.collected(name, "collected", request)
    assert request in [event["id"] for event in report["events"]]
