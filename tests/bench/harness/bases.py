"""The gateway as it is built on several bases, one beside the other: CPU and time of a call, memory,
start. HTTP/1.1 upstream, callers over TCP."""

import contextlib

import in_flight
import start
from calls import load_gateway, warm_up
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
            figures.add_all(f"bases.{base}", start.idle_memory(bench, base))
            figures.add_all(f"bases.{base}", in_flight.hold(bench, "h1", base))


def _measure_calls(bench, figures):
    with contextlib.ExitStack() as stack:
        client = Client(bench.folder("bases"))
        gateways = {base: stack.enter_context(bench.gateway("h1", bench.folder(base), base))
                    for base in bench.bases}
        for gateway in gateways.values():
            warm_up(client, gateway, max(bench.concurrency), bench.answer)
        for _ in bench.rounds("calls on each base", seconds=240):
            for concurrency in bench.concurrency:
                for base in bench.alternating(bench.bases):
                    bench.tell(f"bases.{base}.c{concurrency}")
                    gateway = gateways[base]
                    figures.add_all(
                        f"bases.{base}.c{concurrency}",
                        load_gateway(client, gateway, gateway.tcp, concurrency, bench.answer))
