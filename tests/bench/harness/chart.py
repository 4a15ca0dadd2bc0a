"""What was measured, drawn by gnuplot: CPU of a call beside parts, and how it grows."""

import tempfile

import growth
from processes import run
from upstream import KINDS

_HEADER = """set terminal svg size 760,{height} font 'sans-serif,13' background 'white'
set output '{file}'
set multiplot layout {panels},1
set border 3
set tics nomirror
set grid y
set yrange [0:*]
set key outside right top Left reverse
set ylabel 'CPU µs per call'
"""
_PANEL_HEIGHT = 320


def draw(figures, file):
    """Panels of what was not measured are left out; without any there is no file."""
    panels = [panel for panel in (_parts(figures), _concurrency(figures), _sizes(figures)) if panel]
    if not panels:
        return
    header = _HEADER.format(file=file, panels=len(panels), height=_PANEL_HEIGHT * len(panels))
    with tempfile.NamedTemporaryFile("w", suffix=".gnuplot", encoding="utf-8") as script:
        script.write(header + "\n".join(panels))
        script.flush()
        run(["gnuplot", script.name])


def _data(name, rows):
    lines = "\n".join(" ".join(map(str, row)) for row in rows)
    return f"${name} << END\n{lines}\nEND\n"


def _parts(figures):
    rows = []
    for kind in KINDS:
        values = [figures.median(name) for name in (
            f"gateway.{kind}.tcp.c32.cpu_us", "bare.tcp.c32.cpu_us", f"libcurl.{kind}.c32.cpu_us",
            "json.cpu_us")]
        if None not in values:
            rows += [[f'"{kind}"', values[0], 0, 0, 0], ['"parts"', 0, *values[1:]]]
    if not rows:
        return None
    titles = ("gateway", "bare gRPC server", "libcurl alone", "JSON")
    bars = ", ".join(f"$parts using {column}{':xtic(1)' if column == 2 else ''} title '{title}'"
                     for column, title in enumerate(titles, start=2))
    return (_data("parts", rows) + "set title '32 calls at a time'\n"
            "set style data histograms\nset style histogram rowstacked\n"
            f"set style fill solid 0.8 noborder\nset boxwidth 0.7\nplot {bars}")


def _concurrency(figures):
    return _lines(figures, "by_calls", "Growth with the calls at a time", "calls at a time",
                  growth.CONCURRENCY, {kind: f"growth.concurrency.{kind}.{{}}.cpu_us"
                                       for kind in growth.KINDS})


def _sizes(figures):
    lines = {f"{shape}, {kind}": f"growth.{shape}.{kind}.{{}}.cpu_us"
             for shape in growth.SHAPES for kind in growth.KINDS}
    plot = _lines(figures, "by_bytes", "Growth with the answer", "bytes of JSON", growth.SIZES, lines)
    return plot and "set logscale y 10\nset yrange [*:*]\nset format x '%.0b%B'\n" + plot


def _lines(figures, name, title, x_title, xs, lines):
    """`lines`: titles, and the figures' names with {} for x."""
    lines = {label: figure for label, figure in lines.items() if figure.format(xs[0]) in figures}
    if not lines:
        return None
    rows = [[x, *(figures.median(figure.format(x)) for figure in lines.values())] for x in xs]
    curves = ", ".join(f"${name} using 1:{column} with linespoints linewidth 2 title '{label}'"
                       for column, label in enumerate(lines, start=2))
    return (_data(name, rows) + f"set title '{title}'\nset xlabel '{x_title}'\n"
            f"set logscale x 2\nplot {curves}")
