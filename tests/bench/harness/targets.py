"""What the gateway is held to: ratios of figures of one run."""

import dataclasses
from typing import Optional


@dataclasses.dataclass
class Target:
    what: str
    limit: float
    value: Optional[float]  # None: not measured in this run
    at_least: bool = False
    unit: str = "×"

    @property
    def met(self):
        return self.value >= self.limit if self.at_least else self.value <= self.limit


def _floors(kind, concurrency):
    return (f"bare.tcp.c{concurrency}.cpu_us", f"libcurl.{kind}.c{concurrency}.cpu_us", "json.cpu_us")


def cpu_ratio(figures, kind, transport, concurrency):
    bare, *rest = _floors(kind, concurrency)
    return figures.ratio(f"gateway.{kind}.{transport}.c{concurrency}.cpu_us",
                         bare.replace("tcp", transport), *rest)


def targets(figures):
    found = [
        Target("CPU per call over HTTP/1.1, against bare server + libcurl alone + JSON, at 32", 1.3,
               cpu_ratio(figures, "h1", "tcp", 32)),
        Target("CPU per call over HTTP/2 with TLS, likewise", 1.4,
               cpu_ratio(figures, "h2-tls", "tcp", 32)),
    ]
    for kind in ("h1", "h1-tls", "h2-tls"):
        found.append(Target(f"p50 at concurrency 1 over {kind}, against REST direct", 2.5,
                            figures.ratio(f"gateway.{kind}.tcp.c1.p50_us", f"rest.{kind}.c1.p50_us")))
        p99 = f"gateway.{kind}.tcp.c32.p99_us"
        found.append(Target(f"p99 at concurrency 32 over {kind}, against p50", 3,
                            figures.ratio(p99, p99.replace("p99", "p50"))))
    return [target for target in found if target.value is not None]
