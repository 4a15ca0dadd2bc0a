"""Programs that run beside the harness: started, measured and ended by process id."""

import ctypes
import os
import pathlib
import signal
import subprocess
import time

_libc = ctypes.CDLL(None)


class BenchError(Exception):
    """The run cannot go on: a program failed, or an answer was wrong."""


class Process:
    """A server in a session of its own, so that Ctrl-C reaches only the harness. Lives in a `with`."""

    # The file that tells why it did not start, if there is one.
    log = None

    def __init__(self, argv, *, stdin=None, stdout=None, stderr=None, env=None, pass_fds=()):
        self.name = pathlib.Path(argv[0]).name
        self._popen = subprocess.Popen(
            [str(word) for word in argv], stdin=stdin or subprocess.DEVNULL, stdout=stdout,
            stderr=stderr, env=env, pass_fds=pass_fds, start_new_session=True)
        self.pid = self._popen.pid
        self.stdin = self._popen.stdin

    def __enter__(self):
        try:
            self.wait_until_ready()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def wait_until_ready(self):
        """Of servers that have something to wait for."""

    def stop(self):
        if self._popen.poll() is not None:
            return
        self._popen.terminate()
        try:
            self._popen.wait(timeout=40)
        except subprocess.TimeoutExpired:
            self._popen.kill()
            self._popen.wait()

    def check_alive(self):
        if self._popen.poll() is not None:
            said = self.log.read_text()[-2000:] if self.log and self.log.exists() else ""
            raise BenchError(f"{self.name} ended with status {self._popen.returncode}\n{said}")

    def cpu_ns(self):
        """User and system time of all threads, those that ended too, as the scheduler counted it."""
        clock = ctypes.c_int()
        error = _libc.clock_getcpuclockid(self.pid, ctypes.byref(clock))
        if error != 0:
            raise BenchError(f"no CPU clock of {self.name}: {os.strerror(error)}")
        return time.clock_gettime_ns(clock.value)

    def status_kib(self, key):
        """VmRSS or VmHWM (the highest so far), in KiB."""
        for line in pathlib.Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith(key + ":"):
                return int(line.split()[1])
        raise BenchError(f"{self.name} has no {key}")

    def reset_peak(self):
        """VmHWM counts from now on."""
        pathlib.Path(f"/proc/{self.pid}/clear_refs").write_text("5")


def run(argv, *, timeout=120, env=None):
    """What a program prints. It must end with status 0."""
    popen = subprocess.Popen([str(word) for word in argv], stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env,
                             start_new_session=True)
    try:
        out, err = popen.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        raise BenchError(f"{argv[0]} took more than {timeout} s") from None
    finally:
        if popen.poll() is None:
            # With what it has started itself.
            os.killpg(popen.pid, signal.SIGKILL)
            popen.wait()
    if popen.returncode != 0:
        raise BenchError(f"{' '.join(map(str, argv))}: status {popen.returncode}\n"
                         f"{(out + err).decode(errors='replace')[-2000:]}")
    return out


def wait_for(what, probe, timeout=10):
    """The first true value of probe(). Polls: the events that it waits for are not ours to signal."""
    end = time.monotonic() + timeout
    while True:
        value = probe()
        if value:
            return value
        if time.monotonic() > end:
            raise BenchError(f"not seen within {timeout} s: {what}")
        time.sleep(0.002)
