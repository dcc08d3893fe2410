#!/usr/bin/env python3
"""The application behind: shows, as JSON, the path and every header that reached it. `application.py PORT`"""

import http.server
import json
import sys


class Application(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = {"path": self.path, "headers": [[name.lower(), value] for name, value in self.headers.items()],
                "body": self.rfile.read(length).decode()}
        text = json.dumps(body, indent=1).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_POST = do_HEAD = do_GET

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Application).serve_forever()
