"""A REST API of two resources, on a free port: it prints its URL and serves until it is killed."""

import http.server

RESPONSES = {
    "/splitters/spl_1": '{"id": "spl_1", "name": "Invoices"}',
    "/v1/cities/Oslo/forecast?days=3": '{"city": "Oslo", "celsius": [-1.5, 0, 2]}',
}


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = RESPONSES.get(self.path)
        self.send_response(404 if body is None else 200)
        self.end_headers()
        self.wfile.write((body or "{}").encode())


with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
    print(f"listening http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()
