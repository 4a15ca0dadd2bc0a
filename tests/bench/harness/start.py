"""How soon a gateway answers after its start, and what it takes in memory and on disk."""

import json

from bench import OWN_BASE
from gateway import ENVIRONMENT, upstream_flags
from load import METHOD, Client, frame, get_request
from processes import run

_STARTS = 20


def measure(bench, figures):
    """Fills in start.first_answer_ms and idle.*"""
    bench.tell("start")
    for milliseconds in start_times(bench, OWN_BASE):
        figures.add("start.first_answer_ms", milliseconds)
    for _ in bench.rounds("idle memory", seconds=30):
        bench.tell("idle")
        figures.add_all("idle", idle_memory(bench, OWN_BASE))


def idle_memory(bench, base):
    """Of a gateway that has just started, and after its first call."""
    folder = bench.folder("idle")
    client = Client(folder)
    with bench.gateway("h1", folder, base) as gateway:
        started = gateway.status_kib("VmRSS")
        client.call(gateway.tcp, bench.answer)
        return {"started_rss_mb": started * 1.024e-3,
                "called_rss_mb": gateway.status_kib("VmRSS") * 1.024e-3}


def start_times(bench, base):
    """From each of several starts to its first answer, in milliseconds."""
    folder = bench.folder("start")
    socket = folder / "gateway.sock"
    request = folder / "request.bin"
    request.write_bytes(get_request())
    answer = folder / "answer.bin"
    answer.write_bytes(frame(bench.answer))
    times = run([bench.program("start_time"), "--socket", socket, "--path", f"/{METHOD}",
                 "--request", request, "--answer", answer, "--times", _STARTS, "--",
                 *bench.gateway_command(base), "--listen", f"unix:{socket}", "--admin-listen",
                 "127.0.0.1:0", *upstream_flags(bench.upstream, "h1")], env=ENVIRONMENT)
    return json.loads(times)
