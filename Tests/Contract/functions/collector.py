"""What tracers send their reports to, inside a function: prints every HTTP body and datagram that it receives."""

import gzip
import http.server
import socket
import threading

PORT = 8321
XRAY_PORT = 2000


class Collector(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        for line in body.decode().splitlines():
            print("collected", line)
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *arguments):
        pass


def print_datagrams(datagrams):
    while True:
        for line in datagrams.recv(65536).decode().splitlines():
            print("collected", line)


datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
datagrams.bind(("127.0.0.1", XRAY_PORT))
server = http.server.HTTPServer(("127.0.0.1", PORT), Collector)
for target, arguments in ((server.serve_forever, ()), (print_datagrams, (datagrams,))):
    threading.Thread(target=target, args=arguments, daemon=True).start()
