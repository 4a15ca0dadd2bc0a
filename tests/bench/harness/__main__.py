"""The benchmark's command line. tests/bench/run builds what is measured, then comes here."""

import argparse
import json
import pathlib
import resource
import signal
import sys
import tempfile

import calls
import report
from bench import Bench
from figures import Figures
from processes import BenchError
from upstream import KINDS

EXPERIMENTS = {"calls": calls.measure}


def parse_arguments():
    parser = argparse.ArgumentParser(prog="tests/bench/run", description=__doc__)
    parser.add_argument("--build", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--quick", action="store_true", help="the main figures in about a minute")
    parser.add_argument("--only", action="append", choices=EXPERIMENTS, metavar="NAME",
                        help="of " + ", ".join(EXPERIMENTS) + "; may be repeated")
    parser.add_argument("--kind", action="append", choices=KINDS, metavar="KIND",
                        help="of upstream: " + ", ".join(KINDS) + "; may be repeated")
    parser.add_argument("--json", metavar="FILE", help="all figures, with the spread of the rounds")
    parser.add_argument("--markdown", metavar="FILE", help="the tables")
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    # Ends all that was started, as Ctrl-C does.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    figures = Figures()
    # In memory where possible: sockets, answers and logs, no disk.
    memory = "/dev/shm" if pathlib.Path("/dev/shm").is_dir() else None
    with tempfile.TemporaryDirectory(prefix="bench-", dir=memory) as folder:
        bench = Bench(arguments.build, folder, quick=arguments.quick,
                      kinds=tuple(arguments.kind or KINDS))
        for name in arguments.only or EXPERIMENTS:
            EXPERIMENTS[name](bench, figures)
    tables = report.render(bench, figures)
    print(tables)
    if arguments.markdown:
        pathlib.Path(arguments.markdown).write_text(tables)
    if arguments.json:
        pathlib.Path(arguments.json).write_text(json.dumps(figures.to_json(), indent=2) + "\n")


try:
    main()
except BenchError as error:
    sys.exit(f"bench: {error}")
except KeyboardInterrupt:
    sys.exit(130)
