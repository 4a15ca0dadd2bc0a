"""What all experiments share: the programs that were built, the upstream and its answers, and how
much is measured."""

import json
import pathlib
import sys
import time

from bare_server import BareServer
from bodies import RUN_ID, split_run, to_json
from gateway import Gateway
from processes import run

# At a time → calls in a round: a second or less, and enough for the 99.9th percentile.
CALLS = {1: 4_000, 32: 12_000, 256: 12_000}
# The machine's own base, in the names of figures.
OWN_BASE = "own"
# With the making of its root.
_BUILD_SECONDS = 3_600


def _build_on_base(base):
    """What starts a gateway that is built on another base, with the libraries of its root."""
    print(f"building on {base}", file=sys.stderr)
    run(["tests/on-base", base, "bash", "-c", "cmake --preset image && cmake --build --preset image"],
        timeout=_BUILD_SECONDS)
    root = pathlib.Path(run(["deploy/debian-root", base]).decode().strip())
    return [root / "lib64" / "ld-linux-x86-64.so.2", "--library-path",
            root / "usr" / "lib" / "x86_64-linux-gnu",
            pathlib.Path("build", f"on-{base}", "image", "gateway", "extend-gateway").resolve()]


class Bench:
    def __init__(self, build, folder, upstream, *, quick, kinds, also=()):
        """`also`: other bases of which a gateway is measured beside this machine's."""
        self._build = pathlib.Path(build)
        self._gateways = {OWN_BASE: [self._build / "gateway" / "extend-gateway"],
                          **{base: _build_on_base(base) for base in also}}
        self._folder = folder
        self.upstream = upstream
        self.quick = quick
        self.kinds = kinds
        self.concurrency = (1, 32) if quick else tuple(CALLS)
        self.notes = []
        self._round = 0
        added = self.add_answer(RUN_ID, split_run())
        self.answer = added["wire"]
        self.answer_json_bytes = added["json_bytes"]

    def transports(self, kind):
        return ("tcp", "unix") if kind == "h1" and not self.quick else ("tcp",)

    def rounds(self, what, seconds, count=5):
        """Round numbers: `count`, fewer if one more would probably end later than in `seconds`."""
        begun = time.monotonic()
        for number in range(count):
            elapsed = time.monotonic() - begun
            if number > 0 and elapsed / number * (number + 1) > seconds:
                self.notes.append(f"{what}: time for {number} rounds only.")
                return
            self._round = number + 1
            yield number

    def alternating(self, cases):
        """Backwards in every other round: what heats up or fills up favours no case."""
        return list(cases) if self._round % 2 else list(reversed(list(cases)))

    def tell(self, what):
        """Progress, for who waits."""
        print(f"round {self._round}: {what}", file=sys.stderr)

    @property
    def bases(self):
        return tuple(self._gateways)

    def gateway_command(self, base=OWN_BASE):
        """What starts the gateway; flags follow."""
        return self._gateways[base]

    def program(self, name):
        return self._build / "tests" / "bench" / name

    def folder(self, name):
        folder = self._folder / name
        folder.mkdir(exist_ok=True)
        return folder

    def add_answer(self, run_id, body):
        """Makes the upstream answer GetSplitRun. What the callers must get is in `wire`, what
        reading it costs is in `cpu_us`."""
        file = self.upstream.runs / run_id
        file.write_bytes(to_json(body))
        wire = self._folder / "wire.bin"
        report = json.loads(run([self.program("json_floor"), file, wire]))
        return {"wire": wire.read_bytes(), "json_bytes": report["json_bytes"],
                "cpu_us": report["cpu_ns"] / report["requests"] / 1e3}

    def gateway(self, kind, folder, base=OWN_BASE):
        return Gateway(self.gateway_command(base), folder, self.upstream, kind)

    def bare_server(self, folder):
        return BareServer(self.program("bare_grpc_server"), self.answer, folder)
