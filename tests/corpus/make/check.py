#!/usr/bin/env python3
"""Checks that every corpus file is well formed, and prints the counts that README.md gives.

    python3 tests/corpus/make/check.py [DIR]
"""
import collections
import json
import pathlib
import sys

ROOT = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parents[1]
ids, faults = set(), []


def rows(path):
    for number, line in enumerate(path.read_text().split("\n")[:-1], 1):
        try:
            row = json.loads(line)
        except ValueError as error:
            faults.append(f"{path}:{number}: {error}")
            continue
        if row["id"] in ids:
            faults.append(f"{path}:{number}: id {row['id']} is not unique")
        ids.add(row["id"])
        yield number, row


groups, classes, contexts, seen = (collections.Counter() for _ in range(4))
where = {}
for path in sorted(ROOT.glob("commands/*/*.jsonl")):
    group = path.parent.name
    for number, row in rows(path):
        if set(row) != {"id", "cmd", "context", "class"} or not row["cmd"].strip():
            faults.append(f"{path}:{number}: wrong keys or an empty command")
            continue
        key = (row["context"], row["cmd"])
        if where.setdefault(key, group) != group:
            faults.append(f"{path}:{number}: also in {where[key]}: {row['cmd']!r}")
        seen[key] += 1
        if seen[key] > 1:
            faults.append(f"{path}:{number}: twice: {row['cmd']!r}")
        groups[group] += 1
        classes[group, row["class"]] += 1
        if row["context"] != "shell":
            contexts[group, row["context"]] += 1
types, kinds, records = (collections.Counter() for _ in range(3))
for path in sorted(ROOT.glob("privacy/*.jsonl")):
    group = path.stem
    for number, row in rows(path):
        if set(row) != {"id", "text", "kind", "spans"}:
            faults.append(f"{path}:{number}: wrong keys")
            continue
        records[group] += 1
        kinds[group, row["kind"]] += 1
        if bool(row["spans"]) == (group == "harmless"):
            faults.append(f"{path}:{number}: spans do not fit the file")
        last = 0
        for span in row["spans"]:
            if not last <= span["start"] < span["end"] <= len(row["text"]):
                faults.append(f"{path}:{number}: span {span} is out of order or range")
                continue
            last = span["end"]
            value = row["text"][span["start"]:span["end"]]
            if value != value.strip():
                faults.append(f"{path}:{number}: span {span} has blanks at its ends: {value!r}")
            types[group, span["type"]] += 1


def table(title, counter):
    print(f"\n{title}")
    for key, count in sorted(counter.items(), key=str):
        print(f"  {' '.join(key) if isinstance(key, tuple) else key}: {count}")


table("commands", groups)
table("classes", classes)
table("contexts other than shell", contexts)
table("privacy records", records)
table("privacy values", types)
table("privacy record kinds", kinds)
print("\nvalues:", dict(collections.Counter({g: sum(c for (h, _), c in types.items() if h == g) for g, _ in types})))
if faults:
    sys.exit("\n".join(faults[:50]) + f"\n{len(faults)} faults")
print("well formed")
