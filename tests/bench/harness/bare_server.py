"""gRPC alone: the gateway's floor on the callers' side."""

import re
import subprocess

from processes import Process, wait_for


class BareServer(Process):
    """Answers every GetSplitRun with `answer`. Listens on `tcp` and `unix` (gRPC addresses)."""

    def __init__(self, program, answer, folder):
        self.log = folder / "bare.log"
        file = folder / "bare.bin"
        file.write_bytes(answer)
        self.unix = f"unix:{folder}/bare.sock"
        with self.log.open("wb") as out:
            super().__init__([program, file, "127.0.0.1:0", self.unix], stdout=out,
                             stderr=subprocess.STDOUT)

    def wait_until_ready(self):
        self.tcp = f"127.0.0.1:{wait_for('the bare server', self._port)[1]}"

    def _port(self):
        self.check_alive()
        return re.search(r"listening (\d+)\n", self.log.read_text())
