#!/usr/bin/env python3
"""Scores a holdpoint binary on the corpora.

    python3 tests/corpus/score.py target/debug/holdpoint [FOLDER] [--commands | --privacy] [--misses N] [--save FILE]

Prints recall per group and class, the share of harmless lines flagged, the share of values at least
nine tenths hidden per type, and harmless records touched per 1,000. --misses N lists up to N misses a
class (default 5; 0 for none). --save writes every miss as JSON lines.
"""
import argparse
import collections
import json
import pathlib
import subprocess
import sys
import time

ask = argparse.ArgumentParser()
ask.add_argument("binary")
ask.add_argument("folder", nargs="?", default=str(pathlib.Path(__file__).resolve().parent))
ask.add_argument("--commands", action="store_true")
ask.add_argument("--privacy", action="store_true")
ask.add_argument("--misses", type=int, default=5)
ask.add_argument("--save")
args = ask.parse_args()
folder = pathlib.Path(args.folder)
both = args.commands == args.privacy
saved = []


def run(verb, rows, keys):
    """Asks the binary about every row; its answers by id, and ids it did not answer."""
    asked = "".join(json.dumps({k: r[k] for k in keys}, ensure_ascii=False) + "\n" for r in rows)
    start = time.time()
    done = subprocess.run([args.binary, verb, "--json", "--stdin"], input=asked.encode(), capture_output=True)
    took = time.time() - start
    answers = {}
    for line in done.stdout.decode("utf-8", "replace").split("\n"):
        if line.strip():
            answer = json.loads(line)
            answers[answer["id"]] = answer
    missing = [r["id"] for r in rows if r["id"] not in answers]
    print(f"{verb}: {len(rows)} rows in {took:.1f} s, exit {done.returncode}, {len(missing)} unanswered {missing[:3]}")
    if done.stderr:
        print("  stderr:", done.stderr.decode("utf-8", "replace")[:500])
    return answers


def load(pattern):
    rows = []
    for path in sorted(folder.glob(pattern)):
        for line in path.read_text().split("\n"):
            if line:
                row = json.loads(line)
                row["group"] = path.parent.name if "commands" in pattern else path.stem
                rows.append(row)
    return rows


def share(got, of):
    return f"{got:6} / {of:<6} {100 * got / max(of, 1):6.2f} %"


def shorten(text, size=150):
    return json.dumps(text, ensure_ascii=False)[1:-1][:size]


def commands():
    rows = load("commands/*/*.jsonl")
    answers = run("explain", rows, ["id", "cmd", "context"])
    good, total, wrong = collections.Counter(), collections.Counter(), collections.defaultdict(list)
    for row in rows:
        answer = answers.get(row["id"], {})
        flagged = bool(answer.get("flagged"))
        wanted = row["group"] in ("risky", "obfuscated", "hidden")
        for key in ((row["group"],), (row["group"], row["class"])):
            total[key] += 1
            good[key] += flagged
        if flagged != wanted:
            wrong[row["group"], row["class"]].append((row, answer))
            saved.append({**row, "answer": answer})
    risky = [g for g in ("risky", "obfuscated", "hidden") if (g,) in total]
    print("\ncaught (higher is better)")
    for group in risky:
        print(f"  {group:34}", share(good[group,], total[group,]))
        for key in sorted(k for k in total if len(k) == 2 and k[0] == group):
            print(f"    {key[1]:32}", share(good[key], total[key]))
    print(f"  {'all':34}", share(sum(good[g,] for g in risky), sum(total[g,] for g in risky)))
    print("\nflagged though harmless (lower is better)")
    for group in ("everyday", "mentions"):
        print(f"  {group:34}", share(good[group,], total[group,]))
        for key in sorted(k for k in total if len(k) == 2 and k[0] == group):
            print(f"    {key[1]:32}", share(good[key], total[key]))
    if args.misses:
        for key in sorted(wrong):
            print(f"\n{' '.join(key)}: {len(wrong[key])} wrong")
            for row, answer in wrong[key][:args.misses]:
                why = "; ".join(f"{e.get('kind')}: {e.get('reason')}" for e in answer.get("effects", []))[:110]
                print(f"  [{row['context']}] {shorten(row['cmd'])}" + (f"   <- {why}" if answer.get("flagged") else ""))


def privacy():
    rows = load("privacy/*.jsonl")
    answers = run("scan", rows, ["id", "text"])
    good, total, missed = collections.Counter(), collections.Counter(), collections.defaultdict(list)
    records, touched, touching = collections.Counter(), collections.Counter(), []
    outside = inside = 0
    for row in rows:
        cover = [False] * len(row["text"])
        found = answers.get(row["id"], {}).get("spans", [])
        for span in found:
            for at in range(max(span["start"], 0), min(span["end"], len(cover))):
                cover[at] = True
        records[row["group"]] += 1
        if row["group"] == "harmless":
            if any(cover):
                touched[row["kind"]] += 1
                touching.append((row, found))
                saved.append({**row, "answer": found})
            continue
        free = set(range(len(cover)))
        for span in row["spans"]:
            key = (row["group"], span["type"])
            total[key] += 1
            total[row["group"],] += 1
            free.difference_update(range(span["start"], span["end"]))
            if sum(cover[span["start"]:span["end"]]) >= 0.9 * (span["end"] - span["start"]):
                good[key] += 1
                good[row["group"],] += 1
            else:
                missed[key].append((row, span))
                saved.append({**row, "missed": span, "answer": found})
        outside += sum(cover[at] for at in free)
        inside += sum(cover)
    print("\nvalues at least nine tenths hidden (higher is better)")
    for group in ("personal", "secrets"):
        print(f"  {group:34}", share(good[group,], total[group,]))
        for key in sorted(k for k in total if len(k) == 2 and k[0] == group):
            print(f"    {key[1]:32}", share(good[key], total[key]))
    count = records["harmless"]
    print(f"\nharmless records touched: {len(touching)} of {count}, {1000 * len(touching) / max(count, 1):.1f} per 1,000 (lower is better)")
    for kind, number in touched.most_common(25):
        print(f"    {kind:32} {number}")
    print(f"characters hidden in the other records though no value: {100 * outside / max(inside, 1):.1f} % of those hidden")
    if args.misses:
        for key in sorted(missed):
            print(f"\n{' '.join(key)}: {len(missed[key])} missed")
            for row, span in missed[key][:args.misses]:
                text = row["text"]
                print(f"  [{row['kind']}] {shorten(text[max(0, span['start'] - 50):span['start']])}⟦{shorten(text[span['start']:span['end']], 60)}⟧")
        for row, found in touching[:args.misses * 6]:
            span = found[0]
            print(f"  touched [{row['kind']}] {span['type']}: …{shorten(row['text'][max(0, span['start'] - 30):span['start']])}⟦{shorten(row['text'][span['start']:span['end']], 60)}⟧")


if both or args.commands:
    commands()
if both or args.privacy:
    privacy()
if args.save:
    pathlib.Path(args.save).write_text("".join(json.dumps(s, ensure_ascii=False) + "\n" for s in saved))
