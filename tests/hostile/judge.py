#!/usr/bin/env python3
"""Hostile output, judged by an emulator that is not ours: is a value ever on the engineer's screen?

Each stream draws a value in some odd way. `holdpoint mask --json` says what the engineer's terminal would get; pyte draws it,
and after every single character the screen is searched. Titles, clipboard and links are searched in the bytes themselves.

    judge.py PROGRAM [NAME…]      with names only those streams are judged, and every screen with a leak is printed
"""

import base64
import json
import random
import re
import subprocess
import sys
import unicodedata
import urllib.parse

import pyte

CARD = "4111111111111111"
MAIL = "alice.smith@example.com"
COLS, ROWS = 80, 24


def groups(sep=" "):
    return sep.join(CARD[i : i + 4] for i in range(0, 16, 4))


def cup(row, col):
    return f"\x1b[{row};{col}H"


def each(text, between):
    return between.join(text)


def streams():
    """name → (chunks, value). A chunk is text, or (wait in ms, text)."""
    c, g, m = CARD, groups(), MAIL
    s = {}

    def add(name, *chunks, value=CARD):
        s[name] = (list(chunks), value)

    add("plain", f"card {g}\r\n")
    add("plain, dashes", f"card {groups('-')}\r\n")
    add("mail", f"to {m} ok\r\n", value=m)
    add("colour in every gap", each(g, "\x1b[31m") + "\r\n")
    add("colour and erase as grep does", f"\x1b[01;31m\x1b[K{g[:7]}\x1b[m\x1b[K{g[7:]}\r\n")
    add("rgb colours", each(c, "\x1b[38;2;1;2;3m") + "\r\n")
    add("concealed", f"\x1b[8m{g}\x1b[0m\r\n")
    add("black on black", f"\x1b[30;40m{g}\x1b[0m\r\n")
    add("cursor forwards", each(g, "\x1b[0C").replace("\x1b[0C", "") + "\r\n", f"\x1b[2K{g[:4]}\x1b[1C{g[5:9]}\x1b[1C{g[10:14]}\x1b[1C{g[15:]}\r\n")
    add("cell by cell, shuffled", "\x1b[2J" + "".join(cup(5, 10 + i) + c[i] for i in (3, 0, 15, 7, 8, 1, 2, 4, 9, 5, 6, 10, 14, 11, 13, 12)))
    add("cell by cell, backwards", "\x1b[2J" + "".join(cup(5, 40 - i) + d for i, d in enumerate(reversed(c))))
    add("two halves, second first", "\x1b[2J" + cup(3, 20) + g[10:] + cup(3, 10) + g[:10])
    add("completed later", "\x1b[2J" + cup(3, 1) + g[:-1], (200, cup(9, 9) + "x"), (200, cup(3, len(g)) + g[-1]))
    add("completed in the middle", "\x1b[2J" + cup(3, 1) + g[:9] + " " + g[10:], (50, cup(3, 1) + g[:8] + "x" + g[9:]), (50, cup(3, 9) + g[8]))
    add("digit by digit, slowly", *[(30, d) for d in g], "\r\n")
    add("flashed and erased", f"{g}\x1b[2K\r\x1b[0Kclean\r\n")
    add("flashed on the other screen", f"\x1b[?1049h\x1b[H{g}\x1b[?1049lback\r\n")
    add("flashed and cleared", f"\x1b[H{g}\x1b[2J\x1b[Hclean")
    add("backspaces", f"{g[:9]}xx\x08\x08{g[9:]}\r\n")
    add("overstrike", "".join(f"{d}\x08{d}" for d in g) + "\r\n")
    add("underlined by overstrike", "".join(f"_\x08{d}" for d in g) + "\r\n")
    add("carriage return", f"     {g[5:]}\r{g[:5]}\r\n")
    add("carriage return, half by half", f"xxxx {g[5:]}\r", (20, g[:5]), "\r\n")
    add("progress that becomes a value", *[f"\r{g[:i]}" for i in range(1, 20)], "\r\n")
    add("insert characters", f"{g[:5]}{g[10:]}\r\x1b[5C\x1b[5@{g[5:10]}\r\n")
    add("delete characters", f"{g[:9]}xxxxx{g[9:]}\r\x1b[9C\x1b[5P\r\n")
    add("erase characters between", f"{g[:4]}x{g[5:9]}x{g[10:]}\r\x1b[4C\x1b[1X\x1b[5C\x1b[1X\r\n")
    add("insert mode", f"{g[10:]}\r\x1b[4h{g[:10]}\x1b[4l\r\n")
    add("repeat", f"4\x1b[0m1\x1b[14b1\r\n".replace("\x1b[14b1", "\x1b[14b"))
    add("repeat, in groups", "4111 1\x1b[3b 1\x1b[3b 1\x1b[3b\r\n")
    add("tabs of one column", "1234567\b\b\b\b\b\b\b" + "x: 4111\t1111 1111 1111\r\n")
    add("tab stops", "\x1b[3g\x1b[5G\x1bH\x1b[10G\x1bH\x1b[15G\x1bH\r4111\t1111\t1111\t1111\r\n".replace("[5G", "[6G"))
    add("back tabs", "          1111 1111\x1b[3Z4111 1111 \r\n")
    add("forward tabulation", "x: 4111\x1b[I1111 1111 1111\r\n")
    add("relative position", f"{g[:9]}\x1b[1a{g[10:14]}\x1b[1a{g[15:]}\r\n")
    add("column address", f"\x1b[11`{g[10:]}\x1b[1`{g[:10]}\r\n")
    add("row address", "\x1b[2J" + cup(4, 10) + g[:9] + "\x1b[9d" + "x" + "\x1b[4d" + cup(4, 19) + g[9:])
    add("no wrapping", f"\x1b[?7l{cup(3, 62)}{g}4{cup(3, 61)} {g}\x1b[?7h\r\n")
    add("wrapped at the margin", "x" * 69 + " " + c + "\r\n")
    add("wrapped at the margin, groups", "x" * 68 + " " + g + " y\r\n")
    add("to the margin without wrapping", "\x1b[2J" + cup(3, 75) + c[:6] + cup(4, 1) + c[6:])
    add("to the margin, second row first", "\x1b[2J" + cup(4, 1) + c[6:] + cup(3, 75) + c[:6])
    add("a blank of it at the margin", "\x1b[2J" + cup(4, 1) + g[10:] + cup(3, 71) + g[:9])
    add("a blank of it behind the margin", "\x1b[2J" + cup(4, 1) + g[9:] + cup(3, 72) + g[:9])
    add("mail at the margin", "x" * 66 + " " + m + "\r\n", value=m)
    add("scroll region", f"\x1b[5;10r{cup(10, 1)}{g[:10]}\r\n\x1b[r{cup(9, 11)}{g[10:]}")
    add("scrolled together", "\x1b[2J" + cup(3, 76) + c[:5] + cup(5, 1) + c[5:] + cup(4, 1) + "\x1b[1M")
    add("reverse index", cup(1, 76) + c[:5] + cup(2, 1) + "x" + cup(1, 1) + "\x1bM" + cup(3, 1) + c[5:] + cup(1, 1))
    add("insert lines", "\x1b[2J" + cup(3, 76) + c[:5] + cup(4, 1) + c[5:] + cup(4, 1) + "\x1b[L" + cup(4, 1) + "\x1b[M")
    add("origin mode", f"\x1b[5;10r\x1b[?6h\x1b[1;11H{g[10:]}\x1b[1;1H{g[:10]}\x1b[?6l\x1b[r")
    add("saved cursor", f"{g[:9]}\x1b7{cup(20, 1)}elsewhere\x1b8{g[9:]}\r\n")
    add("saved cursor, SCO", f"{g[:9]}\x1b[s{cup(20, 1)}elsewhere\x1b[u{g[9:]}\r\n")
    add("index and next line", f"{cup(5, 1)}{g[:9]}\x1bD\x1bM{g[9:]}\x1bE")
    add("alternate screen", f"\x1b[?1049h\x1b[2J{cup(2, 2)}{g}", (50, " x"))
    add("alternate screen, 47 and 1047", f"\x1b[?47h{cup(2, 2)}{g}\x1b[?47l\x1b[?1047h{cup(3, 3)}{g}\x1b[?1047l")
    add("left on the main screen", f"{g[:15]}\x1b[?1049hx\x1b[?1049l{g[15:]}\r\n")
    add("reset in between", f"{g[:9]}\x1bc{g}\r\n")
    add("soft reset in between", f"{g[:9]}\x1b[!p{g[9:]}\r\n")
    add("full-width digits", "".join(chr(0xFF10 + int(d)) for d in c) + "\r\n")
    add("full-width, some", "".join(chr(0xFF10 + int(d)) if i % 3 else d for i, d in enumerate(c)) + "\r\n")
    add("mathematical digits", "".join(chr(0x1D7CE + int(d)) for d in c) + "\r\n")
    add("arabic digits", "".join(chr(0x660 + int(d)) for d in c) + "\r\n")
    add("zero width between", each(c, "\u200b") + "\r\n")
    add("joiners between", each(c, "\u200d") + "\r\n")
    add("combining marks", each(c, "\u0336") + "\r\n")
    add("soft hyphens", each(c, "\u00ad") + "\r\n")
    add("no-break spaces", groups("\u00a0") + "\r\n")
    add("no-break hyphens", groups("\u2011") + "\r\n")
    add("full-width mail", m.replace("@", "\uff20") + "\r\n", value=m)
    add("direction marks", "\u202e" + c[::-1] + "\u202c " + each(c, "\u200e") + "\r\n")
    add("tags", each(c, "\U000e0031") + "\r\n")
    add("C1 in UTF-8", f"{g[:9]}\u009b1C\x08\x08{g[9:]}\r\n")
    add("C1 as a byte", f"{g[:9]}".encode() + b"\x9b0m" + g[9:].encode() + b"\r\n")
    add("nul and delete between", each(c, "\0") + "\r\n" + each(c, "\x7f") + "\r\n")
    add("enquiry and others between", each(c, "\x05\x01\x06") + "\r\n")
    add("cancelled sequences between", each(c, "\x1b[31\x18") + "\r\n")
    add("bad sequences between", each(c, "\x1b[1?2z") + "\r\n")
    add("strings between", each(c, "\x1b]0;x\x07") + "\r\n")
    add("long string between", c[:8] + "\x1b]7;file://h/" + "y" * 600 + "\x07" + c[8:] + "\r\n")
    add("long colours between", c[:8] + "\x1b[31m" * 300 + c[8:] + "\r\n")
    add("unfinished string", f"\x1b]0;{g}", (50, " and so on"), (50, "\x07done\r\n"))
    add("sixel between", c[:8] + "\x1bPq#0~~\x1b\\" + c[8:] + "\r\n")
    add("shift out", "\x0e\x1b)B" + c + "\x0f\r\n")
    add("line drawing and back", f"\x1b(0lqqk\x1b(B {g[:9]}\x1b(0\x1b(B{g[9:]}\r\n")
    add("british set", f"\x1b(A{g}\x1b(B\r\n")
    add("panes of tmux", "\x1b[2J" + "".join(cup(r, 41) + "│" for r in range(1, 24)) + cup(3, 30) + "n " + c[:9] + cup(4, 1) + c[9:])
    add("panes, ASCII lines", "\x1b[2J\x1b)0" + "".join(cup(r, 41) + "\x0ex\x0f" for r in range(1, 24)) + cup(3, 42 + 30) + c[:9] + cup(4, 42) + c[9:])
    add("panes, right first", "\x1b[2J" + "".join(cup(r, 41) + "│" for r in range(1, 24)) + cup(4, 42) + c[9:] + cup(3, 72) + c[:9])
    add("old row and new row mix", "\x1b[2J" + cup(3, 1) + "xxxx " + g[5:], (50, cup(3, 1) + g[:5] + "yyyy yyyy yyyy"))
    add("old row and new row mix, slowly", "\x1b[2J" + cup(3, 1) + "xxxx " + g[5:], (50, cup(3, 1) + g[:5]), (50, "yyyy yyyy yyyy"))
    add("rows mix at the margin", "\x1b[2J" + cup(4, 1) + c[6:], (50, cup(3, 75) + c[:6] + cup(4, 1) + "clean     "))
    add("copied rectangle", f"\x1b[2J{cup(1, 1)}{g[:10]}{cup(2, 11)}{g[10:]}\x1b[2;11;2;20;1;1;11;1$v")
    add("filled rectangle", f"\x1b[2J{cup(1, 1)}4\x1b[49;1;2;1;16$x")
    add("left and right margins", f"\x1b[?69h\x1b[1;40s{g[:10]}\x1b[s{g[10:]}\x1b[?69l\r\n")
    add("shifted columns", f"\x1b[2J{cup(1, 2)}{g}\x1b[1 @\x1b[1 A{cup(2, 1)}x")
    add("scroll up and down", f"\x1b[2J{cup(5, 76)}{c[:5]}{cup(7, 1)}{c[5:]}{cup(6, 1)}\x1b[M\x1b[S\x1b[T")
    add("clears and redraws", *[(10, "\x1b[H\x1b[2J" + cup(2, 2) + g[: 10 + i]) for i in range(10)])
    add("line feeds without returns", f"{g[:9]}\n\x1b[A{g[9:]}\r\n")
    add("new line mode", f"\x1b[20h{g[:4]}\n\x1b[A\x1b[5C{g[5:]}\r\n\x1b[20l")
    add("at the bottom", "\r\n" * 30 + "x" * 74 + " " + c + "\r\n" + g + "\r\n")
    add("scrolls while it is drawn", "\r\n" * 30 + "\r\x1b[1C\r" + g[:9] + "\x1b[K" + g[9:] + "\r\n" * 3)
    add("title", f"\x1b]0;{g}\x07\x1b]2;{m}\x1b\\\x1b]1;{g}\x07")
    add("notifications", f"\x1b]9;{g}\x07\x1b]777;notify;a;{m}\x07")
    add("clipboard", "\x1b]52;c;" + base64.b64encode(g.encode()).decode() + "\x07")
    add("link", f"\x1b]8;;mailto:{urllib.parse.quote(m)}\x07x\x1b]8;;\x07\x1b]8;;https://h/?q={urllib.parse.quote(m)}\x07y\x1b]8;;\x07")
    add("tmux passthrough", f"\x1bPtmux;\x1b\x1b]0;{g}\x07\x1b\\")
    add("hexadecimal question", "\x1bP+q" + g.encode().hex() + "\x1b\\")
    add("iterm and kitty", f"\x1b]1337;SetUserVar=a={base64.b64encode(g.encode()).decode()}\x07\x1b]66;s=2;{g}\x07\x1b_Ga=T;{base64.b64encode(g.encode()).decode()}\x1b\\")
    add("vim style", "\x1b[?1049h\x1b[1;24r\x1b[2J" + cup(1, 1) + "name: bob" + cup(2, 1) + f"card: {g}" + cup(2, 7) + "\x1b[?25h", (50, cup(2, 7) + "\x1b[1P"), (50, cup(2, 7) + "\x1b[1@4"))
    add("less style", "\x1b[?1049h\x1b[H" + "".join(f"line {i}\x1b[K\r\n" for i in range(22)) + ":\x1b[K", (50, f"\r\x1b[K{g}\x1b[K\r\n:\x1b[K"), (50, "\x1b[H\x1bMtop\r\n\x1b[24;1H\r\x1b[K:"))
    return s


def chunked(chunks, how):
    rng = random.Random(how)
    out = []
    for chunk in chunks:
        wait, text = chunk if isinstance(chunk, tuple) else (0, chunk)
        raw = text if isinstance(text, bytes) else text.encode()
        if how == "whole":
            parts = [raw]
        elif how == "bytes":
            parts = [raw[i : i + 1] for i in range(len(raw))]
        elif how == "slow":
            parts = [raw[i : i + 3] for i in range(0, len(raw), 3)]
        else:
            parts, at = [], 0
            while at < len(raw):
                step = rng.choice([1, 2, 5, 9, 40])
                parts.append(raw[at : at + step])
                at += step
        for i, part in enumerate(parts):
            out.append((wait if i == 0 else (7 if how == "slow" else 0), part))
    return out


def shown(program, parts):
    lines = "".join(json.dumps({"b64": base64.b64encode(b).decode(), "wait_ms": w}) + "\n" for w, b in parts)
    done = subprocess.run([program, "mask", "--json", "--cols", str(COLS), "--rows", str(ROWS)], input=lines, capture_output=True, text=True, timeout=60)
    if done.returncode:
        raise SystemExit(f"{program} ended with {done.returncode}: {done.stderr}")
    return b"".join(base64.b64decode(json.loads(line)["b64"]) for line in done.stdout.splitlines())


def read(text):
    """As people read it: one kind of digit, nothing that shows nothing."""
    if text.isascii():
        return text
    text = unicodedata.normalize("NFKC", text)
    drop = {"Cf", "Mn", "Me", "Cc"}
    text = "".join(str(unicodedata.digit(ch)) if unicodedata.category(ch) == "Nd" else ch for ch in text if unicodedata.category(ch) not in drop)
    return text.replace("\u2010", "-")


def leak(screen, value):
    if value.isdigit():
        quads = [value[i : i + 4] for i in range(0, len(value), 4)]
        shapes = "|".join(sep.join(quads) for sep in ("", " ", "-"))
        pattern = re.compile(f"(?<![0-9A-Za-z])({shapes})(?![0-9A-Za-z])")
    else:
        pattern = re.compile(re.escape(value))
    rows = [read(row) for row in screen.display]
    # Rows that reach the margin, and halves that reach the line between them, read on in the next row.
    for first, last in ((0, COLS), (0, 40), (41, COLS)):
        text = ""
        for row in screen.display:
            part = row[first:last]
            text += read(part) if part[-1:].strip() else read(part).rstrip() + "\n"
        if pattern.search(text):
            return True
    return any(pattern.search(row) for row in rows)


def judge(program, name, chunks, value, how, talk):
    output = shown(program, chunked(chunks, how))
    faults = []
    text = output.decode("utf-8", "replace")
    for bad in (CARD, groups(), groups("-"), MAIL, urllib.parse.quote(MAIL), base64.b64encode(groups().encode()).decode(), groups().encode().hex()):
        if bad in text:
            faults.append(f"the bytes contain {bad}")
    for bad in ("\x1b[3b", "\x1b[4h", "\x1b(0", "\x1b[?7l", "\x1b[?6h", "\x1b7", "\x1bM", "\u009b", "\x05"):
        if bad in text:
            faults.append(f"the bytes contain {bad!r}, which terminals may see differently")
    screen = pyte.Screen(COLS, ROWS)
    stream = pyte.Stream(screen)
    for i, char in enumerate(text):
        try:
            stream.feed(char)
        except Exception as fault:  # pyte's, on a sequence that it does not know
            faults.append(f"pyte: {fault!r}")
            break
        # Within a sequence nothing is drawn.
        if screen.dirty and not screen.dirty.clear() and leak(screen, value):
            faults.append(f"on the screen after {text[max(0, i - 30): i + 1]!r}")
            if talk:
                print("\n".join(row.rstrip() for row in screen.display).rstrip())
            break
    return faults


def main():
    program, names = sys.argv[1], sys.argv[2:]
    failed = judged = 0
    for name, (chunks, value) in streams().items():
        if names and name not in names:
            continue
        for how in ("whole", "bytes", "slow", "random 1", "random 2"):
            judged += 1
            faults = judge(program, name, chunks, value, how, bool(names))
            if faults:
                failed += 1
                print(f"LEAK  {name} ({how}): {faults[0]}")
    print(f"{judged} judged, {failed} failed, {len(streams())} streams")
    return 1 if failed or not judged else 0


if __name__ == "__main__":
    sys.exit(main())
