"""Tests of what `run` compares with: python3 -m unittest in this folder."""

import contextlib
import io
import pathlib
import tempfile
import unittest

import baseline
import callgrind
import compare

# The caller reads and calls a library, which allocates; a function is known by its id from then on.
DUMP = """\
# callgrind format
desc: Trigger: Client Request: read 10
positions: line
events: Ir

ob=(1) /build/program
fl=(1) reader.cc
fn=(1) gateway::(anonymous namespace)::Read(std::basic_string_view<char>) const
7 {read}
+2 100
cob=(2) /usr/lib/libparser.so.7.1
cfi=(2) ???
cfn=(2) parser::Parse(char const*)
calls=10 0
* 2000
fi=(3) reader.h
cfn=(3) gateway::Find(int)
calls=5 +1
12 300
fe=(1)
9 50

fn=(3)
12 300

ob=(2)
fl=(2)
fn=(2)
0 {parse}
cfn=(4) 0x00000000000012a0
calls=1 0
0 500

fn=(4)
0 500
"""


def read(text):
    with tempfile.NamedTemporaryFile("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        return callgrind.read_dump(file.name)


class Callgrind(unittest.TestCase):
    def test_attributes_library_code_to_the_function_that_calls_it(self):
        profile = read(DUMP.format(read=850, parse=1500))
        self.assertEqual(profile.scenario, "read")
        self.assertEqual(profile.total, 330)
        self.assertEqual(profile.ours, {"gateway::Read": 300, "gateway::Find": 30})
        self.assertEqual(
            profile.alone,
            {
                "gateway::Read": 100,
                "gateway::Find": 30,
                "parser::Parse": 150,
                "nameless functions of libparser": 50,
            },
        )

    def test_leaves_out_how_long_a_lock_spins(self):
        text = DUMP.format(read=850, parse=1500)
        text += "\nob=(1)\nfl=(1)\nfn=(5) absl::debian3::Mutex::Lock()\n0 5000\n"
        self.assertEqual(read(text).total, 330)

    def test_leaves_other_dumps_out(self):
        self.assertIsNone(read("desc: Trigger: Client Request: warm-up\n"))
        self.assertIsNone(read("desc: Trigger: Program termination\n"))

    def test_names_stay_when_compilers_and_types_change(self):
        for name, stable in {
            "gateway::Walk::Read(gateway::Seen const&, int)'2": "gateway::Walk::Read",
            "gateway::Completed(gateway::HttpRequest, bool) [clone .isra.0]": "gateway::Completed",
            "gateway::FormatLogLine[abi:cxx11](gateway::LogFormat)": "gateway::FormatLogLine",
            "void std::vector<A, std::allocator<A> >::insert<A&>(A&)": "std::vector::insert",
            "std::function<void (int)>::operator()(int) const": "std::function::operator()",
            "bool gateway::operator< <A>(A const&, A const&)": "gateway::operator<",
            "operator new(unsigned long)": "operator new",
            "operator delete[](void*)": "operator delete[]",
            "f(int)::{lambda(int)#1}::_FUN(int)": "f::{lambda#1}::_FUN",
            "Curl_send.part.0": "Curl_send",
            "memcpy@@GLIBC_2.14": "memcpy",
            "(below main)": "(below main)",
        }.items():
            self.assertEqual(callgrind.stable_name(name, ""), stable)


class Compare(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        (self.folder / "toolchain").write_text("compiler 1\n", encoding="utf-8")
        self.run_compare("--record", read_cost=850)

    def run_compare(self, *flags, read_cost, parse_cost=1500, scenario="read"):
        dump = self.folder / "dump"
        text = DUMP.format(read=read_cost, parse=parse_cost)
        dump.write_text(text.replace("Request: read", f"Request: {scenario}"), encoding="utf-8")
        files = [self.folder / "baselines", self.folder / "toolchain", dump]
        with contextlib.redirect_stdout(io.StringIO()) as output:
            status = compare.main([*flags, *map(str, files)])
        return status, output.getvalue()

    def test_passes_what_costs_no_more(self):
        for cost in (850, 850 + 165, 500):
            status, output = self.run_compare(read_cost=cost)
            self.assertEqual(status, 0, output)
            self.assertTrue(output.endswith("\n1 passed, 0 failed\n"), output)
            self.assertNotIn("toolchain", output)

    def test_names_the_function_that_grew(self):
        status, output = self.run_compare(read_cost=850 + 180)
        self.assertEqual(status, 1)
        self.assertIn("FAILED read: 348 instructions, +5.5% of 330\n", output)
        self.assertIn("+18  gateway::Read: 318, was 300\n", output)
        self.assertIn("+18  gateway::Read: 118, was 100\n", output)
        self.assertNotIn("gateway::Find", output)
        self.assertTrue(output.endswith("\n0 passed, 1 failed\n"), output)

    def test_names_the_caller_of_a_library_that_grew(self):
        dump = DUMP.replace("* 2000", "* 3000")
        grown = baseline.from_text(baseline.to_text(read(dump.format(read=850, parse=2500))))
        before = read(DUMP.format(read=850, parse=1500))
        self.assertEqual(
            list(compare.grown(grown.ours, before.ours, 10)),
            ["+100  gateway::Read: 400, was 300"],
        )

    def test_asks_to_record_what_costs_much_less(self):
        self.assertIn("Record this", self.run_compare(read_cost=500)[1])

    def test_fails_without_a_baseline_and_without_a_count(self):
        status, output = self.run_compare(read_cost=850, scenario="write")
        self.assertEqual(status, 1)
        self.assertIn("FAILED write: there is no baseline", output)
        self.assertIn("FAILED read: it is recorded, and was not counted", output)
        self.assertTrue(output.endswith("\n0 passed, 2 failed\n"), output)

    def test_tells_that_the_toolchain_is_another(self):
        (self.folder / "toolchain").write_text("compiler 2\n", encoding="utf-8")
        status, output = self.run_compare(read_cost=850)
        self.assertEqual(status, 0)
        self.assertIn("another toolchain", output)
        self.assertIn("recorded: compiler 1\n  here:     compiler 2\n", output)

    def test_a_function_that_was_not_kept_cost_no_more_than_the_least(self):
        then = {f"f{i}": 100 + i for i in range(baseline.KEPT)}
        self.assertEqual(
            list(compare.grown(then | {"new": 150}, then, 10)), ["+50  new: 150, was 100 or less"]
        )

    def test_a_baseline_can_be_read_again(self):
        profile = callgrind.Profile("a.b", 12345, {"gateway::F": 2345}, {"f g": 1, "h": 1000})
        self.assertEqual(baseline.from_text(baseline.to_text(profile)), profile)


if __name__ == "__main__":
    unittest.main()
