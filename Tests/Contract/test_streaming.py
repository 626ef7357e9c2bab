"""Responses that reach their caller while the function writes them."""

import json
import time

from account import refused


def stream(aws, name, event, **parameters):
    return aws.lambda_.invoke_with_response_stream(
        FunctionName=name, Payload=json.dumps(event).encode(), **parameters)


def read(answer):
    """A whole response: its bytes and its end."""
    payload, end = bytearray(), None
    for event in answer["EventStream"]:
        if "PayloadChunk" in event:
            assert end is None
            payload += event["PayloadChunk"]["Payload"]
        else:
            end = event["InvokeComplete"]
    return bytes(payload), end


def test_the_first_chunk_is_there_before_the_function_ends(aws, streaming):
    read(stream(aws, streaming, {"chunks": ["warm"]}))
    begin = time.monotonic()
    answer = stream(aws, streaming, {"chunks": ["tick"], "repeat": 4, "pause": 0.5})
    events = iter(answer["EventStream"])
    assert next(events)["PayloadChunk"]["Payload"] == b"tick"
    assert time.monotonic() - begin < 1
    rest = list(events)
    assert time.monotonic() - begin > 1.5
    assert b"".join(event["PayloadChunk"]["Payload"] for event in rest[:-1]) == b"tick" * 3
    assert rest[-1] == {"InvokeComplete": {}}


def test_a_runtime_that_does_not_announce_its_stream_streams(aws, streaming):
    """As AWS's client for Go: the body has no length, and nothing says that it is a stream."""
    event = {"chunks": ["tick"], "repeat": 2, "pause": 0.5, "announces": False, "type": "text/html"}
    answer = stream(aws, streaming, event)
    assert answer["ResponseMetadata"]["HTTPHeaders"]["x-amzn-remapped-content-type"] == "text/html"
    arrivals = [(time.monotonic(), event) for event in answer["EventStream"]]
    assert [event for _, event in arrivals] == [
        {"PayloadChunk": {"Payload": b"tick"}}, {"PayloadChunk": {"Payload": b"tick"}}, {"InvokeComplete": {}}]
    assert arrivals[1][0] - arrivals[0][0] > 0.3


def test_chunks_before_a_failure_are_not_lost_where_the_stream_is_not_announced(aws, streaming):
    payload, end = read(stream(aws, streaming, {"chunks": ["half"], "error": "no more", "announces": False}))
    assert (payload, end["ErrorCode"]) == (b"half", "Unhandled")
    assert json.loads(end["ErrorDetails"]) == {"errorMessage": "no more"}
    payload, end = read(stream(aws, streaming, {"chunks": ["half"], "die": True, "announces": False}))
    assert (payload, end["ErrorCode"]) == (b"half", "Unhandled")
    payload, end = read(stream(aws, streaming, {"length": 7_000_000, "announces": False}))
    assert (len(payload), end) == (7_000_000, {})
    answer = aws.invoke(streaming, {"chunks": ['"one ', 'two"'], "announces": False})
    assert answer.value == "one two"


def test_a_response_has_its_version_and_content_type(aws, streaming):
    answer = stream(aws, streaming, {"chunks": ["<p>"], "type": "text/html"})
    assert answer["StatusCode"] == 200
    assert answer["ExecutedVersion"] == "$LATEST"
    assert answer["ResponseMetadata"]["HTTPHeaders"]["x-amzn-remapped-content-type"] == "text/html"
    assert read(answer) == (b"<p>", {})


def test_the_tail_of_the_log_comes_at_the_end(aws, streaming):
    import base64

    _, end = read(stream(aws, streaming, {"chunks": ["x"]}, LogType="Tail"))
    assert "answered" in base64.b64decode(end["LogResult"]).decode()


def test_a_large_answer_arrives_whole_at_its_callers_pace(aws, streaming):
    payload, end = read(stream(aws, streaming, {"length": 5_000_000}))
    assert (len(payload), end) == (5_000_000, {})


def test_an_error_in_mid_stream_is_reported_at_its_end(aws, streaming):
    payload, end = read(stream(aws, streaming, {"chunks": ["half"], "error": "no more"}))
    assert payload == b"half"
    assert end["ErrorCode"] == "Unhandled"
    assert json.loads(end["ErrorDetails"]) == {"errorMessage": "no more"}
    assert read(stream(aws, streaming, {"chunks": ["again"]})) == (b"again", {})


def test_a_runtime_exit_in_mid_stream_is_reported_at_its_end(aws, streaming):
    payload, end = read(stream(aws, streaming, {"chunks": ["half"], "die": True}))
    assert payload == b"half"
    assert end["ErrorCode"] == "Unhandled"
    assert "Runtime exited with error: exit status 3" in end["ErrorDetails"]
    assert read(stream(aws, streaming, {"chunks": ["again"]})) == (b"again", {})


def test_what_a_runtime_sends_just_before_it_exits_reaches_its_caller(aws, streaming):
    for _ in range(12):
        payload, end = read(stream(aws, streaming, {"length": 300_000, "die": True}))
        assert len(payload) == 300_000
        assert "exit status 3" in end["ErrorDetails"]


def test_a_time_out_in_mid_stream_is_reported_at_its_end(aws, streaming):
    aws.change(streaming, Timeout=1)
    payload, end = read(stream(aws, streaming, {"chunks": ["tick"], "repeat": 50, "pause": 0.3}))
    assert payload.startswith(b"tick")
    assert "Task timed out after 1.00 seconds" in end["ErrorDetails"]


def test_a_caller_that_leaves_does_not_harm_the_function(aws, streaming):
    answer = stream(aws, streaming, {"length": 8_000_000})
    next(iter(answer["EventStream"]))
    answer["EventStream"].close()
    assert read(stream(aws, streaming, {"chunks": ["next"]})) == (b"next", {})


def test_an_ordinary_answer_can_be_asked_for_as_a_stream(aws):
    name = aws.deploy()
    assert read(stream(aws, name, {"a": 1})) == (b'{"a": 1}', {})
    name = aws.deploy("def handler(event, context): raise ValueError('broken')")
    payload, end = read(stream(aws, name, 1))
    assert (payload, end["ErrorCode"]) == (b"", "Unhandled")
    assert json.loads(end["ErrorDetails"])["errorType"] == "ValueError"


def test_a_streamed_answer_can_be_asked_for_whole(aws, streaming):
    answer = aws.invoke(streaming, {"chunks": ['"one ', 'two"']})
    assert answer.value == "one two"
    answer = aws.invoke(streaming, {"length": 6_291_557})
    assert answer.failure["errorType"] == "Function.ResponseSizeTooLarge"
    assert aws.invoke(streaming, {"chunks": ["1"], "error": "no more"}).failure == {"errorMessage": "no more"}


def test_what_cannot_be_run_is_refused_as_ever(aws):
    refusal = refused(aws.lambda_.invoke_with_response_stream, FunctionName="nowhere")
    assert (refusal.code, refusal.status) == ("ResourceNotFoundException", 404)
    name = aws.deploy()
    refusal = refused(aws.lambda_.invoke_with_response_stream, FunctionName=name, Payload=b"{")
    assert (refusal.code, refusal.status) == ("InvalidRequestContentException", 400)
    refusal = refused(aws.lambda_.invoke_with_response_stream, FunctionName=name, InvocationType="Event")
    assert (refusal.code, refusal.status) == ("ValidationException", 400)


def test_a_stream_ends_after_two_hundred_megabytes(aws, streaming):
    aws.change(streaming, Timeout=60)
    payload, end = read(stream(aws, streaming, {"chunks": ["x" * 1_000_000], "repeat": 215}))
    assert 200_000_000 < len(payload) <= 209_715_200
    assert "exceeded maximum allowed payload size (209715200 bytes)" in end["ErrorDetails"]
    assert read(stream(aws, streaming, {"chunks": ["again"]})) == (b"again", {})
