"""CPU per call, calls per second and latencies: of the gateway, of what it is made of, and of REST
without it. One load at a time."""

import contextlib
import json

import bodies
from bench import CALLS
from load import Client
from processes import run


def measure(bench, figures):
    """Fills in gateway.*, bare.*, libcurl.*, rest.* and json.cpu_us."""
    with contextlib.ExitStack() as stack:
        cases = _Cases(bench, stack)
        cases.warm_up()
        for _ in bench.rounds("calls", seconds=420):
            for name, case in bench.alternating(cases.all()):
                bench.tell(name)
                figures.add_all(name, case())


def warm_up(client, gateway, most, answer):
    """Opens what calls need, `most` at a time."""
    with gateway.expect_calls(10 * most):
        client.grpc(gateway.tcp, 10 * most, most, answer)


def load_server(client, server, address, concurrency, answer):
    """Figures of one load. One call more compares the answer."""
    calls = CALLS[concurrency]
    cpu = server.cpu_ns()
    load = client.grpc(address, calls, concurrency, answer)
    cpu = server.cpu_ns() - cpu
    client.call(address, answer)
    return {"cpu_us": cpu / calls / 1e3, **load.figures()}


def load_gateway(client, gateway, address, concurrency, answer):
    """The same of a gateway, whose metrics and log must count the calls."""
    with gateway.expect_calls(CALLS[concurrency] + 1):
        return load_server(client, gateway, address, concurrency, answer)


class _Cases:
    """What runs beside each other, and the loads on it."""

    def __init__(self, bench, stack):
        folder = bench.folder("calls")
        self._bench = bench
        self._client = Client(folder)
        self._gateways = {kind: stack.enter_context(bench.gateway(kind, folder))
                          for kind in bench.kinds}
        self._bare = stack.enter_context(bench.bare_server(folder))

    def warm_up(self):
        for gateway in self._gateways.values():
            warm_up(self._client, gateway, max(self._bench.concurrency), self._bench.answer)

    def all(self):
        yield "json", self._read_json
        for c in self._bench.concurrency:
            for transport in ("tcp", "unix"):
                yield f"bare.{transport}.c{c}", lambda t=transport, c=c: self._load_bare(t, c)
            for kind in self._bench.kinds:
                for transport in self._bench.transports(kind):
                    yield (f"gateway.{kind}.{transport}.c{c}",
                           lambda k=kind, t=transport, c=c: self._load_gateway(k, t, c))
                yield f"libcurl.{kind}.c{c}", lambda k=kind, c=c: self._load_libcurl(k, c)
                yield f"rest.{kind}.c{c}", lambda k=kind, c=c: self._load_rest(k, c)

    def _read_json(self):
        return {"cpu_us": self._bench.add_answer(bodies.RUN_ID, bodies.split_run())["cpu_us"]}

    def _load_libcurl(self, kind, concurrency):
        upstream = self._bench.upstream
        report = json.loads(run([
            self._bench.program("curl_floor"), "--url", upstream.url(kind), "--answer",
            upstream.runs / bodies.RUN_ID, "--ca", upstream.ca, "--http",
            "2" if kind.startswith("h2") else "1.1", "--requests", CALLS[concurrency],
            "--concurrency", concurrency]))
        return {"cpu_us": report["cpu_ns"] / report["requests"] / 1e3,
                "per_second": report["requests"] / report["elapsed_ns"] * 1e9}

    def _load_bare(self, transport, concurrency):
        return load_server(self._client, self._bare, getattr(self._bare, transport), concurrency,
                           self._bench.answer)

    def _load_gateway(self, kind, transport, concurrency):
        gateway = self._gateways[kind]
        return load_gateway(self._client, gateway, getattr(gateway, transport), concurrency,
                            self._bench.answer)

    def _load_rest(self, kind, concurrency):
        upstream = self._bench.upstream
        size = (upstream.runs / bodies.RUN_ID).stat().st_size
        load = self._client.rest(upstream.url(kind), kind.startswith("h2"), CALLS[concurrency],
                                 concurrency, size)
        return load.figures()
