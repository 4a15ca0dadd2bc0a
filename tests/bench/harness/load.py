"""Load from h2load: gRPC calls, or the same requests straight to the REST upstream."""

import dataclasses
import math
import re

from bodies import RUN_ID
from processes import BenchError, run

METHOD = "extend.v1.SplitRunService/GetSplitRun"
# Calls at a time on one connection, as one channel of a busy client has.
_STREAMS = 32


@dataclasses.dataclass
class Load:
    """What one load measured; times in microseconds, sorted."""
    seconds: float
    times: list

    @property
    def per_second(self):
        return len(self.times) / self.seconds

    def percentile(self, p):
        """Nearest rank."""
        return self.times[math.ceil(len(self.times) * p / 100) - 1]

    def figures(self):
        return {"per_second": self.per_second, "p50_us": self.percentile(50),
                "p99_us": self.percentile(99), "p999_us": self.percentile(99.9)}


def frame(message):
    """A gRPC message as it is on the wire."""
    return b"\0" + len(message).to_bytes(4, "big") + message


def get_request(run_id=RUN_ID):
    """GetSplitRunRequest: field 1 is the id, shorter than 128 bytes."""
    return frame(b"\x0a" + bytes([len(run_id)]) + run_id.encode())


def _target(address):
    if address.startswith("unix:"):
        return ["--base-uri", address, f"http://localhost/{METHOD}"]
    return [f"http://{address}/{METHOD}"]


class Client:
    """Its files are in `folder`."""

    def __init__(self, folder):
        self._request = folder / "request.bin"
        self._log = folder / "h2load.log"

    def grpc(self, address, calls, concurrency, answer, run_id=RUN_ID, streams=_STREAMS):
        """Calls GetSplitRun. Fails unless every answer has status 200 and as many bytes as `answer`."""
        self._request.write_bytes(get_request(run_id))
        return self._run([f"--data={self._request}", "--header=content-type: application/grpc",
                          "--header=te: trailers", *_target(address)],
                         calls, concurrency, streams, len(frame(answer)))

    def call(self, address, answer, run_id=RUN_ID):
        """Calls GetSplitRun once. Fails unless the answer is `answer`, byte for byte."""
        self._request.write_bytes(get_request(run_id))
        socket = ["--unix-socket", address[5:]] if address.startswith("unix:") else []
        got = run(["curl", "--silent", "--show-error", "--max-time", "60", "--noproxy", "*",
                   "--http2-prior-knowledge", *socket, "--data-binary", f"@{self._request}",
                   "--header", "content-type: application/grpc", "--header", "te: trailers",
                   f"http://{'localhost' if socket else address}/{METHOD}"])
        if got != frame(answer):
            raise BenchError(f"{address} answered {len(got)} bytes that are not the expected ones")

    def rest(self, url, http2, calls, concurrency, answer_bytes):
        """Gets the run itself."""
        flags = [] if http2 else ["--h1"]
        return self._run([*flags, "--header=authorization: Bearer bench", url], calls, concurrency,
                         _STREAMS if http2 else 1, answer_bytes)

    def _run(self, argv, calls, concurrency, streams, answer_bytes):
        self._log.unlink(missing_ok=True)
        connections = math.ceil(concurrency / streams)
        report = run(["h2load", f"--requests={calls}", f"--clients={connections}",
                      f"--max-concurrent-streams={math.ceil(concurrency / connections)}",
                      f"--log-file={self._log}", *argv]).decode()
        counts = re.search(r"(\d+) succeeded, (\d+) failed, (\d+) errored, (\d+) timeout", report)
        seconds = re.search(r"finished in ([0-9.]+)(us|ms|s)", report)
        data = re.search(r"\((\d+)\) data", report)
        if not (counts and seconds and data):
            raise BenchError(f"h2load said:\n{report}")
        if [int(n) for n in counts.groups()] != [calls, 0, 0, 0]:
            raise BenchError(f"of {calls} calls {counts[0]}")
        if int(data[1]) != calls * answer_bytes:
            raise BenchError(f"{data[1]} bytes came in {calls} answers of {answer_bytes}")
        unit = {"us": 1e-6, "ms": 1e-3, "s": 1}[seconds[2]]
        times = sorted(int(line.split("\t")[2]) for line in self._log.read_text().splitlines())
        return Load(float(seconds[1]) * unit, times)
