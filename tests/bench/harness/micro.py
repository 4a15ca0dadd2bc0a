"""The programs that use Google Benchmark: each figure is the median of their repetitions."""

import json

from processes import run

_PROGRAMS = {"observability": "observability_bench", "json_reader": "json_bench"}
_UNITS = {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9}


def measure(bench, figures):
    """Fills in observability.NAME.ns, json_reader.NAME.ns and, where bytes are counted,
    .gb_per_second. NAME is the benchmark's own, as Gateway/1MB."""
    for prefix, name in _PROGRAMS.items():
        program = bench.program(name)
        if not program.exists():
            bench.tell(f"{name} is not built")
            continue
        bench.tell(name)
        report = json.loads(run([program, "--benchmark_format=json", "--benchmark_min_time=0.1",
                                 "--benchmark_repetitions=5"], timeout=300))
        for result in report["benchmarks"]:
            if result["run_type"] != "iteration":
                continue
            figure = f"{prefix}.{result['run_name']}"
            figures.add(f"{figure}.ns", result["cpu_time"] * _UNITS[result["time_unit"]])
            if "bytes_per_second" in result:
                figures.add(f"{figure}.gb_per_second", result["bytes_per_second"] / 1e9)
