"""Reserved concurrency, for tests of reservations and provisioned concurrency."""

from account import refused

BELOW_MINIMUM = "decreases account's UnreservedConcurrentExecution below its minimum value of [100]."


def reserve(aws, name, amount):
    return aws.lambda_.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=amount)


def refused_reservation(aws, name, amount):
    return refused(aws.lambda_.put_function_concurrency, FunctionName=name, ReservedConcurrentExecutions=amount)


def unreserved(aws):
    return aws.lambda_.get_account_settings()["AccountLimit"]["UnreservedConcurrentExecutions"]
