#!/usr/bin/env python3
"""How many cells of a screen that vim, htop, less, mc and a table draw are the same behind the masker, judged by an emulator that is not ours (pyte).

Each program runs in a terminal of its own, with keys pressed; what it wrote is drawn raw and as `holdpoint mask --json` passes it on, and the cells
(character, colours, bold, italic, underlined, struck out, inverse, blinking) are compared at the end of every step. Cells of values are left out.

    render.py PROGRAM [LEAST]      the least share of equal cells, in percent; default 99.5
"""

import base64
import fcntl
import json
import os
import pty
import re
import select
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
import time

import pyte

COLS, ROWS = 100, 30
MAIL = "alice.smith@example.com"


def run(argv, keys, cwd, home):
    """What the program wrote, in steps: one before each of the keys, and one behind the last."""
    pid, fd = pty.fork()
    if pid == 0:
        os.chdir(cwd)
        env = {"TERM": "xterm-256color", "LANG": "C.UTF-8", "HOME": home, "PATH": "/usr/bin:/bin", "MC_DATADIR": "/usr/share/mc"}
        os.execve(argv[0], argv, env)
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLS, 0, 0))
    steps = []
    for key in [None, *keys]:
        if key:
            os.write(fd, key)
        steps.append(until_silent(fd))
    try:
        os.close(fd)
        os.kill(pid, 9)
    except OSError:
        pass
    os.waitpid(pid, 0)
    return steps


def until_silent(fd, silence=0.5, longest=6.0):
    out, end = b"", time.monotonic() + longest
    while time.monotonic() < end:
        ready, _, _ = select.select([fd], [], [], silence)
        if not ready:
            break
        try:
            more = os.read(fd, 65536)
        except OSError:
            break
        if not more:
            break
        out += more
        if b"\x1b[c" in more or b"\x1b[>c" in more:
            os.write(fd, b"\x1b[?1;2c")
    return out


def masked(program, steps):
    """What the engineer's terminal gets for each step."""
    # An empty read behind each, so that what was held for a moment belongs to its step.
    reads = [read for step in steps for read in ((step, 10), (b"", 300))]
    asked = "".join(json.dumps({"b64": base64.b64encode(read).decode(), "wait_ms": wait}) + "\n" for read, wait in reads)
    done = subprocess.run([program, "mask", "--cols", str(COLS), "--rows", str(ROWS), "--json"], input=asked.encode(), capture_output=True, check=True)
    got = [b""] * len(steps)
    for line in done.stdout.decode().splitlines():
        answer = json.loads(line)
        at = min(answer["t"] // 2, len(steps) - 1)
        got[at] += base64.b64decode(answer["b64"])
    return got


class Screen(pyte.Screen):
    """pyte takes `CSI > 4 ; 2 m`, which sets how keys are sent, for colours; and what is drawn behind a bright colour (90 to 97) for bold."""

    def select_graphic_rendition(self, *attrs, **kwargs):
        if kwargs:
            return
        bright = {**{90 + i: (38, 5, 8 + i) for i in range(8)}, **{100 + i: (48, 5, 8 + i) for i in range(8)}}
        super().select_graphic_rendition(*(part for attr in attrs for part in bright.get(attr, (attr,))))


def cells(screen):
    return [[screen.buffer[y][x] for x in range(COLS)] for y in range(ROWS)]


def same(a, b):
    blank = lambda c: c.data in ("", " ")
    both = blank(a) and blank(b)
    style = lambda c: (c.bg if not c.reverse else (c.fg, c.bg), c.reverse, c.underscore, c.strikethrough) if both else tuple(c)[1:]
    return (both or a.data == b.data) and style(a) == style(b)


def compare(raw, got):
    a, b = Screen(COLS, ROWS), Screen(COLS, ROWS)
    sa, sb = pyte.ByteStream(a), pyte.ByteStream(b)
    equal = of = 0
    odd = []
    for step, (x, y) in enumerate(zip(raw, got)):
        sa.feed(x)
        sb.feed(y)
        for row, (ra, rb) in enumerate(zip(cells(a), cells(b))):
            text = "".join(c.data or " " for c in ra)
            hidden = {i for m in re.finditer(r"[\w.+-]+@[\w.-]+\.\w+", text) for i in range(m.start(), m.end())}
            for col, (ca, cb) in enumerate(zip(ra, rb)):
                if col in hidden or cb.data == "*":
                    continue
                of += 1
                equal += same(ca, cb)
                if not same(ca, cb) and len(odd) < 5:
                    odd.append((step, row, col, tuple(ca), tuple(cb)))
    return equal, of, odd


def cases(folder):
    text = os.path.join(folder, "notes.py")
    with open(text, "w") as file:
        file.write("# Notes\n" + "".join(f"def f{i}(x):\n    \"\"\"Writes {i}.\"\"\"\n    return 'value {i}' + str(x)  # {MAIL}\n" for i in range(60)))
    rule = "+".join("-" * 14 for _ in range(5))
    table = f" id           | name         | email                    | total        | state\r\n{rule}\r\n"
    table += "".join(f" {i:<12} | \x1b[1mrow {i:<8}\x1b[0m | {MAIL}  | \x1b[3{i % 8}m{i * 17:>12}\x1b[0m | \x1b[4mnew\x1b[0m\r\n" for i in range(24))
    yield "table", [table.encode(), b"(24 rows)\r\n\r\n=> "]
    odd = "\x1b[2J\x1b[H\x1b[5mblink\x1b[0m \x1b[9mstruck\x1b[0m \x1b[8mhidden\x1b[0m \x1b[53mover\x1b[0m \x1b[4:3mcurly\x1b[0m \x1b[3mitalic\x1b[0m \x1b[7minverse\x1b[0m\r\n"
    yield "attributes", [odd.encode() + b"x" * 40, b"\x1b[5;5Hmoved \x1b[9mstruck again\x1b[0m"]
    for name, argv, keys in [
        ("vim", ["/usr/bin/vim", "-N", "-u", "NONE", "-i", "NONE", "-c", "syntax on", "-c", "set number hlsearch nocompatible", text], [b"G", b"/value\r", b"10G", b"ix y z\x1b", b":split\r", b"\x06"]),
        ("less", ["/usr/bin/less", "-N", text], [b" ", b" ", b"/return\r", b"b", b"G"]),
        ("htop", ["/usr/bin/htop", "-d", "50"], [b"\x1b[B\x1b[B", b"t", b"h", b"\x1b"]),
        ("mc", ["/usr/bin/mc", "-a", "-c", "/usr", folder], [b"\t", b"\x1b[B\x1b[B\x1b[B", b"\x1b[B"]),
    ]:
        if not os.path.exists(argv[0]):
            print(f"{name}: not installed")
            yield name, None
            continue
        home = os.path.join(folder, "home-" + name)
        os.makedirs(home, exist_ok=True)
        yield name, run(argv, keys, folder, home)


def main():
    program, least = sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else 99.5
    folder = tempfile.mkdtemp()
    failed = False
    try:
        for name, raw in cases(folder):
            if raw is None:
                failed = True
                continue
            equal, of, odd = compare(raw, masked(program, raw))
            share = 100 * equal / max(of, 1)
            bad = of < COLS * ROWS or share < least
            failed |= bad
            print(f"{name}: {equal} of {of} cells the same, {share:.3f} %{'  BELOW ' + str(least) if bad else ''}")
            for one in odd if share < 100 else []:
                print("   step %d row %d column %d: %r is %r" % one)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
