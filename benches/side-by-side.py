#!/usr/bin/env python3
"""Measures Holdpoint beside OpenSSH: `ssh` direct, through `ssh -J`, and through the bastion, interleaved, in one run on one machine.

Everything is private to the run: two sshd of its own on loopback (the jump host and the target), keys and a ledger in a
temporary folder. Prints Markdown, the facts of the machine first. Ratios mean something, absolute numbers only for this machine.

    cargo build --release --locked && python3 benches/side-by-side.py
    python3 benches/side-by-side.py --quick          # a look, not a measurement
    python3 benches/side-by-side.py --without-bastion

Only the standard library is needed.
"""

import argparse
import contextlib
import fcntl
import os
import platform
import pwd
import re
import select
import shutil
import signal
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time

GCM = "aes128-gcm@openssh.com"
MB = 1_000_000
ME = pwd.getpwuid(os.getuid()).pw_name
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

# What a prompt looks like when escape sequences are taken away: a last line that ends in "$ ", "# " or "> ".
ESCAPES = re.compile(rb"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b\[[0-?]*[ -/]*[@-~]|\x1b[()][0-9A-B]|\x1b[=>78]")
PROMPT = re.compile(rb"(?:^|[\r\n])[^\r\n]*[#$%>] $")


# How much is measured, unless the command line says otherwise.
FULL = {"rounds": 7, "prompts": 21, "exec_mb": 512, "pty_mb": 64, "keys": 300, "idle": 50}
QUICK = {"rounds": 1, "prompts": 3, "exec_mb": 32, "pty_mb": 4, "keys": 30, "idle": 5}


class Fault(Exception):
    """The measurement cannot go on; the text says why."""


# --- processes and places ---------------------------------------------------------------------------------------------


def keygen(path):
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "bench", "-f", path], check=True)
    with open(path + ".pub") as public:
        return " ".join(public.read().split()[:2])


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_port(port, process, seconds=20):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            return False
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return True
        time.sleep(0.02)
    return False


class Sshd:
    """A stock sshd that takes one key and, if given, one user CA."""

    def __init__(self, base, name, client_public, user_ca=None):
        self.dir = os.path.join(base, name)
        os.mkdir(self.dir)
        self.host_public = keygen(os.path.join(self.dir, "host_key"))
        with open(os.path.join(self.dir, "authorized_keys"), "w") as out:
            out.write(client_public + "\n")
        if os.getuid() == 0:
            os.makedirs("/run/sshd", exist_ok=True)
        for _ in range(5):
            self.port = free_port()
            self.process = self.start(user_ca)
            if wait_port(self.port, self.process):
                return
        raise Fault(f"sshd does not start; see {self.dir}/log")

    def start(self, user_ca):
        lines = [
            f"Port {self.port}",
            "ListenAddress 127.0.0.1",
            f"HostKey {self.dir}/host_key",
            f"AuthorizedKeysFile {self.dir}/authorized_keys",
            f"TrustedUserCAKeys {user_ca or 'none'}",
            "PermitRootLogin prohibit-password",
            "PasswordAuthentication no",
            "KbdInteractiveAuthentication no",
            "UsePAM no",
            "StrictModes no",
            "PrintMotd no",
            "PrintLastLog no",
            "UseDNS no",
            "PidFile none",
            "MaxStartups 500",
            "MaxSessions 500",
        ]
        config = os.path.join(self.dir, "sshd_config")
        with open(config, "w") as out:
            out.write("\n".join(lines) + "\n")
        log = os.path.join(self.dir, "log")
        return subprocess.Popen(["/usr/sbin/sshd", "-D", "-f", config, "-E", log], stdin=subprocess.DEVNULL)

    def stop(self):
        stop(self.process)


def stop(process):
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class Bastion:
    """Holdpoint in front of the target, with recording and inspection on: nothing is switched off for speed."""

    # What else its configuration says, behind the first line.
    more = ""

    def __init__(self, base, binary, client_public):
        if not os.access(binary, os.X_OK):
            raise Fault(f"{binary} is not there; cargo build --release --locked makes it")
        self.dir = os.path.join(base, "bastion")
        self.binary = binary
        self.client_public = client_public
        os.makedirs(os.path.join(self.dir, "keys"))
        for name in ("host_key", "user_ca", "host_ca", "ledger_key"):
            keygen(os.path.join(self.dir, "keys", name))
        self.user_ca = os.path.join(self.dir, "keys", "user_ca.pub")
        with open(os.path.join(self.dir, "keys", "host_key.pub")) as public:
            self.host_public = " ".join(public.read().split()[:2])
        self.process = None
        self.port = 0

    def start(self, target):
        config = f"""
listen = ["127.0.0.1:0"]
{self.more}[[user]]
name = "bench"
roles = ["engineer"]
keys = ["{self.client_public}"]
[[target]]
name = "box"
kind = "ssh"
host = "127.0.0.1"
port = {target.port}
host_keys = ["{target.host_public}"]
logins = ["{ME}"]
"""
        path = os.path.join(self.dir, "holdpoint.toml")
        with open(path, "w") as out:
            out.write(config)
        log_path = os.path.join(self.dir, "log")
        with open(log_path, "wb") as log:
            self.process = subprocess.Popen([self.binary, "serve", "--config", path],
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            with open(log_path) as log:
                said = log.read()
            if found := re.search(r"127\.0\.0\.1:([1-9][0-9]*)\b.", said, re.S):
                self.port = int(found.group(1))
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.02)
        raise Fault(f"the bastion does not start: {said}")

    def cpu_seconds(self):
        """User and system time of the bastion so far."""
        with open(f"/proc/{self.process.pid}/stat") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self):
        if self.process:
            stop(self.process)


class Path:
    """One way to the target: the words of its ssh command line."""

    def __init__(self, name, base, key, known, port, user, proxy=None):
        self.name = name
        self.base = base
        self.key = key
        self.known = known
        self.port = port
        self.user = user
        self.proxy = proxy

    def options(self, cipher):
        words = ["-F", "none", "-i", self.key]
        for option in (
            f"UserKnownHostsFile={self.known}",
            "GlobalKnownHostsFile=none",
            "StrictHostKeyChecking=yes",
            "IdentitiesOnly=yes",
            "IdentityAgent=none",
            "BatchMode=yes",
            "EscapeChar=none",
            "LogLevel=ERROR",
        ):
            words += ["-o", option]
        return words + (["-c", cipher] if cipher else [])

    def ssh(self, *more, cipher=GCM, flags=()):
        words = ["ssh"] + self.options(cipher)
        if self.proxy:
            # What `ssh -J` runs, but with our options on the first leg too: -J would not pass on -c or -F.
            jump = ["ssh"] + self.options(cipher) + ["-p", str(self.proxy), "-W", "%h:%p", f"{ME}@127.0.0.1"]
            words += ["-o", "ProxyCommand=" + " ".join(jump)]
        return words + list(flags) + ["-p", str(self.port), f"{self.user}@127.0.0.1"] + list(more)


# --- what is measured -------------------------------------------------------------------------------------------------


def bulk(path, file, size, cipher, pty=False):
    """Bytes per second of `cat file`, from the first byte to the last: the set-up is measured elsewhere."""
    ssh = path.ssh(f"cat {file}", cipher=cipher, flags=("-tt",) if pty else ())
    process = subprocess.Popen(ssh, stdin=subprocess.DEVNULL if not pty else subprocess.PIPE, stdout=subprocess.PIPE)
    first, count = None, 0
    out = process.stdout.fileno()
    while chunk := os.read(out, 1 << 18):
        first = first or time.monotonic()
        count += len(chunk)
    last = time.monotonic()
    if process.stdin:
        process.stdin.close()
    code = process.wait()
    # A pty turns each \n into \r\n.
    if code != 0 or count < size:
        raise Fault(f"{path.name}: cat gave {count} of {size} bytes, exit code {code}")
    return count / (last - first)


def read_until(fd, wanted, seconds=20, answers=False):
    """Reads until `wanted`. With `answers` it says where the cursor is when it is asked, as terminals do."""
    data, deadline = b"", time.monotonic() + seconds
    while not wanted(data):
        ready, _, _ = select.select([fd], [], [], max(0, deadline - time.monotonic()))
        chunk = os.read(fd, 65536) if ready else b""
        if not chunk:
            raise Fault(f"the session went silent or ended; it said: {data[-300:]!r}")
        if answers and b"\x1b[6n" in chunk:
            os.write(fd, b"\x1b[1;1R")
        data += chunk
    return data


def echo(path, keys, cipher=GCM):
    """Seconds from a key to its echo, `keys` times, one at a time."""
    ssh = path.ssh("cat", cipher=cipher, flags=("-tt",))
    process = subprocess.Popen(ssh, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
    out, into = process.stdout.fileno(), process.stdin.fileno()
    times = []
    try:
        # The first line warms up and proves that cat runs.
        os.write(into, b"ready\n")
        read_until(out, lambda data: data.count(b"ready") >= 2)
        for n in range(keys):
            if n % 60 == 59:
                os.write(into, b"\n")
                time.sleep(0.05)
                while select.select([out], [], [], 0)[0]:
                    os.read(out, 65536)
            key = b"abcdefghij"[n % 10 : n % 10 + 1]
            begin = time.perf_counter()
            os.write(into, key)
            read_until(out, lambda data, key=key: key in data)
            times.append(time.perf_counter() - begin)
            time.sleep(0.004)
    finally:
        stop(process)
    return times


def plain(data):
    return ESCAPES.sub(b"", data)


def open_shell(path, cipher=GCM):
    """A shell in a terminal of 80 × 24; answers with the process and the terminal's end."""
    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    ssh = path.ssh(cipher=cipher, flags=("-tt",))
    process = subprocess.Popen(ssh, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True)
    os.close(theirs)
    return process, ours


def first_prompt(path, cipher=GCM):
    """Seconds from starting ssh to a prompt on the screen."""
    begin = time.perf_counter()
    process, terminal = open_shell(path, cipher)
    try:
        read_until(terminal, lambda data: PROMPT.search(plain(data)), answers=True)
        return time.perf_counter() - begin
    finally:
        os.close(terminal)
        stop(process)


def rss(pid):
    with open(f"/proc/{pid}/status") as status:
        for line in status:
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
    return 0


def private_memory(pid):
    """Memory of a process and its descendants that no other process shares with it."""
    total, todo = 0, [pid]
    while todo:
        pid = todo.pop()
        with contextlib.suppress(OSError):
            with open(f"/proc/{pid}/smaps_rollup") as rollup:
                total += sum(int(line.split()[1]) * 1024 for line in rollup if line.startswith("Private_"))
            for task in os.listdir(f"/proc/{pid}/task"):
                with open(f"/proc/{pid}/task/{task}/children") as children:
                    todo += [int(child) for child in children.read().split()]
    return total


def idle_sessions(path, count, measure):
    """Bytes per idle session: what `measure` says with `count` shells open at their prompts, less what it said before."""
    opened = []

    def open_some(many):
        for _ in range(many):
            process, terminal = open_shell(path)
            opened.append((process, terminal))
            read_until(terminal, lambda data: PROMPT.search(plain(data)), answers=True)

    try:
        # The first few pay for what all of them share.
        open_some(5)
        time.sleep(1)
        before = measure()
        open_some(count)
        time.sleep(2)
        return (measure() - before) / count
    finally:
        for process, terminal in opened:
            os.close(terminal)
            stop(process)


# --- the report -------------------------------------------------------------------------------------------------------


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


class Table:
    def __init__(self, title, paths):
        self.title, self.paths, self.rows = title, paths, []

    def row(self, what, unit, values, better, goal=None):
        """`values`: path → number. `goal(values)` → (words, met)."""
        self.rows.append((what, unit, values, better, goal))

    def print(self):
        print(f"\n### {self.title}\n")
        names = [path.name for path in self.paths]
        print("| | " + " | ".join(names) + " | bastion / `-J` | to beat |")
        print("|---" * (len(names) + 3) + "|")
        for what, unit, values, _better, goal in self.rows:
            cells = [f"{values[name]:.3g} {unit}" if name in values else "–" for name in names]
            ratio = "–"
            if "bastion" in values and "ssh -J" in values:
                ratio = f"{values['bastion'] / values['ssh -J']:.2f}"
            verdict = ""
            if goal and "bastion" in values:
                words, met = goal(values)
                verdict = f"{words}: {'yes' if met else '**no**'}"
            print(f"| {what} | " + " | ".join(cells) + f" | {ratio} | {verdict} |")
        sys.stdout.flush()


def interleaved(paths, rounds, measure):
    """path name → its results; one of each path in turn, so that what else the machine does hits all alike."""
    results = {path.name: [] for path in paths}
    for turn in range(rounds):
        for path in paths[turn % len(paths) :] + paths[: turn % len(paths)]:
            try:
                results[path.name].append(measure(path))
            except Fault as fault:
                raise Fault(f"{path.name}: {fault}") from fault
    return results


def medians(results):
    return {name: statistics.median(values) for name, values in results.items()}


def text_file(place, name, size):
    """Something like a log: lines of some 100 bytes that compress as logs do."""
    path = os.path.join(place, name)
    with open(path, "wb") as out:
        n, block = 0, b""
        lines = []
        for n in range(20000):
            word = (n * 2654435761) & 0xFFFFFFFF
            lines.append(b"2026-01-01T00:%02d:%02d.%03d web-%d GET /item/%08x/%d 200 %d bytes in %d us agent=check\n" % (
                n // 60 % 60, n % 60, n % 1000, n % 17, word, word % 977, word % 60000, word % 9000))
        block = b"".join(lines)
        written = 0
        while written < size:
            part = block[: size - written]
            written += out.write(part)
    return path


def machine(options):
    def first(command):
        out = subprocess.run(command, capture_output=True, text=True, check=False)
        return (out.stdout or out.stderr).strip().splitlines()[0] if out.stdout or out.stderr else "?"

    model = "?"
    with contextlib.suppress(OSError), open("/proc/cpuinfo") as info:
        model = next((line.split(":")[1].strip() for line in info if line.startswith("model name")), "?")
    print(f"* {model}, {os.cpu_count()} cores, Linux {platform.release()}, load {os.getloadavg()[0]:.1f} at the start")
    print(f"* {first(['ssh', '-V'])}")
    print(f"* Holdpoint {first(['git', '-C', ROOT, 'rev-parse', '--short', 'HEAD'])}, {os.path.relpath(options.holdpoint, ROOT)}")
    print(f"* {options.rounds} rounds, interleaved; medians unless a percentile is named; "
          f"exec bulk {options.exec_mb} MB, pty bulk {options.pty_mb} MB, {options.keys} keys, {options.idle} idle sessions")
    sys.stdout.flush()


def measure_all(paths, options, place, bastion, jump):
    exec_file = text_file(place, "exec.log", options.exec_mb * MB)
    pty_file = text_file(place, "pty.log", options.pty_mb * MB)

    for title, cipher in ((f"{GCM} on every leg", GCM), ("the stock client (its own choice of cipher)", None)):
        table = Table(title, paths)
        results = interleaved(paths, options.rounds, lambda path: bulk(path, exec_file, options.exec_mb * MB, cipher) / MB)
        goal = (lambda v: ("≥ 1.5 × `-J`", v["bastion"] >= 1.5 * v["ssh -J"])) if cipher else None
        table.row("exec bulk", "MB/s", medians(results), "more", goal)
        results = interleaved(paths, options.rounds, lambda path: bulk(path, pty_file, options.pty_mb * MB, cipher, True) / MB)
        goal = (lambda v: ("≥ 0.9 × `-J`", v["bastion"] >= 0.9 * v["ssh -J"])) if cipher else None
        table.row("pty bulk", "MB/s", medians(results), "more", goal)
        times = interleaved(paths, 3, lambda path: echo(path, max(1, options.keys // 3), cipher))
        times = {name: [1000 * t for run in runs for t in run] for name, runs in times.items()}
        goal = (lambda v: ("≤ `-J` + 0.10 ms", v["bastion"] <= v["ssh -J"] + 0.10)) if cipher else None
        table.row("echo p50", "ms", {name: percentile(v, 0.5) for name, v in times.items()}, "less", goal)
        table.row("echo p99", "ms", {name: percentile(v, 0.99) for name, v in times.items()}, "less")
        results = interleaved(paths, options.prompts, lambda path: 1000 * first_prompt(path, cipher))
        goal = (lambda v: ("< `-J`", v["bastion"] < v["ssh -J"])) if cipher else None
        table.row("first prompt p50", "ms", medians(results), "less", goal)
        table.print()

    by_name = {path.name: path for path in paths}
    table = Table(f"memory per idle 80 × 24 session, {options.idle} of them", paths)
    values = {"ssh -J": idle_sessions(by_name["ssh -J"], options.idle, lambda: private_memory(jump.process.pid)) / MB}
    if bastion:
        values["bastion"] = idle_sessions(by_name["bastion"], options.idle, lambda: rss(bastion.process.pid)) / MB
    table.row("in the middle", "MB", values, "less", lambda v: ("≤ 0.6 MB", v["bastion"] <= 0.6))
    table.print()
    print("\nOf `ssh -J` it is the private memory of the jump host's sshd processes, of the bastion the growth of its resident memory.")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--holdpoint", default=os.path.join(ROOT, "target/release/holdpoint"), help="the program to measure")
    parser.add_argument("--without-bastion", action="store_true", help="OpenSSH alone")
    parser.add_argument("--quick", action="store_true", help="small sizes: does it work at all?")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--prompts", type=int)
    parser.add_argument("--exec-mb", type=int)
    parser.add_argument("--pty-mb", type=int)
    parser.add_argument("--keys", type=int)
    parser.add_argument("--idle", type=int)
    options = parser.parse_args()
    sizes = QUICK if options.quick else FULL
    for name, value in sizes.items():
        if getattr(options, name) is None:
            setattr(options, name, value)
    return options


def main():
    options = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    # Files in memory where there is such a place: the disk is not what is measured.
    shm = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    base = tempfile.mkdtemp(prefix="holdpoint-bench-", dir=shm)
    with contextlib.ExitStack() as stack:
        stack.callback(shutil.rmtree, base, ignore_errors=True)
        key = os.path.join(base, "id")
        public = keygen(key)
        known = os.path.join(base, "known_hosts")
        bastion = None
        user_ca = None
        if not options.without_bastion:
            bastion = Bastion(base, os.path.abspath(options.holdpoint), public)
            user_ca = bastion.user_ca
        target = Sshd(base, "target", public, user_ca)
        stack.callback(target.stop)
        jump = Sshd(base, "jump", public)
        stack.callback(jump.stop)
        hosts = [(target.port, target.host_public), (jump.port, jump.host_public)]
        paths = [
            Path("ssh direct", base, key, known, target.port, ME),
            Path("ssh -J", base, key, known, target.port, ME, proxy=jump.port),
        ]
        if bastion:
            bastion.start(target)
            stack.callback(bastion.stop)
            hosts.append((bastion.port, bastion.host_public))
            paths.append(Path("bastion", base, key, known, bastion.port, f"{ME}@box"))
        with open(known, "w") as out:
            out.writelines(f"[127.0.0.1]:{port} {host}\n" for port, host in hosts)
        machine(options)
        measure_all(paths, options, base, bastion, jump)


if __name__ == "__main__":
    try:
        main()
    except Fault as fault:
        sys.exit(f"side-by-side: {fault}")
