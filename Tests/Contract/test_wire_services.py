"""Every operation of AWS's services, with values made at random: what botocore sends is decoded to the same values, and
what is encoded is parsed by botocore to the same values, errors too."""

import random

import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.parsers import PROTOCOL_PARSERS
from botocore.serialize import create_serializer
from wire_probe import Probe, for_probe, model_text, pruned, request_line, response_parts, tagged, take_query_maps
from wire_values import Values

SEED = 20_261_129
# A service, and the protocol to speak where it has several.
SERVICES = (
    ("s3", None), ("s3control", None), ("route53", None), ("cloudfront", None),
    ("dynamodb", None), ("sqs", None), ("ssm", None), ("logs", None), ("kinesis", None), ("events", None),
    ("stepfunctions", None), ("secretsmanager", None), ("kms", None),
    ("cloudwatch", "smithy-rpc-v2-cbor"), ("cloudwatch", "json"), ("cloudwatch", "query"),
    ("sns", None), ("cloudformation", None), ("iam", None), ("sts", None), ("ec2", None),
    ("lambda", None), ("apigateway", None), ("scheduler", None),
)
ROUNDS = 2
# ListBuckets has the same request; only the host, that of S3 Express, differs.
OF_ANOTHER_HOST = {"ListDirectoryBuckets"}
# EC2 alone has 765 operations: every second one, in one round.
SAMPLED = {"ec2": 2}


class Service:
    """A model, its probe, and the serializer and parser of one protocol."""

    def __init__(self, name, protocol):
        description = Loader().load_service_model(name, "service-2")
        self.model = ServiceModel(description, name)
        self.protocol = protocol or description["metadata"]["protocol"]
        self.serializer = create_serializer(self.protocol, include_validation=False)
        self.parser = PROTOCOL_PARSERS[self.protocol]()
        self.probe = Probe()
        self.probe.load(model_text(name, description))

    def operations(self):
        # The deprecated ones of S3 have the paths of newer ones, which answer.
        all_names = [name for name in sorted(self.model.operation_names)
                     if not self.model.operation_model(name).deprecated and name not in OF_ANOTHER_HOST]
        names = all_names[::SAMPLED.get(self.model.service_name, 1)]
        return [self.model.operation_model(name) for name in names]

    def request(self, operation, parameters):
        serialized = self.serializer.serialize_to_request(parameters, operation)
        return request_line(serialized)

    def same(self, left, right):
        return left == right or self.protocol not in ("json", "smithy-rpc-v2-cbor") and pruned(left) == pruned(right)


@pytest.fixture(scope="module", params=SERVICES, ids=lambda pair: "-".join(filter(None, pair)))
def service(request):
    service = Service(*request.param)
    yield service
    service.probe.close()


def rounds(service):
    return range(1 if service.model.service_name in SAMPLED else ROUNDS)


def test_every_input_is_decoded(service):
    for number in rounds(service):
        values = Values(f"{SEED} input {number}", service.protocol, fractions=False)
        for operation in service.operations():
            shape = operation.input_shape
            parameters = values.value(shape) if shape else {}
            answer = service.probe.call(service.request(operation, parameters))
            assert answer.get("operation") == operation.name, (operation.name, parameters, response_parts(answer))
            expected = tagged(shape, parameters) if shape else {}
            take_query_maps(shape, answer["input"], expected)
            assert service.same(answer["input"], expected), operation.name


def test_every_output_is_encoded(service):
    for number in rounds(service):
        values = Values(f"{SEED} output {number}", service.protocol, fractions=True)
        for operation in service.operations():
            shape = operation.output_shape
            if operation.has_event_stream_output:
                continue
            request = service.request(operation, values.value(operation.input_shape) if operation.input_shape else {})
            result = tagged(shape, values.value(shape)) if shape else {}
            answer = service.probe.call(request, for_probe(shape, result) if shape else {})
            response = response_parts(answer)
            assert response["status_code"] < 300, (operation.name, response)
            parsed = service.parser.parse(response, shape)
            assert parsed["ResponseMetadata"]
            expected = {name: value for name, value in result.items()
                        if shape.members[name].serialization.get("location") != "statusCode"}
            actual = {name: value for name, value in tagged(shape, parsed).items()
                      if shape.members[name].serialization.get("location") != "statusCode"} if shape else {}
            assert service.same(actual, expected), (operation.name, response)


def test_every_error_is_encoded(service):
    choice = random.Random(f"{SEED} error")
    values = Values(f"{SEED} error", service.protocol, fractions=True)
    for operation in service.operations():
        for shape in choice.sample(operation.error_shapes, min(2, len(operation.error_shapes))):
            request = service.request(operation, values.value(operation.input_shape) if operation.input_shape else {})
            members = tagged(shape, values.value(shape))
            for name in [name for name in members if name.lower() in ("message", "type", "code")]:
                del members[name]
            error = {"name": shape.name, "message": "It went <wrong> & so on", "details": for_probe(shape, members)}
            response = response_parts(service.probe.call(request, error=error))
            parsed = service.parser.parse(response, operation.output_shape)
            assert parsed["Error"]["Message"] == error["message"], (operation.name, response)
            assert parsed["Error"]["Code"] == code(service, shape), (operation.name, response)
            modeled = tagged(shape, service.parser.parse(response, shape))
            same = [service.same(modeled.get(name), value) for name, value in members.items()]
            assert all(same), (shape.name, response)


def code(service, shape):
    """The name by which clients know an error."""
    described = shape.metadata.get("error", {}).get("code")
    is_named = service.protocol in ("query", "ec2", "rest-xml") or service.model.is_query_compatible
    return described if described and is_named else shape.name
