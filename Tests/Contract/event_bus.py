"""An event bus for records of asynchronous invocations."""

import http.server
import json
import threading


class EventBus(http.server.ThreadingHTTPServer):
    """An event bus that records its events, because moto's does not deliver them. Its responses alternate."""

    def __init__(self, answers):
        super().__init__(("127.0.0.1", 0), self.Handler)
        self.answers = answers
        self.calls = []
        self.url = f"http://127.0.0.1:{self.server_port}"
        threading.Thread(target=self.serve_forever).start()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            answer = self.server.answers[len(self.server.calls)]
            self.server.calls.append((self.headers["X-Amz-Target"], json.loads(body)))
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *arguments):
            pass
