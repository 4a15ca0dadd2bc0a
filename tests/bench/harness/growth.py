"""How what a call costs grows: with the calls at a time, with the size of the answer in one string,
with the number of its fields. And how much memory one large answer takes."""

import contextlib
import dataclasses

import bodies
from load import Client

CONCURRENCY = tuple(2**i for i in range(12))
# Of the JSON, in bytes: 1 KiB to 32 MiB.
SIZES = tuple(kib << 10 for kib in (1, 4, 16, 64, 256, 1024, 4096, 16384, 32768))
SHAPES = {"text": bodies.one_text, "fields": bodies.many_splits}
KINDS = ("h1", "h2-tls")

_CALLS = 4_000
# Of large answers there are as many as make this.
_BYTES = 64 << 20
_AT_A_TIME = 4


@dataclasses.dataclass
class _Answer:
    name: str
    run_id: str
    size: int
    wire: bytes


def measure(bench, figures):
    """Fills in growth.concurrency.KIND.C.cpu_us, growth.SHAPE.KIND.SIZE.cpu_us,
    growth.SHAPE.json.SIZE.cpu_us and growth.large.SHAPE.KIND.peak_mb."""
    bench.tell("growth")
    answers = _make_answers(bench, figures)
    folder = bench.folder("growth")
    client = Client(folder)
    kinds = [kind for kind in KINDS if kind in bench.kinds]
    with contextlib.ExitStack() as stack:
        gateways = {kind: stack.enter_context(bench.gateway(kind, folder)) for kind in kinds}
        for _ in bench.rounds("growth", seconds=150):
            for kind, gateway in gateways.items():
                bench.tell(f"growth.{kind}")
                usual = _Answer("usual", bodies.RUN_ID, 0, bench.answer)
                for c in bench.alternating(CONCURRENCY):
                    figures.add(f"growth.concurrency.{kind}.{c}.cpu_us",
                                _cpu_us(client, gateway, usual, _CALLS, c))
                for answer in bench.alternating(answers):
                    calls = min(_CALLS, max(2 * _AT_A_TIME, _BYTES // answer.size))
                    figures.add(f"growth.{answer.name}.{kind}.{answer.size}.cpu_us",
                                _cpu_us(client, gateway, answer, calls, _AT_A_TIME))
    for _ in bench.rounds("memory of a large answer", seconds=30):
        for kind in kinds:
            for answer in answers:
                if answer.size == SIZES[-1]:
                    bench.tell(f"growth.large.{answer.name}.{kind}")
                    figures.add(f"growth.large.{answer.name}.{kind}.peak_mb",
                                _peak_mb(bench, client, folder, kind, answer))


def _make_answers(bench, figures):
    answers = []
    for name, make in SHAPES.items():
        for size in SIZES:
            run_id = f"{name}_{size}"
            added = bench.add_answer(run_id, make(size))
            figures.add(f"growth.{name}.json.{size}.cpu_us", added["cpu_us"])
            answers.append(_Answer(name, run_id, size, added["wire"]))
    return answers


def _cpu_us(client, gateway, answer, calls, concurrency):
    with gateway.expect_calls(calls + 1):
        cpu = gateway.cpu_ns()
        client.grpc(gateway.tcp, calls, concurrency, answer.wire, answer.run_id)
        cpu = gateway.cpu_ns() - cpu
        client.call(gateway.tcp, answer.wire, answer.run_id)
    return cpu / calls / 1e3


def _peak_mb(bench, client, folder, kind, answer):
    """What one call takes above a gateway that has had a usual one."""
    with bench.gateway(kind, folder) as gateway:
        client.call(gateway.tcp, bench.answer)
        idle = gateway.status_kib("VmRSS")
        gateway.reset_peak()
        client.call(gateway.tcp, answer.wire, answer.run_id)
        return (gateway.status_kib("VmHWM") - idle) * 1.024e-3
