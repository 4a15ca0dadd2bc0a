"""10,000 calls at a time, each waiting for an upstream that answers after 5 s: memory, CPU,
connections, and how long the slowest took."""

import threading
import time

from bench import OWN_BASE
from load import Client
from upstream import SLOW_RUN_ID, SLOW_SECONDS

CALLS = 10_000
SETTLE_SECONDS = 10
_STREAMS = 1_000


def measure(bench, figures):
    """Fills in in_flight.*"""
    for _ in bench.rounds("10,000 in flight", seconds=210, count=1 if bench.quick else 5):
        for kind in bench.alternating(k for k in ("h1", "h2-tls") if k in bench.kinds):
            bench.tell(f"in_flight.{kind}")
            figures.add_all(f"in_flight.{kind}", hold(bench, kind, OWN_BASE))


def hold(bench, kind, base):
    """Figures of one gateway that holds so many calls."""
    folder = bench.folder("in_flight")
    client = Client(folder)
    with bench.gateway(kind, folder, base) as gateway:
        with gateway.expect_calls(1):
            client.call(gateway.tcp, bench.answer)
        idle = gateway.status_kib("VmRSS")
        gateway.reset_peak()
        cpu = gateway.cpu_ns()
        connections = _When(SLOW_SECONDS - 1,
                            lambda: gateway.metric("extend_gateway_upstream_connections"))
        with gateway.expect_calls(CALLS):
            load = client.grpc(gateway.tcp, CALLS, CALLS, bench.answer, SLOW_RUN_ID, _STREAMS)
        cpu = gateway.cpu_ns() - cpu
        peak = gateway.status_kib("VmHWM")
        time.sleep(SETTLE_SECONDS)
        client.call(gateway.tcp, bench.answer)
        return {"rss_kb": (peak - idle) * 1.024 / CALLS,
                "cpu_us": cpu / CALLS / 1e3,
                "slowest_s": load.times[-1] / 1e6,
                "connections": connections.value(),
                "rss_after_mb": gateway.status_kib("VmRSS") * 1.024e-3}


class _When:
    """What a function gives after a while, beside what runs."""

    def __init__(self, seconds, function):
        self._function = function
        self._thread = threading.Timer(seconds, self._look)
        self._thread.daemon = True
        self._thread.start()

    def _look(self):
        self._value = self._function()

    def value(self):
        self._thread.join()
        return self._value
