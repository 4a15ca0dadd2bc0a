"""Keeps the READMEs true: links lead somewhere, and tables name what the program has, no more, no less.

Usage: GATEWAY=… SIMULATOR=… PRINT_CODES=… python3 tests/readme/tables_test.py      (ctest does it)
"""

import http.server
import json
import os
import pathlib
import re
import subprocess
import tempfile
import threading
import unittest
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
READMES = ["README.md", "CHANGELOG.md", *(f"{folder}/README.md" for folder in ("proto", "gateway", "deploy", "tests"))]
NONE = "–"
SERVICE = "extend.v1.SplitRunService"


def read(path):
    return (ROOT / path).read_text(encoding="utf-8")


def without_code(text):
    return re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)


def section(path, title):
    """The text below a heading, up to the next heading that is as high."""
    text = without_code(read(path))
    heading = re.search(rf"^(#+) {re.escape(title)}$", text, re.MULTILINE)
    if heading is None:
        raise AssertionError(f"{path} has no section {title}")
    rest = text[heading.end():]
    end = re.search(rf"^#{{1,{len(heading[1])}}} ", rest, re.MULTILINE)
    return rest[:end.start()] if end else rest


def tables(text):
    """Each table as a list of rows, rows as lists of cells; header and rule left out."""
    found = re.findall(r"(?:^\|.*\|\n?)+", text, re.MULTILINE)
    return [[[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]] for table in found]


def words(cell):
    """What stands in backquotes."""
    return re.findall(r"`([^`]+)`", cell)


def literals(pattern):
    """String literals of the program's source that match."""
    sources = [path for path in (ROOT / "gateway").rglob("*") if path.suffix in (".cc", ".h")]
    return {word for path in sources for word in re.findall(rf'"({pattern})"', path.read_text(encoding="utf-8"))}


def flags_of_help(*command):
    """{flag: (default, repeatable)}, by what `--help` prints."""
    text = subprocess.run([os.environ["GATEWAY"], *command, "--help"], capture_output=True, text=True, check=True).stdout
    flags = {}
    for flag, lines in re.findall(r"^  (--[a-z-]+).*\n((?:^        .*\n)*)", text, re.MULTILINE):
        about = " ".join(lines.split())
        default = re.search(r"Default: (.*?)\.(?= Also | Repeatable|$)", about)
        flags[flag] = (default[1] if default else NONE, about.endswith("Repeatable."))
    return {flag: facts for flag, facts in flags.items() if flag not in ("--help", "--version")}


def flags_of_table(rows):
    return {words(flag)[0]: (default.strip("`"), meaning.endswith("Repeatable")) for flag, default, meaning in rows}


class Gateway:
    """A gateway that has served one call: a run whose status no proto knows."""

    SANITIZERS = {name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")}

    def __enter__(self):
        self.upstream = http.server.HTTPServer(("127.0.0.1", 0), self.Upstream)
        threading.Thread(target=self.upstream.serve_forever, daemon=True).start()
        self.folder = tempfile.TemporaryDirectory()
        address = f"unix:{self.folder.name}/gateway.sock"
        self.process = subprocess.Popen(
            [os.environ["GATEWAY"], "--listen", address, "--admin-listen", "127.0.0.1:0",
             "--upstream-url", f"http://127.0.0.1:{self.upstream.server_port}"],
            env=self.SANITIZERS | {"EXTEND_API_KEY": "key"}, stderr=subprocess.PIPE, text=True)
        admin = self.line("admin listening")["address"]
        self.line("serving")
        subprocess.run([os.environ["GATEWAY"], "call", "--address", address, f"{SERVICE}/GetSplitRun", '{"id": "a"}'],
                       env=self.SANITIZERS, capture_output=True, check=True)
        self.call = self.line("call")
        with urllib.request.urlopen(f"http://{admin}/metrics") as response:
            self.metrics = response.read().decode()
        return self

    def __exit__(self, *error):
        self.process.terminate()
        self.process.communicate()
        self.upstream.shutdown()
        self.upstream.server_close()
        self.folder.cleanup()

    def line(self, message):
        """The next line of the log with this message."""
        for text in self.process.stderr:
            line = json.loads(text)
            if line["message"] == message:
                return line
        raise AssertionError(f"the gateway's log has no line: {message}")

    class Upstream(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = b'{"id": "a", "status": "INVENTED"}'
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments):
            pass


class Links(unittest.TestCase):
    def test_each_leads_to_a_file_and_a_section(self):
        for path in READMES:
            for target in re.findall(r"\]\(([^)\s]+)\)", without_code(read(path))):
                if re.match(r"[a-z]+:", target):
                    continue
                name, _, anchor = target.partition("#")
                file = (ROOT / path).parent / name if name else ROOT / path
                with self.subTest(path=path, target=target):
                    self.assertTrue(file.exists(), "there is no such file")
                    if anchor:
                        titles = re.findall(r"^#+ (.*)$", without_code(file.read_text(encoding="utf-8")), re.MULTILINE)
                        anchors = {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
                        self.assertIn(anchor, anchors)


class Code(unittest.TestCase):
    def test_each_step_in_the_life_of_a_call_names_its_files(self):
        [steps] = tables(section("gateway/README.md", "Life of a call"))
        self.assertEqual([number for number, *_ in steps], [str(i + 1) for i in range(len(steps))])
        for step in steps:
            files = re.findall(r"\[([a-z_/]+)\]\(\1\.(?:cc|h)\)", step[2])
            with self.subTest(step=step[0]):
                self.assertTrue(files, "no file is named")
                for file in files:
                    self.assertTrue((ROOT / "gateway" / f"{file}.h").is_file(), file)

    def test_each_rule_names_its_home(self):
        [rules] = tables(section("gateway/README.md", "Where the rules live"))
        for rule, home in rules:
            with self.subTest(rule=rule):
                self.assertTrue(re.findall(r"\[([a-z_0-9/]+)\]\(\1\.(?:cc|h)\)", home))

    def test_layers_are_those_of_the_build(self):
        [layers] = tables(section("gateway/README.md", "Layers"))
        built = re.findall(r"^gateway_library\((\w+)", read("gateway/CMakeLists.txt"), re.MULTILINE)
        self.assertEqual([re.match(r"\[(\w+)\]", folder)[1] for folder, *_ in layers], built[::-1])

    def test_folders_of_tests_are_those_that_exist(self):
        rows = tables(section("tests/README.md", "For contributors"))[0]
        exist = {path.name for path in (ROOT / "tests").iterdir() if path.is_dir() and path.name != "__pycache__"}
        named = {name for folders, _ in rows for name in folders.split(", ")}
        self.assertEqual({name for name in named if "/" not in name}, exist)
        for name in named:
            self.assertTrue((ROOT / "tests" / name).is_dir(), name)


class Flags(unittest.TestCase):
    def test_are_those_of_help_with_their_defaults(self):
        self.maxDiff = None
        server, client = tables(section("deploy/README.md", "Flags"))
        serve = flags_of_help()
        self.assertEqual(flags_of_table(server), serve)
        commands = {}
        for command in ("call", "health", "wait"):
            commands |= flags_of_help(command)
        self.assertEqual(flags_of_table(client), {flag: facts for flag, facts in commands.items() if flag not in serve})

    def test_of_the_simulator_are_those_of_its_help(self):
        [rows] = [rows for rows in tables(section("tests/README.md", "The simulator")) if rows]
        printed = subprocess.run([os.environ["SIMULATOR"], "--help"], capture_output=True, text=True, check=True).stdout
        named = [flag for flags, *_ in rows for flag in words(flags)]
        self.assertEqual(sorted(named), sorted(set(re.findall(r"^ +(--[a-z-]+)", printed, re.MULTILINE))))

    def test_settings_in_the_first_readme_have_the_same_defaults(self):
        [settings] = tables(section("README.md", "The settings that everybody needs"))
        serve = flags_of_help()
        for flag, default, _ in settings:
            self.assertEqual(default, serve[words(flag)[0]][0], flag)


class Operation(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with Gateway() as gateway:
            cls.metrics = gateway.metrics
            cls.call = gateway.call

    def test_metrics_are_those_that_are_served(self):
        [rows] = tables(section("deploy/README.md", "Metrics"))
        named = {words(name)[0]: labels for name, labels, _ in rows}
        served = set(re.findall(r"^# TYPE (\w+)", self.metrics, re.MULTILINE))
        known = served | literals(r"(?:extend_gateway|grpc_server|process)_[a-z_]+")
        self.assertEqual(set(named), known)
        for name in served:
            sample = re.search(rf"^{name}(?:_bucket|_sum|_count)?(?:\{{(.*)\}})? ", self.metrics, re.MULTILINE)
            labels = set(re.findall(r'(\w+)="', sample[1] or "")) - {"le"}
            with self.subTest(metric=name):
                self.assertEqual(labels, {label for label in named[name].split(", ") if label != NONE})

    def test_fields_of_the_log_are_those_of_a_line(self):
        [rows] = tables(section("deploy/README.md", "Logs"))
        self.assertEqual([field for fields, _ in rows for field in words(fields)], list(self.call))

    def test_figures_of_memory_agree_everywhere(self):
        sizing = {what: value for what, value in tables(section("deploy/README.md", "Sizing"))[0]}
        idle = re.match(r"\d+ MB", sizing["resident memory, idle"])[0]
        a_call = re.match(r"\d+ KB", sizing["memory of a call in flight"])[0]
        help_text = subprocess.run([os.environ["GATEWAY"], "--help"], capture_output=True, text=True, check=True).stdout
        for place, text, figures in [("README.md", read("README.md"), [idle, a_call]),
                                     ("tests/README.md", read("tests/README.md"), [idle, a_call]),
                                     ("container.yaml", read("deploy/kubernetes/base/container.yaml"), [idle]),
                                     ("--help", " ".join(help_text.split()), [a_call])]:
            for figure in figures:
                with self.subTest(place=place):
                    self.assertTrue(figure in text, f"does not say {figure}")


class Errors(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        printed = subprocess.run([os.environ["PRINT_CODES"]], capture_output=True, text=True, check=True).stdout
        lines = [line.split() for line in printed.splitlines()]
        cls.codes = {line[1] for line in lines if line[0] == "code"}
        cls.statuses = {int(line[1]): line[2] for line in lines if line[0] == "http"}
        cls.transport = {line[1]: line[2] for line in lines if line[0] == "transport"}
        cls.tables = tables(section("proto/README.md", "Errors"))

    def test_http_statuses_have_the_codes_of_the_program(self):
        rest = {}
        written = {}
        for statuses, code in self.tables[0]:
            for status in statuses.split(", "):
                hundred = re.fullmatch(r"(?:other )?([1-9])xx", status)
                if hundred:
                    rest |= {int(hundred[1]) * 100 + i: code for i in range(100)}
                elif status == "anything else":
                    otherwise = code
                else:
                    self.assertNotIn(int(status), written)
                    written[int(status)] = code
        for status, code in self.statuses.items():
            self.assertEqual(written.get(status, rest.get(status, otherwise)), code, status)

    def test_reasons_are_those_of_the_program(self):
        rows = {words(reason)[0]: code for reason, code, _ in self.tables[-1]}
        self.assertEqual(set(rows), literals(r"(?:TRANSPORT|GATEWAY)_[A-Z_]+"))
        for reason, code in rows.items():
            self.assertEqual(code, self.transport.get(reason, code), reason)
            self.assertIn(code, self.codes)

    def test_codes_exist(self):
        [rows] = tables(section("README.md", "Errors"))
        for row in rows:
            for code in row[0].split(", "):
                self.assertIn(code, self.codes)

    def test_rpcs_are_those_of_the_proto(self):
        [rows] = tables(section("proto/README.md", "RPCs"))
        proto = read("proto/extend/v1/split_run_service.proto")
        routes = {
            name: f"{verb.upper()} {path}" for name, verb, path in re.findall(
                r'rpc (\w+)\(.*?\(google\.api\.http\) = \{\s*(\w+): "([^"]+)"', proto, re.DOTALL)}
        self.assertEqual({rpc: words(request)[0] for rpc, request, _ in rows}, routes)


if __name__ == "__main__":
    unittest.main()
