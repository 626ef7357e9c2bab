"""State that persists between invocations."""

from runtime_api import Event

from .table import ECHO, case

case(
    "globals survive",
    """
        n = 0
        def handler(e, c):
          global n
          n += 1
          return n
        """,
    [b"1"] * 5,
)
case(
    "an error changes nothing for the next",
    """
        def handler(e, c):
          return 1 / e
        """,
    [b"1", b"0", b"2"],
)
case(
    "threads go on",
    """
        import threading, time
        ticks = []
        def tick():
          while True:
            ticks.append(1)
            time.sleep(0.001)
        threading.Thread(target=tick, daemon=True).start()
        def handler(e, c):
          n = len(ticks)
          while len(ticks) < n + 3: time.sleep(0.001)
          return True
        """,
    [b"1", b"2"],
)
case(
    "a fork",
    """
        import os
        def handler(e, c):
          p = os.fork()
          if not p: os._exit(9)
          return os.waitstatus_to_exitcode(os.waitpid(p, 0)[1])
        """,
    [b"1", b"2"],
)
case(
    "a child process",
    """
        import subprocess, sys
        def handler(e, c):
          return subprocess.run([sys.executable, '-c', 'print(1)'], capture_output=True, text=True).stdout
        """,
)
case(
    "multiprocessing",
    {
        "app.py": """
        import multiprocessing as m, work
        def handler(e, c):
          for how in ('fork', 'spawn'):
            p = m.get_context(how).Process(target=work.work); p.start(); p.join()
            assert p.exitcode == 0, p.exitcode
          return 1
        """,
        "work.py": "def work(): pass",
    },
)
case(
    "a default time-out for sockets",
    "import socket\nsocket.setdefaulttimeout(0.001)\n" + ECHO,
    [b"1", Event(b"2", {"Connection": "close"}, closes=True), b"3"],
)
case(
    "asyncio",
    """
        import asyncio
        async def main(e): return e
        def handler(e, c): return asyncio.run(main(e))
        """,
    [b"1", b"2"],
)
case(
    "a signal handler",
    """
        import signal, os
        got = []
        signal.signal(signal.SIGUSR1, lambda *a: got.append(1))
        def handler(e, c):
          os.kill(os.getpid(), signal.SIGUSR1)
          return len(got)
        """,
    [b"1", b"2"],
)
case(
    "sys.path of the function",
    {
        "app.py": """
        import lib.x, y
        def handler(e, c): return [lib.x.v, y.v]
        """,
        "lib/x.py": "v = 1",
        "y.py": "v = 2",
    },
)
