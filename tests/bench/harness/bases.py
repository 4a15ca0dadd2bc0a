"""The gateway as it is built on several bases, one beside the other: CPU and time of a call, memory,
start. HTTP/1.1 upstream, callers over TCP."""

import contextlib

import in_flight
import start
from bench import CALLS
from calls import load_server
from load import Client


def measure(bench, figures):
    """Fills in bases.*, if there is more than one."""
    if len(bench.bases) == 1:
        return
    _measure_calls(bench, figures)
    for _ in bench.rounds("start, idle and in flight on each base", seconds=240, count=3):
        for base in bench.alternating(bench.bases):
            bench.tell(f"bases.{base}.in_flight")
            for milliseconds in start.start_times(bench, base):
                figures.add(f"bases.{base}.first_answer_ms", milliseconds)
            for what, value in {**start.idle_memory(bench, base),
                                **in_flight.hold(bench, "h1", base)}.items():
                figures.add(f"bases.{base}.{what}", value)


def _measure_calls(bench, figures):
    with contextlib.ExitStack() as stack:
        client = Client(bench.folder("bases"))
        gateways = {base: stack.enter_context(bench.gateway("h1", bench.folder(base), base))
                    for base in bench.bases}
        for gateway in gateways.values():
            client.grpc(gateway.tcp, 10 * max(CALLS), max(CALLS), bench.answer)
        for _ in bench.rounds("calls on each base", seconds=240):
            for concurrency in bench.concurrency:
                for base in bench.alternating(bench.bases):
                    bench.tell(f"bases.{base}.c{concurrency}")
                    with gateways[base].expect_calls(CALLS[concurrency] + 1):
                        measured = load_server(client, gateways[base], gateways[base].tcp,
                                               concurrency, bench.answer)
                    for what, value in measured.items():
                        figures.add(f"bases.{base}.c{concurrency}.{what}", value)
