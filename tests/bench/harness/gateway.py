"""The gateway under test: metrics on, the access log written as JSON into a pipe, as to a container
runtime."""

import contextlib
import re
import subprocess
import urllib.request

from processes import BenchError, Process, wait_for

ENVIRONMENT = {"EXTEND_API_KEY": "bench"}


def upstream_flags(upstream, kind):
    return ["--upstream-url", upstream.urls[kind], "--upstream-ca", upstream.ca,
            "--upstream-http", "2" if kind.startswith("h2") else "1.1"]


class Gateway(Process):
    """One in front of an upstream of one kind. Listens on `tcp` and `unix` (gRPC addresses)."""

    def __init__(self, command, folder, upstream, kind):
        self.log = folder / f"{kind}.log"
        self._log_file = self.log.open("ab")
        self._log_file.truncate(0)
        # What a container runtime does with the pipe: read, and append to a file.
        self._reader = Process(["cat"], stdin=subprocess.PIPE, stdout=self._log_file)
        pipe = self._reader.stdin
        self.unix = f"unix:{folder}/{kind}.sock"
        super().__init__(
            [*command, "--listen", "127.0.0.1:0", "--listen", self.unix, "--admin-listen",
             "127.0.0.1:0", *upstream_flags(upstream, kind)],
            stdout=subprocess.DEVNULL, stderr=pipe, env=ENVIRONMENT)
        pipe.close()

    def wait_until_ready(self):
        self._admin = self._logged(r'"admin listening","address":"([^"]*)"')
        self.tcp = self._logged(r'"listening","address":"([^"u][^"]*)"')

    def _logged(self, pattern):
        def look():
            self.check_alive()
            return re.search(pattern, self.log.read_text())

        return wait_for(f"{pattern} in the gateway's log", look)[1]

    def stop(self):
        super().stop()
        self._reader.stop()
        self._log_file.close()

    def metric(self, name, labels=""):
        """The sum of a metric's series whose labels contain `labels`."""
        with urllib.request.urlopen(f"http://{self._admin}/metrics", timeout=10) as answer:
            text = answer.read().decode()
        return sum(float(line.rsplit(" ", 1)[1]) for line in text.splitlines()
                   if re.match(rf"{name}(\{{| )", line) and labels in line)

    @contextlib.contextmanager
    def expect_calls(self, count):
        """In the block so many calls must end as OK, and no more, by the metrics and the access log."""
        self._log_file.truncate(0)
        before = self._calls_ok()
        yield
        # The answer goes out before its call is counted.
        wait_for("the metrics of all calls", lambda: self._calls_ok() >= before + count)
        wait_for("the log lines of all calls", lambda: self._calls_logged() >= count)
        if self._calls_ok() != before + count or self._calls_logged() != count:
            raise BenchError(f"the gateway had more than {count} calls")

    def _calls_ok(self):
        return self.metric("grpc_server_handled_total", 'grpc_code="OK"')

    def _calls_logged(self):
        return self.log.read_bytes().count(b'"grpc_code":"OK"')
