"""Text with marked values in it, and the ways terminals show rows of it."""
import json

OPEN, MID, SHUT = "\ue000", "\ue001", "\ue002"


def mark(kind, value):
    """A value that must be hidden."""
    return f"{OPEN}{kind}{MID}{value}{SHUT}"


def plain(text):
    """The text without its marks."""
    out, at = [], 0
    while (start := text.find(OPEN, at)) >= 0:
        mid, end = text.index(MID, start), text.index(SHUT, start)
        out += [text[at:start], text[mid + 1:end]]
        at = end + 1
    return "".join(out) + text[at:]


def spans(text):
    """The text without its marks, and where the marked values are in it (code points)."""
    out, found, length, at = [], [], 0, 0
    while (start := text.find(OPEN, at)) >= 0:
        mid, end = text.index(MID, start), text.index(SHUT, start)
        length += start - at
        value = text[mid + 1:end]
        found.append({"start": length, "end": length + len(value), "type": text[start + 1:mid]})
        out += [text[at:start], value]
        length += len(value)
        at = end + 1
    return "".join(out) + text[at:], found


def pad(text, width, right=False):
    fill = " " * (width - len(plain(text)))
    return fill + text if right else text + fill


def widths(header, rows):
    return [max(len(plain(row[at])) for row in [header, *rows]) for at in range(len(header))]


def psql(header, rows):
    size = widths(header, rows)
    lines = [" " + " | ".join(h.center(w) for h, w in zip(header, size)), "-" + "-+-".join("-" * w for w in size)]
    lines += [" " + " | ".join(pad(c, w, c.isdigit()) for c, w in zip(row, size)) for row in rows]
    return "\n".join(line.rstrip() for line in lines) + f"\n({len(rows)} row{'s' if len(rows) != 1 else ''})\n"


def psql_expanded(header, rows):
    size = max(map(len, header))
    lines = []
    for number, row in enumerate(rows, 1):
        lines.append(f"-[ RECORD {number} ]".ljust(size + 1, "-") + "+" + "-" * 24)
        lines += [f"{h:{size}} | {c}" for h, c in zip(header, row)]
    return "\n".join(lines) + "\n"


def mysql(header, rows):
    size = widths(header, rows)
    rule = "+" + "+".join("-" * (w + 2) for w in size) + "+"
    lines = [rule, "| " + " | ".join(pad(h, w) for h, w in zip(header, size)) + " |", rule]
    lines += ["| " + " | ".join(pad(c, w, c.isdigit()) for c, w in zip(row, size)) + " |" for row in rows]
    return "\n".join([*lines, rule]) + f"\n{len(rows)} rows in set (0.00 sec)\n"


def mysql_long(header, rows):
    size = max(map(len, header))
    lines = []
    for number, row in enumerate(rows, 1):
        lines.append(f"{'*' * 27} {number}. row {'*' * 27}")
        lines += [f"{h:>{size}}: {c}" for h, c in zip(header, row)]
    return "\n".join(lines) + f"\n{len(rows)} rows in set (0.00 sec)\n"


def csv(header, rows, joint=","):
    def cell(text):
        return f'"{text}"' if joint in plain(text) or '"' in plain(text) else text
    return "\n".join(joint.join(cell(c) for c in row) for row in [header, *rows]) + "\n"


def tsv(header, rows):
    return csv(header, rows, "\t")


def box(header, rows):
    size = widths(header, rows)
    lines = ["┌" + "┬".join("─" * (w + 2) for w in size) + "┐", "│" + "│".join(" " + pad(h, w) + " " for h, w in zip(header, size)) + "│",
             "├" + "┼".join("─" * (w + 2) for w in size) + "┤"]
    lines += ["│" + "│".join(" " + pad(c, w) + " " for c, w in zip(row, size)) + "│" for row in rows]
    return "\n".join([*lines, "└" + "┴".join("─" * (w + 2) for w in size) + "┘"]) + "\n"


def columns(header, rows):
    size = widths(header, rows)
    return "\n".join("  ".join(pad(c, w) for c, w in zip(row, size)).rstrip() for row in [[h.upper() for h in header], *rows]) + "\n"


def quoted(text):
    return f'"{text}"' if not plain(text).isdigit() else text


def json_line(header, rows):
    return "\n".join("{" + ", ".join(f'"{h}": {quoted(c)}' for h, c in zip(header, row)) + "}" for row in rows) + "\n"


def json_tight(header, rows):
    return "[" + ",".join("{" + ",".join(f'"{h}":{quoted(c)}' for h, c in zip(header, row)) + "}" for row in rows) + "]\n"


def json_pretty(header, rows):
    items = ["  {\n" + ",\n".join(f'    "{h}": {quoted(c)}' for h, c in zip(header, row)) + "\n  }" for row in rows]
    return "[\n" + ",\n".join(items) + "\n]\n"


def yaml(header, rows):
    lines = []
    for row in rows:
        lines += [f"{'- ' if at == 0 else '  '}{h}: {c if ':' not in plain(c) else chr(39) + c + chr(39)}" for at, (h, c) in enumerate(zip(header, row))]
    return "\n".join(lines) + "\n"


def yaml_nested(header, rows):
    lines = ["customers:"]
    for row in rows:
        lines.append("  - profile:")
        lines += [f'      {h}: "{c}"' for h, c in zip(header, row)]
    return "\n".join(lines) + "\n"


def logfmt(header, rows, make):
    return "\n".join(f"time={make.iso()} level=info msg=saved " + " ".join(f'{h}="{c}"' if " " in plain(c) else f"{h}={c}" for h, c in zip(header, row)) for row in rows) + "\n"


def json_log(header, rows, make):
    return "\n".join(f'{{"ts":"{make.iso()}","level":"info","msg":"profile saved","data":{{' + ",".join(f'"{h}":"{c}"' for h, c in zip(header, row)) + "}}" for row in rows) + "\n"


class Book:
    """Collects records and writes them as JSON lines."""

    def __init__(self, name):
        self.name, self.lines, self.seen = name, [], set()

    def add(self, kind, text):
        text, found = spans(text)
        if text in self.seen:
            return
        self.seen.add(text)
        self.lines.append(json.dumps({"id": f"{self.name}/{len(self.lines) + 1:05}", "text": text, "kind": kind, "spans": found}, ensure_ascii=False))

    def write(self, folder):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{self.name.split('/')[-1]}.jsonl").write_text("\n".join(self.lines) + "\n")
