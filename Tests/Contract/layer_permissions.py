"""A layer and its permissions, for tests of policies."""

from packages import zip_of

GET = "lambda:GetLayerVersion"
PACKAGE = zip_of({"python/greeting.py": "WORD = 'hello'\n"})


def allow(aws, sid, principal="*", **parameters):
    wanted = {"LayerName": "greeting", "VersionNumber": 1, "Action": GET}
    answer = aws.lambda_.add_layer_version_permission(
        **{**wanted, "StatementId": sid, "Principal": principal, **parameters}
    )
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 201
    return answer


def disallow(aws, sid, **parameters):
    wanted = {"LayerName": "greeting", "VersionNumber": 1, "StatementId": sid}
    return aws.lambda_.remove_layer_version_permission(**{**wanted, **parameters})
