"""Stands in for MLflow's process where only its being a process matters: starts in no time.

Answers every call with what it was asked; ``/die`` ends it.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from brickyard.workspace.mlflow.child import end_with


class Echo(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path == "/die":
            os._exit(3)
        size = int(self.headers.get("content-length", 0))
        asked = {
            "pid": os.getpid(),
            "method": self.command,
            "path": self.path,
            "headers": [[name.lower(), value] for name, value in self.headers.items()],
            "body": self.rfile.read(size).decode("latin-1"),
            "environment": dict(os.environ),
        }
        content = b"OK" if self.path == "/health" else json.dumps(asked).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("X-Echo", "yes")
        self.end_headers()
        self.wfile.write(content)

    do_POST = do_PUT = do_DELETE = do_PATCH = do_GET  # noqa: N815 - the base's names

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        os.write(1, f"echo {format % args}\n".encode())  # whole, whatever other threads print


if __name__ == "__main__":
    end_with(int(sys.argv[2]))
    server = ThreadingHTTPServer(("", 0), Echo, bind_and_activate=False)
    server.socket.close()
    server.socket = socket.socket(fileno=int(sys.argv[1]))
    server.serve_forever()
