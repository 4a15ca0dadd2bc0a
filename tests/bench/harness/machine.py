"""Where and what was measured: the text above the tables."""

import datetime
import os
import pathlib
import platform
import re

from processes import run

# More than this before the run begins, and others use the machine.
_QUIET = 0.3


def describe(bench):
    date = datetime.date.today().isoformat()
    version = run([*bench.gateway_command(), "version"]).decode().split("\n")[0]
    load = os.getloadavg()[0]
    text = (f"{date}, {version}, on {os.cpu_count()} × {_processor()}, Linux {platform.release()}. "
            "Upstream: nginx on the same machine. Callers: h2load, GetSplitRun of "
            f"{bench.answer_json_bytes:,} bytes of JSON ({len(bench.answer):,} of protobuf). "
            "Metrics on, access log as JSON into a pipe that is read. "
            "Gateway and bare server link gRPC statically, as the image does. "
            "Figures are medians of the rounds.\n")
    if load > _QUIET * os.cpu_count():
        text += f"The machine was not quiet: load {load:.1f} at the start.\n"
    return text


def _processor():
    found = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    return found[1] if found else platform.machine()
