#!/usr/bin/env python3
"""Measures what an Enter costs: from the key to the next prompt, through `ssh -J` and through the bastion, interleaved, in one run.

An ordinary line is typed, its echo is awaited, then Enter is pressed. The bastion reads the line, judges it, writes it to its record and only
then lets the Enter through: once where the shell is asked for its line (hooks), once where it is not. Everything is private to the run and in
memory; what the disk adds is the time of its own `fdatasync`, measured beside it. Prints Markdown.

    cargo build --release --locked && python3 benches/enter.py
    python3 benches/enter.py --lines 20              # a look, not a measurement

Only the standard library is needed.
"""

import argparse
import contextlib
import importlib.util
import os
import shutil
import statistics
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
spec = importlib.util.spec_from_file_location("side_by_side", os.path.join(HERE, "side-by-side.py"))
side = importlib.util.module_from_spec(spec)
spec.loader.exec_module(side)


class Bastion(side.Bastion):
    """The same target twice: with hooks in its shell, and without."""

    def start(self, target):
        super().start(target)
        self.stop()
        path = os.path.join(self.dir, "holdpoint.toml")
        with open(path) as config:
            text = config.read()
        again = text[text.index("[[target]]"):].replace('name = "box"', 'name = "plain"\nintegration = false')
        with open(path, "w") as config:
            config.write(text + again)
        log_path = os.path.join(self.dir, "log")
        with open(log_path, "wb") as log:
            self.process = side.subprocess.Popen([self.binary, "serve", "--config", path],
                                                 stdin=side.subprocess.DEVNULL, stdout=log, stderr=log)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            with open(log_path) as log:
                if found := side.re.search(r"127\.0\.0\.1:([1-9][0-9]*)\b.", log.read(), side.re.S):
                    self.port = int(found.group(1))
                    return
            time.sleep(0.02)
        raise side.Fault("the bastion does not start again")


class Shell:
    """A shell in a terminal, at its prompt."""

    def __init__(self, path):
        self.process, self.terminal = side.open_shell(path)
        self.until(lambda data: side.PROMPT.search(side.plain(data)))
        self.quiet()

    def until(self, wanted):
        return side.read_until(self.terminal, wanted, answers=True)

    def quiet(self):
        while side.select.select([self.terminal], [], [], 0.08)[0]:
            os.read(self.terminal, 65536)

    def enter(self, line):
        """Types a line, waits for its echo, presses Enter: seconds until the next prompt."""
        for key in line:
            os.write(self.terminal, key.encode())
            time.sleep(0.002)
        self.quiet()
        begin = time.perf_counter()
        os.write(self.terminal, b"\r")
        # The line itself may be drawn anew before it runs; what it prints comes from the command alone.
        self.until(lambda data: side.re.search(rb"[\r\n]4242\r?\n.*[#$%>] $", side.plain(data), side.re.S))
        took = time.perf_counter() - begin
        self.quiet()
        return took

    def close(self):
        os.close(self.terminal)
        side.stop(self.process)


def sync_times(place, count=50):
    """Seconds of an `fdatasync` of 4 KiB there."""
    times = []
    with tempfile.NamedTemporaryFile(dir=place) as file:
        for _ in range(count):
            file.write(b"x" * 4096)
            file.flush()
            begin = time.perf_counter()
            os.fdatasync(file.fileno())
            times.append(time.perf_counter() - begin)
    return times


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--holdpoint", default=os.path.join(side.ROOT, "target/release/holdpoint"), help="the program to measure")
    parser.add_argument("--lines", type=int, default=200, help="lines on each way")
    options = parser.parse_args()
    shm = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    base = tempfile.mkdtemp(prefix="holdpoint-enter-", dir=shm)
    with contextlib.ExitStack() as stack:
        stack.callback(shutil.rmtree, base, ignore_errors=True)
        key, known = os.path.join(base, "id"), os.path.join(base, "known_hosts")
        public = side.keygen(key)
        bastion = Bastion(base, os.path.abspath(options.holdpoint), public)
        target, jump = side.Sshd(base, "target", public, bastion.user_ca), side.Sshd(base, "jump", public)
        stack.callback(target.stop)
        stack.callback(jump.stop)
        bastion.start(target)
        stack.callback(bastion.stop)
        hosts = [(target.port, target.host_public), (jump.port, jump.host_public), (bastion.port, bastion.host_public)]
        with open(known, "w") as out:
            out.writelines(f"[127.0.0.1]:{port} {host}\n" for port, host in hosts)
        way = lambda name, user: side.Path(name, base, key, known, bastion.port, user)
        paths = [
            side.Path("ssh -J", base, key, known, target.port, side.ME, proxy=jump.port),
            way("bastion, hooks", f"{side.ME}@box"),
            way("bastion, no hooks", f"{side.ME}@plain"),
        ]
        shells = [(path.name, Shell(path)) for path in paths]
        for _, shell in shells:
            stack.callback(shell.close)
        times = {name: [] for name, _ in shells}
        for number in range(options.lines):
            for name, shell in shells[number % 3:] + shells[:number % 3]:
                times[name].append(1000 * shell.enter("echo $((42*101))"))
        jump_p50 = statistics.median(times["ssh -J"])
        print(f"\n{options.lines} lines on each way, in turns; ledger and keys in memory\n")
        print("| Enter to the next prompt | p50, ms | p99, ms | gained at p50, ms |\n|---|---|---|---|")
        for name, values in times.items():
            p50, p99 = statistics.median(values), side.percentile(values, 0.99)
            print(f"| {name} | {p50:.2f} | {p99:.2f} | {p50 - jump_p50:+.2f} |")
        disk = [1000 * t for t in sync_times(side.ROOT)]
        memory = [1000 * t for t in sync_times(base)]
        print(f"\n`fdatasync` of 4 KiB: {statistics.median(memory):.3f} ms where this ran, {statistics.median(disk):.2f} ms on the disk of this checkout (p50)")


if __name__ == "__main__":
    try:
        main()
    except side.Fault as fault:
        sys.exit(f"enter: {fault}")
