"""That the check of the layers fails where it must: on small made-up trees."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

CHECK = Path(__file__).with_name("check")


class CheckTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name) / "gateway"
        self.root.mkdir()

    def write(self, name, *headers):
        path = self.root / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("".join(f"#include {header}\n" for header in headers), encoding="utf-8")

    def run_check(self):
        """The exit code, and the lines that it prints."""
        done = subprocess.run([sys.executable, "-B", CHECK, self.root], capture_output=True,
                              text=True, check=False)
        return done.returncode, done.stderr.splitlines()

    def test_passes_what_keeps_all_rules(self):
        self.write("base/a.h", "<string>", "<sys/socket.h>", "<grpcpp/support/status.h>")
        self.write("base/a.cc", '"gateway/base/a.h"', '"gateway/base/b.h"', "<fmt/format.h>")
        self.write("base/b.h")
        self.write("upstream/c.cc", '"gateway/base/a.h"', "<curl/curl.h>")
        self.write("descriptors/d.cc", '"gateway/v1/annotations.pb.h"',
                   '"builtin_descriptor_set.h"')
        self.write("main.cc", '"gateway/upstream/c.h"', "<google/protobuf/stubs/common.h>")
        self.assertEqual(self.run_check(), (0, []))

    def test_fails_on_a_folder_that_includes_one_above_it(self):
        self.write("base/a.cc", '"gateway/config/b.h"')
        self.write("telemetry/c.h", '"gateway/serving/d.h"')
        self.assertEqual(self.run_check(), (1, [
            "gateway/base/a.cc includes gateway/config/b.h: base is below config",
            "gateway/telemetry/c.h includes gateway/serving/d.h: telemetry is below serving"]))

    def test_fails_on_a_library_in_a_folder_that_may_not_see_it(self):
        for file, header, error in [
                ("serving/a.cc", "<curl/curl.h>", "only upstream may see curl/"),
                ("serving/b.h", "<prometheus/counter.h>", "only telemetry may see prometheus/"),
                ("cli/c.cc", "<httplib.h>", "only serving may see httplib.h"),
                ("upstream/d.cc", "<grpcpp/server.h>", "only serving, cli may see grpcpp/"),
                ("base/e.h", "<google/protobuf/message.h>",
                 "only json, transcoding, descriptors, serving, cli may see google/"),
                ("config/f.h", '"gateway/v1/annotations.pb.h"',
                 "only json, transcoding, descriptors, serving, cli may see gateway/v1/"),
                ("base/g.h", "<boost/any.hpp>", "it is in no row of the tables of"
                 " tests/layers/check")]:
            with self.subTest(file):
                self.write(file, header)
                self.assertEqual(self.run_check(), (
                    1, [f"gateway/{file} includes {header[1:-1]}: {error}"]))
                (self.root / file).unlink()

    def test_fails_on_a_circle_among_the_files_of_a_folder(self):
        self.write("json/a.cc", '"gateway/json/a.h"', '"gateway/json/b.h"')
        self.write("json/b.h", '"gateway/json/c.h"')
        self.write("json/c.cc", '"gateway/json/c.h"', '"gateway/json/a.h"')
        self.write("json/d.h", '"gateway/json/a.h"')
        self.assertEqual(self.run_check(), (1, [
            "a circle: gateway/json/a.cc includes gateway/json/b.h,"
            " gateway/json/b.h includes gateway/json/c.h,"
            " gateway/json/c.cc includes gateway/json/a.h"]))

    def test_reports_each_circle_once(self):
        for first, second in ["ab", "cd"]:
            self.write(f"base/{first}.h", f'"gateway/base/{second}.h"')
            self.write(f"base/{second}.cc", f'"gateway/base/{first}.h"')
        self.assertEqual(self.run_check(), (1, [
            "a circle: gateway/base/a.h includes gateway/base/b.h,"
            " gateway/base/b.cc includes gateway/base/a.h",
            "a circle: gateway/base/c.h includes gateway/base/d.h,"
            " gateway/base/d.cc includes gateway/base/c.h"]))

    def test_fails_on_a_folder_that_is_no_layer(self):
        self.write("misc/a.h")
        self.assertEqual(self.run_check(), (
            1, ["gateway/misc is no layer of tests/layers/check"]))


if __name__ == "__main__":
    unittest.main()
