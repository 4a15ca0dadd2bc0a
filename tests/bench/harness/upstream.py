"""The upstream: an unprivileged nginx on free ports of 127.0.0.1, which answers from files."""

import os
import pathlib
import socket
import subprocess

from bodies import RUN_ID
from processes import Process, run, wait_for

# How the gateway reaches it.
KINDS = ("h1", "h1-tls", "h2-tls")
# The same run as RUN_ID, but the answer takes a while.
SLOW_RUN_ID = "slow"
SLOW_SECONDS = 5

_CONFIG = """
load_module /usr/lib/nginx/modules/ngx_http_echo_module.so;
daemon off;
worker_processes 1;
{user}
pid {folder}/nginx.pid;
error_log {log} warn;
worker_rlimit_nofile 16000;
events {{ worker_connections 15000; multi_accept on; }}
http {{
  access_log off;
  client_body_temp_path {folder}/temp;
  proxy_temp_path {folder}/temp;
  fastcgi_temp_path {folder}/temp;
  uwsgi_temp_path {folder}/temp;
  scgi_temp_path {folder}/temp;
  default_type application/json;
  # Head and body of an answer in one write, as from an application.
  sendfile off;
  open_file_cache max=1000;
  keepalive_requests 100000000;
  keepalive_timeout 1h;
  http2_max_concurrent_streams 2000;
  ssl_protocols TLSv1.2 TLSv1.3;
  ssl_certificate {folder}/cert.pem;
  ssl_certificate_key {folder}/key.pem;
  server {{
    {listens}
    root {folder}/root;
    location = /split_runs/{slow_run} {{ echo_sleep {seconds}; echo_exec /split_runs/{run}; }}
  }}
}}
"""


class Upstream(Process):
    """`urls[kind]` are base URLs. Answers GetSplitRun of each file in `runs`, its name being the id."""

    def __init__(self, folder):
        self.runs = folder / "root" / "split_runs"
        self.runs.mkdir(parents=True)
        self.ca = folder / "cert.pem"
        run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
             "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1", "-addext",
             "subjectAltName=IP:127.0.0.1", "-keyout", folder / "key.pem", "-out", self.ca])
        sockets = {kind: socket.create_server(("127.0.0.1", 0), backlog=16384) for kind in KINDS}
        addresses = {kind: "127.0.0.1:%d" % s.getsockname()[1] for kind, s in sockets.items()}
        self.urls = {kind: ("https://" if "tls" in kind else "http://") + address
                     for kind, address in addresses.items()}
        options = {"h1": "", "h1-tls": " ssl", "h2-tls": " ssl http2"}
        listens = "".join(f"listen {address} backlog=16384{options[kind]};\n    "
                          for kind, address in addresses.items())
        config = folder / "nginx.conf"
        self.log = folder / "nginx.log"
        # Root's nginx would have its worker run as nobody, who may not read the folder.
        user = "user root;" if os.geteuid() == 0 else ""
        config.write_text(_CONFIG.format(folder=folder, log=self.log, listens=listens,
                                         user=user, run=RUN_ID, slow_run=SLOW_RUN_ID,
                                         seconds=SLOW_SECONDS))
        # nginx takes over open sockets, as from its own predecessor: nobody can take the ports. It
        # expects them as it would have made them.
        for s in sockets.values():
            s.setblocking(False)
        numbers = [s.fileno() for s in sockets.values()]
        super().__init__(["/usr/sbin/nginx", "-p", folder, "-e", self.log, "-c", config],
                         stderr=subprocess.DEVNULL, pass_fds=numbers,
                         env={"NGINX": "".join(f"{n};" for n in numbers)})
        for s in sockets.values():
            s.close()

    def wait_until_ready(self):
        wait_for("nginx's worker", self._children)

    def _children(self):
        self.check_alive()
        return pathlib.Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text()

    def url(self, kind, run_id=RUN_ID):
        return f"{self.urls[kind]}/split_runs/{run_id}"
