#!/usr/bin/env python3
"""Measures what masking costs: bulk output through a bastion that masks, one that masks nothing, and `ssh -J`, interleaved, in one run.

Both bastions are the same program with the same target; one has `privacy.mask = false`. Recording and the gate are on in both. Beside the
throughput stands the processor time that the bastion itself spent on each gigabyte, which other work on the machine hardly changes. Prints Markdown.

    cargo build --release --locked && python3 benches/masking.py
    python3 benches/masking.py --rounds 1            # a look, not a measurement

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

HERE = os.path.dirname(os.path.abspath(__file__))
spec = importlib.util.spec_from_file_location("side_by_side", os.path.join(HERE, "side-by-side.py"))
side = importlib.util.module_from_spec(spec)
spec.loader.exec_module(side)


class Clear(side.Bastion):
    """A bastion that masks nothing."""

    more = "[privacy]\nmask = false\n"


def switches(pid):
    """Context switches of all threads so far."""
    total = 0
    for task in os.listdir(f"/proc/{pid}/task"):
        with contextlib.suppress(OSError), open(f"/proc/{pid}/task/{task}/status") as status:
            total += sum(int(line.split()[1]) for line in status if "ctxt_switches" in line)
    return total


def measure(path, bastion, file, size, pty):
    before = (bastion.cpu_seconds(), switches(bastion.process.pid)) if bastion else None
    rate = side.bulk(path, file, size, side.GCM, pty)
    if not bastion:
        return rate, None, None
    gigabytes = size / 1e9
    return rate, (bastion.cpu_seconds() - before[0]) / gigabytes, (switches(bastion.process.pid) - before[1]) / gigabytes


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--holdpoint", default=os.path.join(side.ROOT, "target/release/holdpoint"), help="the program to measure")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--exec-mb", type=int, default=256)
    parser.add_argument("--pty-mb", type=int, default=64)
    parser.add_argument("--only", choices=("exec", "pty"), help="one of the two")
    options = parser.parse_args()
    shm = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    base = tempfile.mkdtemp(prefix="holdpoint-masking-", dir=shm)
    with contextlib.ExitStack() as stack:
        stack.callback(shutil.rmtree, base, ignore_errors=True)
        key, known = os.path.join(base, "id"), os.path.join(base, "known_hosts")
        public = side.keygen(key)
        places = {name: os.path.join(base, name) for name in ("masks", "clear")}
        for place in places.values():
            os.mkdir(place)
        binary = os.path.abspath(options.holdpoint)
        masks, clear = side.Bastion(places["masks"], binary, public), Clear(places["clear"], binary, public)
        # One target trusts both.
        cas = os.path.join(base, "user_cas")
        with open(cas, "w") as out:
            for bastion in (masks, clear):
                with open(bastion.user_ca) as ca:
                    out.write(ca.read())
        target, jump = side.Sshd(base, "target", public, cas), side.Sshd(base, "jump", public)
        stack.callback(target.stop)
        stack.callback(jump.stop)
        for bastion in (masks, clear):
            bastion.start(target)
            stack.callback(bastion.stop)
        hosts = [(target.port, target.host_public), (jump.port, jump.host_public)]
        hosts += [(bastion.port, bastion.host_public) for bastion in (masks, clear)]
        with open(known, "w") as out:
            out.writelines(f"[127.0.0.1]:{port} {host}\n" for port, host in hosts)
        ways = [
            (side.Path("ssh -J", base, key, known, target.port, side.ME, proxy=jump.port), None),
            (side.Path("masking off", base, key, known, clear.port, f"{side.ME}@box"), clear),
            (side.Path("masking on", base, key, known, masks.port, f"{side.ME}@box"), masks),
        ]
        print(f"\n{options.rounds} rounds in turns, medians; ledger and keys in memory\n")
        print("| | " + " | ".join(path.name for path, _ in ways) + " | on / off |\n|---|---|---|---|---|")
        for what, size, pty in (("exec bulk", options.exec_mb * side.MB, False), ("pty bulk", options.pty_mb * side.MB, True)):
            if options.only and not what.startswith(options.only):
                continue
            file = side.text_file(base, what.split()[0] + ".log", size)
            results = {path.name: [] for path, _ in ways}
            for turn in range(options.rounds):
                for path, bastion in ways[turn % 3:] + ways[:turn % 3]:
                    results[path.name].append(measure(path, bastion, file, size, pty))
            for part, (unit, scale) in enumerate((("MB/s", side.MB), ("processor s/GB", 1), ("context switches/GB", 1))):
                values = {name: statistics.median(run[part] for run in runs) / scale
                          for name, runs in results.items() if runs[0][part] is not None}
                cells = [f"{values[path.name]:.4g}" if path.name in values else "–" for path, _ in ways]
                ratio = values["masking on"] / values["masking off"]
                print(f"| {what}, {unit} | " + " | ".join(cells) + f" | {ratio:.2f} |")
                sys.stdout.flush()


if __name__ == "__main__":
    try:
        main()
    except side.Fault as fault:
        sys.exit(f"masking: {fault}")
