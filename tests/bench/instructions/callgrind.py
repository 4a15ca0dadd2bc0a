"""Reads what callgrind has counted: a dump, as a Profile, with names that do not change from machine
to machine or from build to build.
"""

import collections
import dataclasses
import pathlib
import re

TRIGGER = re.compile(r"^desc: Trigger: Client Request: (\S+) (\d+)$", re.MULTILINE)
# A name is told once, with an id that stands for it from then on.
POSITION = re.compile(r"^(c?)(ob|fn)=\((\d+)\)(?: (.*))?$")
COST = re.compile(r"^(?:[+-]?\d+|\*) (\d+)$")

RECURSION = re.compile(r"'\d+$")
NAMELESS = re.compile(r"^0x[0-9a-f]+$")
APPENDED = re.compile(r" \[clone [^]]*\]|\.(?:isra|part|constprop|cold)\b[.\d]*|\[abi:\w+\]|@.*")

OPERATOR = re.compile(r"operator(?:\(\)|[<>=-]+)")
# Brackets of operators are not those of arguments.
HIDE = str.maketrans("<>()", "\1\2\3\4")
SHOW = str.maketrans("\1\2\3\4", "<>()")

OURS = "gateway::"
# Spins while another thread has the lock, for as long as callgrind, which runs one thread at a time,
# lets it: the count says nothing of the code.
SPINS = re.compile(r"^absl::.*::Mutex::Lock$")
# What calls a std::function of ours: no library, but nothing to name either.
WRAPPER = "std::_Function_handler::"


@dataclasses.dataclass
class Profile:
    """What one repetition of a scenario costs, in instructions."""

    scenario: str
    total: int
    # By function of the gateway, with what it calls in libraries.
    ours: dict[str, int]
    # By function of any kind, without what it calls.
    alone: dict[str, int]


def read_dump(path):
    """The Profile of a dump that is named `SCENARIO REPETITIONS`; None for any other dump."""
    text = pathlib.Path(path).read_text(encoding="utf-8")
    trigger = TRIGGER.search(text)
    if not trigger:
        return None
    repetitions = int(trigger[2])
    ours, alone = _sum_up(text.splitlines())

    def per_repetition(costs):
        return {name: round(cost / repetitions) for name, cost in costs.items()}

    return Profile(
        trigger[1],
        round(alone.total() / repetitions),
        per_repetition(ours),
        per_repetition(alone),
    )


def _sum_up(lines):
    """Costs by function, ours and alone, as in Profile."""
    ours, alone = collections.Counter(), collections.Counter()
    names = {}
    # Where a cost belongs: "" is the function's own, "c" the one that it calls.
    place = {"ob": "", "fn": "", "cob": "", "cfn": ""}
    is_call = False
    for line in lines:
        if position := POSITION.match(line):
            side, kind, identity, name = position.groups()
            if name is not None:
                names[kind, identity] = name
            place[side + kind] = names[kind, identity]
        elif line.startswith("calls="):
            is_call = True
        elif cost := COST.match(line):
            function = stable_name(place["fn"], place["ob"])
            if not is_call and not SPINS.match(function):
                alone[function] += int(cost[1])
            callee = stable_name(place["cfn"], place["cob"] or place["ob"])
            if function.startswith(OURS) and not (
                is_call and callee.startswith((OURS, WRAPPER))
            ):
                ours[function] += int(cost[1])
            is_call = False
            place["cob"] = ""  # told again for each call that leaves the object
    return ours, alone


def stable_name(name, binary):
    """`name` without arguments, result, and what compilers and callgrind append. A function without
    a name has but an address, for which `binary` stands.
    """
    name = RECURSION.sub("", name)
    if NAMELESS.match(name):
        return "nameless functions of " + pathlib.PurePath(binary).name.split(".so")[0]
    short = APPENDED.sub("", name).replace("(anonymous namespace)::", "")
    short = OPERATOR.sub(lambda match: match[0].translate(HIDE), short)
    for group in (r"\([^()]*\)", r"<[^<>]*>"):
        while re.search(group, short):
            short = re.sub(" ?" + group, "", short)
    # A template's name comes after its result.
    last = re.search(r"(?:operator (?:new|delete)|[^ ]+)(?:\[\])?$", short.removesuffix(" const"))
    return last[0].translate(SHOW) if last else name
