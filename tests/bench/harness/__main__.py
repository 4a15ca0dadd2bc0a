"""The benchmark's command line. tests/bench/run builds what is measured, then comes here."""

import argparse
import contextlib
import json
import pathlib
import resource
import signal
import sys
import tempfile

import bases
import calls
import chart
import growth
import in_flight
import machine
import micro
import sizes
import start
import tables
from bench import Bench
from figures import Figures
from processes import BenchError
from upstream import KINDS, Upstream

EXPERIMENTS = {"calls": calls.measure, "in-flight": in_flight.measure, "start": start.measure,
               "sizes": sizes.measure, "micro": micro.measure, "growth": growth.measure,
               "bases": bases.measure}
QUICK = ("calls", "start")
# 10,000 connections to the upstream, and some more.
_OPEN_FILES = 12_000


def parse_arguments():
    parser = argparse.ArgumentParser(prog="tests/bench/run", description=__doc__)
    parser.add_argument("--build", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--quick", action="store_true",
                        help=f"fewer cases of {' and '.join(QUICK)}, in about a minute")
    parser.add_argument("--only", action="append", choices=EXPERIMENTS, metavar="NAME",
                        help="one of " + ", ".join(EXPERIMENTS) + "; may be repeated")
    parser.add_argument("--kind", action="append", choices=KINDS, metavar="KIND",
                        help="of upstream: " + ", ".join(KINDS) + "; may be repeated")
    parser.add_argument("--also", action="append", default=[], choices=("debian13", "next"),
                        metavar="BASE", help="another base, on which the gateway is measured beside "
                        "this machine's; may be repeated")
    parser.add_argument("--json", metavar="FILE", help="all figures, with the spread of the rounds")
    parser.add_argument("--markdown", metavar="FILE", help="the tables")
    parser.add_argument("--chart", metavar="FILE.svg", help="what was measured, drawn")
    return parser.parse_args()


def raise_open_files():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < _OPEN_FILES:
        raise BenchError(f"the limit of open files is {hard}, at least {_OPEN_FILES} are needed: "
                         "ulimit -Hn")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def measure(arguments, figures):
    """Fills in `figures`; the text that tells of them."""
    # In memory where possible: sockets, answers and logs, no disk.
    memory = "/dev/shm" if pathlib.Path("/dev/shm").is_dir() else None
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(
            tempfile.TemporaryDirectory(prefix="gateway-bench-", dir=memory)))
        upstream = stack.enter_context(Upstream(folder))
        bench = Bench(arguments.build, folder, upstream, quick=arguments.quick,
                      kinds=tuple(arguments.kind or KINDS), also=arguments.also)
        description = machine.describe(bench)
        for name in arguments.only or (QUICK if arguments.quick else EXPERIMENTS):
            EXPERIMENTS[name](bench, figures)
        notes = "".join(f"{note}\n" for note in bench.notes)
        return f"{description}{notes}\n{tables.render(bench, figures)}"


def main():
    arguments = parse_arguments()
    # Ends all that was started, as Ctrl-C does.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    raise_open_files()
    figures = Figures()
    text = measure(arguments, figures)
    print(text)
    if arguments.markdown:
        pathlib.Path(arguments.markdown).write_text(text)
    if arguments.json:
        pathlib.Path(arguments.json).write_text(json.dumps(figures.to_json(), indent=2) + "\n")
    if arguments.chart:
        chart.draw(figures, arguments.chart)


try:
    main()
except BenchError as error:
    sys.exit(f"bench: {error}")
except KeyboardInterrupt:
    sys.exit(130)
