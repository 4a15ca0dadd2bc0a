"""How soon a gateway answers after its start, and what it takes in memory and on disk."""

import json

from gateway import ENVIRONMENT, upstream_flags
from load import METHOD, Client, frame, get_request
from processes import run

_STARTS = 20


def measure(bench, figures):
    """Fills in start.first_answer_ms and idle.*"""
    _measure_time(bench, figures)
    folder = bench.folder("idle")
    client = Client(folder)
    for _ in bench.rounds("idle memory", seconds=30):
        bench.tell("idle")
        with bench.gateway("h1", folder) as gateway:
            figures.add("idle.started_rss_mb", gateway.status_kib("VmRSS") * 1.024e-3)
            client.call(gateway.tcp, bench.answer)
            figures.add("idle.called_rss_mb", gateway.status_kib("VmRSS") * 1.024e-3)


def _measure_time(bench, figures):
    bench.tell("start")
    folder = bench.folder("start")
    socket = folder / "gateway.sock"
    request = folder / "request.bin"
    request.write_bytes(get_request())
    answer = folder / "answer.bin"
    answer.write_bytes(frame(bench.answer))
    times = run([bench.program("start_time"), "--socket", socket, "--path", f"/{METHOD}",
                 "--request", request, "--answer", answer, "--times", _STARTS, "--",
                 bench.gateway_program(), "--listen", f"unix:{socket}", "--admin-listen",
                 "127.0.0.1:0", *upstream_flags(bench.upstream, "h1")], env=ENVIRONMENT)
    for milliseconds in json.loads(times):
        figures.add("start.first_answer_ms", milliseconds)
