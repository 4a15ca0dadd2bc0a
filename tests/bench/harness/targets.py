"""What the gateway is held to: figures of one run, most of them ratios."""

import dataclasses
from typing import Optional

from upstream import KINDS, SLOW_SECONDS


@dataclasses.dataclass
class Target:
    what: str
    limit: float
    unit: str
    value: Optional[float]  # None: not measured in this run
    at_least: bool = False

    @property
    def met(self):
        return self.value >= self.limit if self.at_least else self.value <= self.limit


def floor_ratio(figures, kind, transport, concurrency):
    """CPU of a call against bare server + libcurl alone + JSON."""
    at = f"c{concurrency}.cpu_us"
    return figures.ratio(f"gateway.{kind}.{transport}.{at}", f"bare.{transport}.{at}",
                         f"libcurl.{kind}.{at}", "json.cpu_us")


def measured(figures):
    """The targets that this run tells of."""
    every = [*_cpu(figures), *_latency(figures), *_json(figures), *_in_flight(figures),
             *_start(figures)]
    return [target for target in every if target.value is not None]


def _cpu(figures):
    what = "CPU of a call at 32, against bare server + libcurl alone + JSON: over "
    yield Target(what + "h1", 1.3, "×", floor_ratio(figures, "h1", "tcp", 32))
    yield Target(what + "h2-tls", 1.4, "×", floor_ratio(figures, "h2-tls", "tcp", 32))


def _latency(figures):
    for kind in KINDS:
        yield Target(f"p50 at 1, against REST direct: over {kind}", 2.5, "×",
                     figures.ratio(f"gateway.{kind}.tcp.c1.p50_us", f"rest.{kind}.c1.p50_us"))
    for kind in KINDS:
        name = f"gateway.{kind}.tcp.c32"
        yield Target(f"p99 at 32, against p50: over {kind}", 3, "×",
                     figures.ratio(f"{name}.p99_us", f"{name}.p50_us"))


def _json(figures):
    ours, theirs = (f"json_reader.{who}/1MB" for who in ("Gateway", "Libprotobuf"))
    yield Target("reading 1 MB of JSON, against libprotobuf", 25, "×",
                 figures.ratio(f"{theirs}.ns", f"{ours}.ns"), at_least=True)
    yield Target("reading 1 MB of JSON", 1, "GB/s", figures.median(f"{ours}.gb_per_second"),
                 at_least=True)


def _in_flight(figures):
    for kind, limit in (("h1", 32), ("h2-tls", 48)):
        name = f"in_flight.{kind}"
        yield Target(f"memory of each of 10,000 in flight over {kind}", limit, "KB",
                     figures.median(f"{name}.rss_kb"))
        yield Target(f"slowest of 10,000 over {kind}, upstream {SLOW_SECONDS} s", SLOW_SECONDS + 1,
                     "s", figures.median(f"{name}.slowest_s"))
        yield Target(f"memory 10 s after 10,000 over {kind}", 60, "MB",
                     figures.median(f"{name}.rss_after_mb"))


def _start(figures):
    yield Target("idle memory", 20, "MB", figures.median("idle.called_rss_mb"))
    yield Target("start to first answer", 30, "ms", figures.median("start.first_answer_ms"))
