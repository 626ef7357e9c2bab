"""Makes attempts while its environment is initialised, as an internal extension of its own; the handler is
`early.handler`. The attempts are in a file beside it."""

import http.client
import json
import os
import threading

import app

PATH = "/2020-01-01/extension/"


def extension(method, path, body=None, **headers):
    connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    named = {"Lambda-Extension-" + name: value for name, value in headers.items()}
    connection.request(method, PATH + path, body, named)
    answer = connection.getresponse()
    answer.read()
    return answer


def poll():
    while extension("GET", "event/next", Identifier=app.identifier).status == 200:
        pass


app.identifier = extension("POST", "register", '{"events": ["INVOKE"]}', Name="own").headers[
    "Lambda-Extension-Identifier"]
with open("/var/task/attempts.json") as file:
    results = {name: app.result_of(expression) for name, expression in json.load(file).items()}
threading.Thread(target=poll, daemon=True).start()


def handler(event, context):
    return results
