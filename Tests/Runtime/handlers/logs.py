"""Handlers that print and log."""

from runtime_api import Event

from .table import ECHO, case, raises

raises(
    "printing",
    "print('one'); print('two', end=''); sys.stderr.write('three\\n'); sys.stdout.writelines(['a', 'b\\n'])",
    "import sys",
)
raises("printing unicode", "print('gr\\u00fc\\u00dfe'); print('a\\rb')")
raises(
    "the stream's other methods",
    """
        print(sys.stdout.encoding, sys.stdout.isatty(), sys.stdout.fileno())
        sys.stdout.buffer.write(b'raw\\n')
        sys.stdout.flush()
        """,
    "import sys",
)
raises("context.log", "context.log('text'); context.log({'a': 1}); context.log('\\n')")
raises("context.log with logging", "context.log('text\\n')", "import logging")

LOG_EVERYTHING = """
    log = logging.getLogger('own.name')
    for level in (5, 10, 15, 20, 30, 40, 50, 60):
        log.log(level, 'level %d', level)
    logging.info('info'); logging.warning('two\\nlines'); log.error('gr\\u00fc\\u00dfe')
    try:
        1 / 0
    except ZeroDivisionError:
        log.exception('caught %s', 'it', extra={'order': 7, 'other': object})
    log.warning({'event': 'x', 'n': 1})
    log.warning('%s', {'event': 'y'}, stack_info=False)
    logging.captureWarnings(True)
"""
LEVELS = "    logging.getLogger().setLevel(1)\n"
for format_name in ("Text", "JSON", "json", ""):
    for level in (None, "TRACE", "DEBUG", "info", "ERROR", "NONSENSE"):
        case(
            "logging as %r from %s" % (format_name, level),
            "import logging\ndef handler(event, context):\n" + LOG_EVERYTHING,
            AWS_LAMBDA_LOG_FORMAT=format_name,
            AWS_LAMBDA_LOG_LEVEL=level,
        )
case("every level in text", "import logging\ndef handler(event, context):\n" + LEVELS + LOG_EVERYTHING)
case(
    "every level in JSON",
    "import logging\ndef handler(event, context):\n" + LEVELS + LOG_EVERYTHING,
    AWS_LAMBDA_LOG_FORMAT="JSON",
)
case(
    "basicConfig does nothing",
    """
        import logging
        logging.basicConfig(level=10)
        def handler(e, c): logging.info('x')
        """,
)
case(
    "basicConfig by force",
    """
        import logging, sys
        logging.basicConfig(level=10, force=True, format='%(levelname)s %(message)s', stream=sys.stdout)
        def handler(e, c): logging.info('x')
        """,
)
case("logging at import", "import logging\nlogging.warning('at import')\n" + ECHO)
case(
    "logging imported late",
    """
        def handler(e, c):
            import logging
            logging.warning('late')
        """,
    [b"1", b"2"],
)
case(
    "logging imported by a library",
    """
        import concurrent.futures
        def handler(e, c):
            import logging
            return len(logging.getLogger().handlers)
        """,
)
case(
    "a second handler",
    """
        import logging, sys
        logging.getLogger().addHandler(logging.StreamHandler(sys.stdout))
        def handler(e, c): logging.error('twice')
        """,
)
case(
    "another formatter",
    """
        import logging
        logging.getLogger().handlers[0].setFormatter(logging.Formatter('[%(aws_request_id)s] %(message)s\\n'))
        def handler(e, c): logging.error('own')
        """,
)
case(
    "a record that cannot be formatted",
    """
        import logging
        def handler(e, c): logging.error('%d', 'x')
        """,
)
case(
    "a tenant",
    """
        import logging
        def handler(e, c):
          logging.error('x')
          return c.tenant_id
        """,
    [Event(b"1", {"Lambda-Runtime-Aws-Tenant-Id": "acme"}), b"2"],
    AWS_LAMBDA_LOG_FORMAT="JSON",
)
case("an error in JSON", "def handler(e, c): raise ValueError('gr\\u00fc\\u00dfe')", AWS_LAMBDA_LOG_FORMAT="JSON")
case("a missing module in JSON", "import nothing_of_this_name", AWS_LAMBDA_LOG_FORMAT="JSON")
case("an import error below the level", "raise ValueError('x')", AWS_LAMBDA_LOG_LEVEL="ERROR")
case(
    "warnings",
    """
        import warnings
        def handler(e, c): warnings.warn('careful')
        """,
)
case(
    "an exception in a thread",
    """
        import threading
        def handler(e, c):
          t = threading.Thread(target=lambda: 1/0, name='T'); t.start(); t.join(); return 1
        """,
)
