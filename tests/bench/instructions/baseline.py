"""A Profile as text that a person can read, and compare in a review: the baseline of a scenario."""

import re

from callgrind import Profile

# Functions of a kind: the rest is too little to be worth a line.
KEPT = 20
OURS_TITLE = "The gateway's functions, with what they call in libraries:"
ALONE_TITLE = "All functions, without what they call:"
LINE = re.compile(r"^ *([\d,]+)  (.*)$")


def to_text(profile):
    lines = [f"{profile.total:,} instructions for each {profile.scenario}"]
    for title, costs in ((OURS_TITLE, profile.ours), (ALONE_TITLE, profile.alone)):
        lines += ["", title]
        costliest = sorted(costs.items(), key=lambda item: (-item[1], item[0]))[:KEPT]
        lines += [f"{cost:>14,}  {name}" for name, cost in costliest]
    return "\n".join(lines) + "\n"


def from_text(text):
    """With the functions that were kept."""
    first, _, rest = text.partition("\n")
    total, _, scenario = first.partition(" instructions for each ")
    sections = rest.split(ALONE_TITLE)
    ours, alone = (dict(_read_line(line) for line in part.splitlines() if LINE.match(line))
                   for part in sections)
    return Profile(scenario, _number(total), ours, alone)


def _read_line(line):
    cost, name = LINE.match(line).groups()
    return name, _number(cost)


def _number(text):
    return int(text.replace(",", ""))
