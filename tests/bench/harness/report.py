"""Figures as tables: of Markdown, which reads well as plain text too."""

import targets


def _table(header, rows):
    cells = [header, *rows]
    widths = [max(len(row[i]) for row in cells) for i in range(len(header))]
    # Names to the left, figures to the right.
    def line(row):
        padded = [row[0].ljust(widths[0])] + [c.rjust(w) for c, w in zip(row[1:], widths[1:])]
        return "| " + " | ".join(padded) + " |"

    rule = "|" + "|".join("-" * (w + 2) if i == 0 else "-" * (w + 1) + ":"
                          for i, w in enumerate(widths)) + "|"
    return "\n".join([line(header), rule, *map(line, rows)]) + "\n"


def number(value, digits=1):
    if value is None:
        return "–"
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.{digits}f}"


def _cases(bench):
    for c in bench.concurrency:
        for kind in bench.kinds:
            for transport in bench.transports:
                yield kind, transport, c


def cpu_table(bench, figures):
    rows = []
    for kind, transport, c in _cases(bench):
        parts = [figures.median(f"gateway.{kind}.{transport}.c{c}.cpu_us"),
                 figures.median(f"bare.{transport}.c{c}.cpu_us"),
                 figures.median(f"libcurl.{kind}.c{c}.cpu_us"), figures.median("json.cpu_us")]
        if parts[0] is None:
            continue
        rows.append([f"{kind}, {transport}, {c} at a time", *map(number, parts),
                     number(targets.cpu_ratio(figures, kind, transport, c), 2)])
    return _table(["CPU µs per call", "gateway", "bare gRPC server", "libcurl alone", "JSON", "ratio"],
                  rows)


def latency_table(bench, figures):
    rows = []

    def add(title, name):
        if f"{name}.p50_us" in figures:
            rows.append([title] + [number(figures.median(f"{name}.{what}"), 0)
                                   for what in ("per_second", "p50_us", "p99_us", "p999_us")])

    for kind, transport, c in _cases(bench):
        add(f"gateway over {kind}, {transport}, {c} at a time", f"gateway.{kind}.{transport}.c{c}")
        if transport == bench.transports[-1]:
            add(f"REST direct, {kind}, {c} at a time", f"rest.{kind}.c{c}")
    return _table(["", "calls/s", "p50 µs", "p99 µs", "p99.9 µs"], rows)


def target_table(figures):
    rows = []
    for target in targets.targets(figures):
        bound = "≥" if target.at_least else "≤"
        rows.append([target.what, f"{bound} {target.limit:g} {target.unit}",
                     f"{number(target.value, 2)} {target.unit}", "met" if target.met else "missed"])
    return _table(["target", "limit", "measured", ""], rows)


def render(bench, figures):
    parts = []
    if "json.cpu_us" in figures:
        parts += [cpu_table(bench, figures), latency_table(bench, figures)]
    parts.append(target_table(figures))
    return "\n".join(parts)
