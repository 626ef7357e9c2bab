"""Configurations of functions, and the errors of refused ones."""

from account import refused


def configuration(aws, name, **parameters):
    return aws.lambda_.get_function_configuration(FunctionName=name, **parameters)


def refused_creation(aws, **given):
    refusal = refused(aws.lambda_.create_function, **aws.settings(**given))
    assert aws.lambda_.list_functions()["Functions"] == []
    return refusal


def refused_change(aws, name, **given):
    before = configuration(aws, name)
    refusal = refused(aws.lambda_.update_function_configuration, FunctionName=name, **given)
    assert configuration(aws, name)["RevisionId"] == before["RevisionId"]
    return refusal


def assert_invalid(refusal, message):
    assert (refusal.code, refusal.status, refusal.message) == ("InvalidParameterValueException", 400, message)
