"""CPU per call, calls per second and latencies: of the gateway, of what it is made of, and of REST
without it. One load at a time; every round runs all cases, every other round backwards."""

import contextlib
import json

import bodies
import load
from gateway import Gateway
from processes import BenchError, run, wait_for
from upstream import Upstream

# At a time → calls in a round: a second or less, and enough for the 99.9th percentile.
CALLS = {1: 4_000, 32: 12_000, 256: 12_000}


def measure(bench, figures):
    """Fills in gateway.*, bare.*, libcurl.*, rest.* and json.cpu_us."""
    with contextlib.ExitStack() as stack:
        cases = _Cases(bench, stack)
        cases.warm_up()
        for number in bench.rounds():
            order = list(cases.all())
            for name, case in order if number % 2 == 0 else reversed(order):
                bench.tell(name)
                for what, value in case().items():
                    figures.add(f"{name}.{what}", value)


class _Cases:
    """What runs beside each other, and the loads on it."""

    def __init__(self, bench, stack):
        self._bench = bench
        folder = bench.folder("calls")
        self._client = load.Client(folder)
        self._upstream = stack.enter_context(Upstream(folder))
        self._body = self._upstream.runs / bodies.RUN_ID
        self._body.write_bytes(bodies.to_json(bodies.split_run()))
        self._wire = folder / "answer.bin"
        self._read_json()
        self._gateways = {
            kind: stack.enter_context(Gateway(bench.program("gateway/extend-gateway"), folder,
                                              self._upstream.urls[kind], kind, self._upstream.ca))
            for kind in bench.kinds}
        self._bare = stack.enter_context(
            bench.bare_server(self._wire, folder, "127.0.0.1:0", f"unix:{folder}/bare.sock"))

    def warm_up(self):
        most = max(self._bench.concurrency)
        for kind in self._bench.kinds:
            self._load_gateway(kind, "tcp", most, calls=10 * most)

    def all(self):
        yield "json", self._read_json
        for c in self._bench.concurrency:
            for transport in self._bench.transports:
                yield f"bare.{transport}.c{c}", lambda t=transport, c=c: self._load_bare(t, c)
            for kind in self._bench.kinds:
                for transport in self._bench.transports:
                    yield (f"gateway.{kind}.{transport}.c{c}",
                           lambda k=kind, t=transport, c=c: self._load_gateway(k, t, c))
                yield f"libcurl.{kind}.c{c}", lambda k=kind, c=c: self._load_libcurl(k, c)
                yield f"rest.{kind}.c{c}", lambda k=kind, c=c: self._load_rest(k, c)

    def _read_json(self):
        return _cpu(json.loads(run([self._bench.bench_program("json_floor"), self._body, self._wire])))

    def _load_libcurl(self, kind, concurrency):
        report = json.loads(run([
            self._bench.bench_program("curl_floor"), "--url", self._upstream.url(kind),
            "--answer", self._body, "--ca", self._upstream.ca, "--http",
            "2" if kind.startswith("h2") else "1.1", "--requests", CALLS[concurrency],
            "--concurrency", concurrency]))
        return {**_cpu(report), "per_second": report["requests"] / report["elapsed_ns"] * 1e9}

    def _load_bare(self, transport, concurrency):
        return self._load_server(self._bare, self._bare.addresses[transport], concurrency,
                                 CALLS[concurrency])

    def _load_gateway(self, kind, transport, concurrency, calls=None):
        gateway = self._gateways[kind]
        calls = calls or CALLS[concurrency]
        gateway.forget_log()
        before = gateway.calls_ok()
        result = self._load_server(gateway, getattr(gateway, transport), concurrency, calls)
        # And one, whose answer was compared.
        wait_for("the metrics of all calls", lambda: gateway.calls_ok() >= before + calls + 1)
        wait_for("the log lines of all calls", lambda: gateway.calls_logged() >= calls + 1)
        if gateway.calls_ok() != before + calls + 1 or gateway.calls_logged() != calls + 1:
            raise BenchError(f"the gateway counts more than {calls} calls")
        return result

    def _load_server(self, server, address, concurrency, calls):
        answer = self._wire.read_bytes()
        cpu = server.cpu_ns()
        result = self._client.grpc(address, calls, concurrency, answer)
        cpu = server.cpu_ns() - cpu
        self._client.compare(address, answer)
        return {"cpu_us": cpu / calls / 1e3, **_times(result)}

    def _load_rest(self, kind, concurrency):
        calls = CALLS[concurrency]
        cpu = self._upstream.cpu_ns()
        result = self._client.rest(self._upstream.url(kind), kind.startswith("h2"), calls,
                                   concurrency, self._body.stat().st_size)
        return {"upstream_cpu_us": (self._upstream.cpu_ns() - cpu) / calls / 1e3, **_times(result)}


def _cpu(report):
    return {"cpu_us": report["cpu_ns"] / report["requests"] / 1e3}


def _times(result):
    return {"per_second": result.per_second, "p50_us": result.percentile(50),
            "p99_us": result.percentile(99), "p999_us": result.percentile(99.9)}
