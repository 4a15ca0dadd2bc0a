"""What was measured: for each name one value a round."""

import statistics


class Figures:
    """Names are `subject.case.what_unit`, such as `gateway.h1.tcp.c32.cpu_us`."""

    def __init__(self):
        self._samples = {}

    def add(self, name, value):
        self._samples.setdefault(name, []).append(value)

    def add_all(self, subject, values):
        """`values`: what was measured of it → value."""
        for what, value in values.items():
            self.add(f"{subject}.{what}", value)

    def __contains__(self, name):
        return name in self._samples

    def names(self):
        return list(self._samples)

    def samples(self, name):
        return self._samples[name]

    def median(self, name):
        """None if it was not measured."""
        return statistics.median(self._samples[name]) if name in self._samples else None

    def ratio(self, name, *parts):
        """The median, over the rounds, of name / (sum of parts): what slows the machine down for a
        while slows both. None if one was not measured."""
        if any(part not in self._samples for part in (name, *parts)):
            return None
        rounds = zip(self._samples[name], *(self._samples[part] for part in parts))
        return statistics.median(first / sum(rest) for first, *rest in rounds)

    def to_json(self):
        return {name: {"median": statistics.median(values), "min": min(values),
                       "max": max(values), "rounds": len(values)}
                for name, values in self._samples.items()}
