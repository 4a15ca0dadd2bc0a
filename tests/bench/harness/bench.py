"""What all experiments share: the programs that were built, a folder, how much to measure."""

import pathlib
import re
import subprocess
import sys

from processes import Process, wait_for
from upstream import KINDS


class Bench:
    def __init__(self, build, folder, *, quick, kinds=KINDS):
        self._build = pathlib.Path(build)
        self._folder = pathlib.Path(folder)
        self.quick = quick
        self.kinds = kinds
        self.transports = ("tcp",) if quick else ("tcp", "unix")
        self.concurrency = (1, 32) if quick else (1, 32, 256)
        self.round_count = 5

    def rounds(self):
        for number in range(self.round_count):
            self._round = number
            yield number

    def tell(self, what):
        """Progress, for who waits."""
        print(f"round {self._round + 1}/{self.round_count}: {what}", file=sys.stderr)

    def program(self, path):
        return self._build / path

    def bench_program(self, name):
        return self._build / "tests" / "bench" / name

    def folder(self, name):
        folder = self._folder / name
        folder.mkdir()
        return folder

    def bare_server(self, answer, folder, *addresses):
        return BareServer(self.bench_program("bare_grpc_server"), answer, folder, addresses)


class BareServer(Process):
    """gRPC alone. `addresses["tcp"]` and `addresses["unix"]`, as far as asked for."""

    def __init__(self, program, answer, folder, addresses):
        log = folder / "bare.log"
        with log.open("wb") as file:
            super().__init__([program, answer, *addresses], stdout=file, stderr=subprocess.STDOUT)

        def ports():
            self.check_alive()
            found = re.findall(r"listening (\d+)\n", log.read_text())
            return found if len(found) == len(addresses) else None

        self.addresses = {}
        for address, port in zip(addresses, wait_for("the bare server", ports)):
            if address.startswith("unix:"):
                self.addresses["unix"] = address
            else:
                self.addresses["tcp"] = address.rsplit(":", 1)[0] + ":" + port
