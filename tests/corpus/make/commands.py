#!/usr/bin/env python3
"""Turns the hand-written sheets in make/commands/ into the JSON lines of commands/.

    python3 tests/corpus/make/commands.py [SHEETS [OUT]]

A sheet is plain text, one command a line, with these signs:

    @class NAME      the class of the lines that follow
    @context NAME    their context (shell, psql, mysql, ...)
    @forms N         for a shell line, also N surroundings of it (sudo, &&, ssh, if, ...)
    #% ...           a remark
    ⏎                a newline inside the command; ⇥ a tab
    «x3» at the start makes three variants of a line with slots
    «host» ...       a slot, filled from slots.json
    «b64:TEXT» ...   TEXT in an encoding (b64, b32, hex, rev, rot, x, o, u, chr, gz64)

Nothing is random: the choice hangs on the sheet's name, the line and the variant.
"""
import base64
import codecs
import gzip
import hashlib
import json
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
SLOTS = json.loads((HERE / "slots.json").read_text())

KEYWORD = re.compile(
    r"^(for|while|until|if|case|function|export|alias|unalias|unset|set|history|HIST\w*|trap|eval|exec|source|\.|cd|pushd|"
    r"shopt|hash|enable|builtin|complete|bind|declare|readonly|ulimit|fc|\(|\{|!|:|<|>|\[|\w+=|\w+\(\)|sudo|doas|su|nohup|time|disown|kill|coproc)(\s|$|[^\w.-])"
)


def number(*parts):
    return int.from_bytes(hashlib.sha256("\0".join(map(str, parts)).encode()).digest()[:8], "big")


CODES = {
    "b64": lambda t: base64.b64encode(t.encode()).decode(),
    "b64n": lambda t: base64.b64encode(t.encode() + b"\n").decode(),
    "b32": lambda t: base64.b32encode(t.encode()).decode(),
    "hex": lambda t: t.encode().hex(),
    "rev": lambda t: t[::-1],
    "rot": lambda t: codecs.encode(t, "rot13"),
    "x": lambda t: "".join(f"\\x{b:02x}" for b in t.encode()),
    "o": lambda t: "".join(f"\\{b:03o}" for b in t.encode()),
    "u": lambda t: "".join(f"\\u{b:04x}" for b in t.encode()),
    "chr": lambda t: ",".join(str(b) for b in t.encode()),
    "chrp": lambda t: "+".join(f"chr({b})" for b in t.encode()),
    "chrd": lambda t: ".".join(f"chr({b})" for b in t.encode()),
    "gz64": lambda t: base64.b64encode(gzip.compress(t.encode() + b"\n", mtime=0)).decode(),
}


def fill(text, *key):
    seen = {}
    text = re.sub(r"«([a-z0-9]+):([^»]*)»", lambda found: CODES[found.group(1)](found.group(2)), text)

    def one(found):
        name = found.group(1)
        slot = name.rstrip("0123456789")
        if name not in seen:
            values = SLOTS[slot]
            seen[name] = values[number(name, *key) % len(values)]
        return seen[name]

    return re.sub(r"«([a-z]+[0-9]*)»", one, text)


FORMS = [
    ("simple", "sudo {}"),
    ("any", "cd /opt && {}"),
    ("any", "{} && echo done"),
    ("any", "{}; date"),
    ("simple", "time {}"),
    ("quote", "ssh root@«host» '{}'"),
    ("any", "if true; then {}; fi"),
    ("quote", "bash -c '{}'"),
    ("simple", "LC_ALL=C {}"),
    ("simple", "sudo -n {}"),
    ("plain", "{} >/tmp/out.log 2>&1"),
    ("any", "echo starting; {}"),
    ("any", "{} || true"),
    ("any", "true && {}"),
    ("any", "  {}"),
    ("any", "{}   # as agreed in CHG-«n»"),
    ("quote", "for h in «host» «hostb»; do ssh \"$h\" '{}'; done"),
    ("any", "uptime && {} && uptime"),
    ("simple", "nice -n 10 {}"),
    ("simple", "sudo -E {}"),
    ("any", "(set -x; {})"),
    ("any", "hostname; {}; echo $?"),
    ("simple", "sudo -u root {}"),
    ("any", "[ -f /tmp/go ] && {}"),
    ("plain", "{} 2>/dev/null"),
    ("plain", "{} | tee -a /tmp/run.log"),
    ("any", "! {}"),
    ("any", "while sleep 1; do {}; break; done"),
    ("quote", "sh -ec '{}'"),
    ("simple", "timeout 60 {}"),
]


QUIET_FORMS = [
    ("plain", "{} | less"),
    ("plain", "{} | head -«n»"),
    ("any", "cd «proj» && {}"),
    ("any", "{} && echo done"),
    ("any", "{}; date"),
    ("simple", "time {}"),
    ("quote", "ssh «host» '{}'"),
    ("quote", "watch -n «small» '{}'"),
    ("plain", "{} > /tmp/out.txt 2>&1"),
    ("plain", "{} | grep -i '«word»'"),
    ("plain", "{} | wc -l"),
    ("any", "clear; {}"),
    ("plain", "{} 2>/dev/null"),
    ("any", "{} || echo failed"),
    ("quote", "for h in «host» «hostb»; do ssh \"$h\" '{}'; done"),
    ("plain", "{} | tee ~/out.log"),
    ("any", "  {}"),
    ("simple", "LC_ALL=C {}"),
    ("simple", "timeout «n» {}"),
]


def forms(cmd, count, key, choice=FORMS):
    if "\n" in cmd or "<<" in cmd or "#" in cmd or cmd.endswith("&") or "\\" in cmd or "!" in cmd:
        return
    simple = not re.search(r"[|;&<>]", cmd) and not KEYWORD.match(cmd)
    plain = not re.search(r"[;&<>]", cmd) and not KEYWORD.match(cmd)
    made, at = 0, number("form", key) % len(choice)
    for step in range(len(choice)):
        if made == count:
            return
        need, form = choice[(at + step * 7) % len(choice)]
        if need == "simple" and not simple or need == "plain" and not plain:
            continue
        if need == "quote" and ("'" in cmd or choice is QUIET_FORMS and KEYWORD.match(cmd)):
            continue
        made += 1
        yield fill(form.replace("{}", cmd), key, step)


def rows(sheet):
    group, name = sheet.parent.name, sheet.stem
    kind, context, more = name, "shell", 0
    for raw in sheet.read_text().split("\n"):
        if not raw.strip() or raw.startswith("#%"):
            continue
        if raw.startswith("@"):
            word, _, rest = raw[1:].partition(" ")
            if word == "class":
                kind = rest.strip()
            elif word == "context":
                context = rest.strip()
            elif word == "forms":
                more = int(rest)
            else:
                raise SystemExit(f"{sheet}: unknown directive {raw!r}")
            continue
        times = re.match(r"«x(\d+)»", raw)
        count, text = (int(times.group(1)), raw[times.end():]) if times else (1, raw)
        for variant in range(count):
            cmd = fill(text, name, raw, variant).replace("⏎", "\n").replace("⇥", "\t")
            yield kind, context, cmd
            if context == "shell" and more and group != "mentions":
                for made in forms(cmd, more, f"{name}/{raw}/{variant}", QUIET_FORMS if group == "everyday" else FORMS):
                    yield kind, context, made


def main():
    sheets = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "commands"
    out = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else HERE.parent / "commands"
    seen = {}
    for sheet in sorted(sheets.glob("*/*.txt")):
        group = sheet.parent.name
        lines = []
        for kind, context, cmd in rows(sheet):
            if (context, cmd) in seen:
                if seen[context, cmd] != group:
                    print(f"{sheet.name}: in two groups: {cmd!r}", file=sys.stderr)
                continue
            seen[context, cmd] = group
            row = {"id": f"{group}/{sheet.stem}/{len(lines) + 1:04}", "cmd": cmd, "context": context, "class": kind}
            lines.append(json.dumps(row, ensure_ascii=False))
        target = out / group / f"{sheet.stem}.jsonl"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text("\n".join(lines) + "\n")


main()
