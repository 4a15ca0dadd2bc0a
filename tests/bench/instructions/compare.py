"""Compares counted instructions with the recorded baselines.

Usage: compare.py [--record] BASELINES TOOLCHAIN DUMP...
BASELINES is the folder of the baselines, TOOLCHAIN a file that says what the counted programs were
made with. A scenario fails if it takes over 5 % more than recorded; then the functions that grew are
named. With --record the baselines are written instead. Ends with a line `N passed, N failed`, and
status 1 if any failed.
"""

import pathlib
import sys

import baseline
import callgrind

ALLOWED = 0.05
# Named are functions that have this part, or more, in what a scenario has grown by.
NOTABLE = 0.02
NAMED = 5


def main(arguments):
    record = arguments[:1] == ["--record"]
    folder, toolchain, *dumps = map(pathlib.Path, arguments[record:])
    profiles = [profile for profile in map(callgrind.read_dump, dumps) if profile]
    profiles.sort(key=lambda profile: profile.scenario)
    if record:
        write_baselines(folder, toolchain.read_text(encoding="utf-8"), profiles)
        return 0
    print_toolchain(folder / "toolchain.txt", toolchain)
    recorded = read_baselines(folder)
    failed = sum(not holds(profile, recorded.pop(profile.scenario, None)) for profile in profiles)
    for scenario in recorded:
        print(f"FAILED {scenario}: it is recorded, and was not counted")
    failed += len(recorded)
    passed = len(profiles) + len(recorded) - failed
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


def write_baselines(folder, toolchain, profiles):
    for old in folder.glob("*.txt"):
        old.unlink()
    folder.mkdir(exist_ok=True)
    (folder / "toolchain.txt").write_text(toolchain, encoding="utf-8")
    for profile in profiles:
        text = baseline.to_text(profile)
        (folder / f"{profile.scenario}.txt").write_text(text, encoding="utf-8")
        print(f"recorded {text.partition(chr(10))[0]}")


def read_baselines(folder):
    files = sorted(set(folder.glob("*.txt")) - {folder / "toolchain.txt"})
    found = [baseline.from_text(file.read_text(encoding="utf-8")) for file in files]
    return {profile.scenario: profile for profile in found}


def print_toolchain(recorded, present):
    then = recorded.read_text(encoding="utf-8").splitlines() if recorded.exists() else []
    now = present.read_text(encoding="utf-8").splitlines()
    if then == now:
        return
    print("The baselines were recorded with another toolchain: what differs may be its doing.")
    for line in then:
        if line not in now:
            print(f"  recorded: {line}")
    for line in now:
        if line not in then:
            print(f"  here:     {line}")


def holds(profile, recorded):
    """Whether it takes no more than was recorded; says so."""
    if recorded is None:
        print(f"FAILED {profile.scenario}: there is no baseline; see tests/README.md")
        return False
    growth = profile.total - recorded.total
    told = f"{profile.total:,} instructions, {growth / recorded.total:+.1%} of {recorded.total:,}"
    if growth > ALLOWED * recorded.total:
        print(f"FAILED {profile.scenario}: {told}")
        for title, now, then in (
            (baseline.OURS_TITLE, profile.ours, recorded.ours),
            (baseline.ALONE_TITLE, profile.alone, recorded.alone),
        ):
            print(f"  {title}")
            for line in grown(now, then, NOTABLE * growth):
                print(f"    {line}")
        return False
    print(f"passed {profile.scenario}: {told}")
    if growth < -ALLOWED * recorded.total:
        print("  Record this, or as much can be lost again unseen.")
    return True


def grown(now, then, least):
    """Tells of the functions that cost at least `least` more than then, the worst first."""
    # Of one that was not kept we know that it cost no more than any that was.
    most_unkept = min(then.values()) if len(then) == baseline.KEPT else 0
    growth = {name: cost - then.get(name, most_unkept) for name, cost in now.items()}
    worst = sorted(growth, key=growth.get, reverse=True)[:NAMED]
    for name in worst:
        if growth[name] >= least:
            was = f"{then[name]:,}" if name in then else f"{most_unkept:,} or less"
            yield f"{growth[name]:+,}  {name}: {now[name]:,}, was {was}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
