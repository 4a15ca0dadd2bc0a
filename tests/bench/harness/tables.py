"""Figures as tables: of Markdown, which reads well as plain text too."""

import growth
import targets
from bench import CALLS, OWN_BASE

_BASE_FIGURES = (
    *((f"CPU µs per call, {c} at a time", f"c{c}.cpu_us") for c in CALLS),
    *((f"p50 µs, {c} at a time", f"c{c}.p50_us") for c in CALLS),
    ("start to first answer, ms", "first_answer_ms"),
    ("memory after start, MB", "started_rss_mb"),
    ("memory after one call, MB", "called_rss_mb"),
    ("10,000 in flight: KB per call", "rss_kb"),
    ("10,000 in flight: CPU µs per call", "cpu_us"),
    ("10,000 in flight: slowest, s", "slowest_s"),
    ("10,000 in flight: MB 10 s after", "rss_after_mb"))


def render(bench, figures):
    tables = [("CPU µs per call", _cpu(bench, figures)),
              ("Calls per second and latency", _latency(bench, figures)),
              ("10,000 calls in flight", _in_flight(figures)),
              ("Bases", _bases(bench, figures)),
              ("Growth with the calls at a time", _concurrency(figures)),
              ("Growth with the answer", _sizes(figures)),
              ("Memory of one answer of 32 MiB", _large(figures)),
              ("Start, memory and size", _single(figures)),
              ("Cost of being observed", _micro(figures, "observability")),
              ("JSON reader", _micro(figures, "json_reader")),
              ("Targets", _targets(figures))]
    return "\n".join(f"**{title}**\n\n{_table(*table)}" for title, table in tables if table[1])


def _table(header, rows):
    widths = [max(len(row[i]) for row in (header, *rows)) for i in range(len(header))]

    def line(row):
        # The first column is text, the others are figures.
        return "| " + " | ".join([row[0].ljust(widths[0]),
                                  *(c.rjust(w) for c, w in zip(row[1:], widths[1:]))]) + " |"

    rule = ["-" * (widths[0] + 2), *("-" * (width + 1) + ":" for width in widths[1:])]
    return "\n".join([line(header), "|" + "|".join(rule) + "|", *map(line, rows)]) + "\n"


def _number(value):
    """Three digits or more."""
    if value is None:
        return "–"
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _row(title, figures, *names):
    """None if nothing of it was measured."""
    values = [figures.median(name) for name in names]
    return None if not any(values) else [title, *map(_number, values)]


def _rows(rows):
    return [row for row in rows if row]


def _cases(bench):
    for c in bench.concurrency:
        for kind in bench.kinds:
            for transport in bench.transports(kind):
                yield f"{kind}, {transport}, {c} at a time", kind, transport, c


def _cpu(bench, figures):
    rows = []
    for title, kind, transport, c in _cases(bench):
        row = _row(title, figures, f"gateway.{kind}.{transport}.c{c}.cpu_us",
                   f"bare.{transport}.c{c}.cpu_us", f"libcurl.{kind}.c{c}.cpu_us", "json.cpu_us")
        if row:
            rows.append([*row, _number(targets.floor_ratio(figures, kind, transport, c))])
    return ["upstream, callers", "gateway", "bare server", "libcurl alone", "JSON",
            "gateway / sum"], rows


def _latency(bench, figures):
    columns = ("per_second", "p50_us", "p99_us", "p999_us")

    def row(title, name):
        return _row(title, figures, *(f"{name}.{column}" for column in columns))

    rows = [row(f"gateway: {title}", f"gateway.{kind}.{transport}.c{c}")
            for title, kind, transport, c in _cases(bench)]
    for c in bench.concurrency:
        rows += [row(f"REST direct: {kind}, {c} at a time", f"rest.{kind}.c{c}")
                 for kind in bench.kinds]
        rows.append(row(f"bare server: tcp, {c} at a time", f"bare.tcp.c{c}"))
    return ["", "calls/s", "p50 µs", "p99 µs", "p99.9 µs"], _rows(rows)


def _in_flight(figures):
    columns = ("rss_kb", "cpu_us", "slowest_s", "connections", "rss_after_mb")
    rows = [_row(kind, figures, *(f"in_flight.{kind}.{column}" for column in columns))
            for kind in ("h1", "h2-tls")]
    return ["upstream", "KB per call", "CPU µs per call", "slowest s", "connections",
            "MB 10 s after"], _rows(rows)


def _bases(bench, figures):
    def ratio(what, base):
        return _number(figures.median(f"bases.{base}.{what}") /
                       figures.median(f"bases.{OWN_BASE}.{what}"))

    rows = []
    for title, what in _BASE_FIGURES:
        row = _row(title, figures, *(f"bases.{base}.{what}" for base in bench.bases))
        if row:
            rows.append([*row, *(ratio(what, base) for base in bench.bases[1:])])
    return ["h1, tcp", *bench.bases, *(f"{base} / own" for base in bench.bases[1:])], rows


def _concurrency(figures):
    rows = [_row(f"{c} at a time", figures,
                 *(f"growth.concurrency.{kind}.{c}.cpu_us" for kind in growth.KINDS))
            for c in growth.CONCURRENCY]
    return ["CPU µs per call", *growth.KINDS], _rows(rows)


def _sizes(figures):
    columns = [(shape, kind) for shape in growth.SHAPES for kind in (*growth.KINDS, "json")]
    rows = [_row(f"{size >> 10:,} KiB", figures,
                 *(f"growth.{shape}.{kind}.{size}.cpu_us" for shape, kind in columns))
            for size in growth.SIZES]
    return ["CPU µs per call", *(f"{shape}, {kind}" for shape, kind in columns)], _rows(rows)


def _large(figures):
    rows = []
    for shape in growth.SHAPES:
        for kind in growth.KINDS:
            name = f"growth.large.{shape}.{kind}.peak_mb"
            row = _row(f"{shape}, {kind}", figures, name)
            if row:
                rows.append([*row, _number(figures.median(name) * 1e6 / growth.SIZES[-1])])
    return ["", "peak above idle, MB", "× the JSON's size"], rows


def _single(figures):
    rows = [_row("start to first answer, ms", figures, "start.first_answer_ms"),
            _row("memory after start, MB", figures, "idle.started_rss_mb"),
            _row("memory after one call, MB", figures, "idle.called_rss_mb"),
            _row("program, stripped, MB", figures, "size.program_mb"),
            _row("image, MB", figures, "size.image_mb"),
            _row("image, zstd, MB", figures, "size.image_zstd_mb")]
    return ["", ""], _rows(rows)


def _micro(figures, prefix):
    names = [name[:-len(".ns")] for name in figures.names()
             if name.startswith(prefix + ".") and name.endswith(".ns")]
    rows = [_row(name[len(prefix) + 1:], figures, f"{name}.ns", f"{name}.gb_per_second")
            for name in names]
    return ["", "CPU ns", "GB/s"], _rows(rows)


def _targets(figures):
    rows = [[target.what, f"{'≥' if target.at_least else '≤'} {target.limit:g} {target.unit}",
             f"{_number(target.value)} {target.unit}", "met" if target.met else "missed"]
            for target in targets.measured(figures)]
    return ["target", "limit", "measured", ""], rows
