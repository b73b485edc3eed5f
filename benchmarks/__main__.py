"""``python -m benchmarks run | compare [A B] | baseline | complexity``."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from benchmarks.suite.threads import pin_threads


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status 1 when ``compare`` finds a case slower."""
    given = _parser().parse_args(arguments)
    pin_threads()
    return int(COMMANDS[given.command](given) or 0)


def _run(given: argparse.Namespace) -> None:
    from benchmarks.suite import measured

    results = measured.run(given.only, given.images, given.gallery)
    print(results.table())
    print(f"\nyardstick {results.yardstick_ms:.2f} ms; {', '.join(results.metadata.values())}")
    if given.out:
        results.write(given.out)


def _compare(given: argparse.Namespace) -> bool:
    if given.checkouts:
        return _checkouts(given)
    from benchmarks.suite import baseline, checkouts, compare
    from benchmarks.suite.metadata import metadata

    if compare.leeway() > 1 and (base := checkouts.base_commit()):
        print(f"The stored baseline is of another machine ({compare.difference()}): compared with {base[:12]} instead.")
        return _compare_checkouts((base, str(checkouts.ROOT)), given)
    verdicts = compare.compare(given.only)
    known = {name: facts for name, facts in baseline.stored().items() if given.only in name}
    print(compare.table(verdicts, known))
    slower = [verdict for verdict in verdicts if verdict.slower]
    print(f"\n{len(verdicts)} cases, {len(slower)} slower; {', '.join(metadata().values())}")
    if difference := compare.difference():
        print(f"The baseline was taken with something else (limits × {compare.leeway():g}): {difference}")
    return bool(slower)


def _checkouts(given: argparse.Namespace) -> bool:
    if len(given.checkouts) != 2:
        raise SystemExit("compare takes two checkouts, or none: then it compares with the stored baseline")
    return _compare_checkouts(given.checkouts, given)


def _compare_checkouts(places: Sequence[str], given: argparse.Namespace) -> bool:
    from benchmarks.suite import checkouts

    pairs = checkouts.compare(places[0], places[1], given.only, given.above, given.rounds)
    print(checkouts.HEADER)
    print("\n".join(pair.line(given.above) for pair in pairs))
    slower = [pair.name for pair in pairs if pair.over(given.above)]
    print(f"\n{len(pairs)} cases, {len(slower)} above {given.above}: {', '.join(slower) or 'none'}")
    unseen = checkouts.unseen(pairs, given.only)
    print(f"Not seen, as {places[0][:12]} has no case of that name: {len(unseen)}: {', '.join(unseen) or 'none'}")
    return bool(slower)


def _baseline(given: argparse.Namespace) -> None:
    from benchmarks.suite import baseline

    baseline.write(processes=given.processes)


def _complexity(given: argparse.Namespace) -> None:
    from benchmarks.suite import complexity

    for line in complexity.table(given.only):
        print(line, flush=True)


COMMANDS = {"run": _run, "compare": _compare, "baseline": _baseline, "complexity": _complexity}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="measure everything by the clock and print (long)")
    run.add_argument("--images", type=Path, metavar="DIR", help="your own prints, as a further set 'given'")
    run.add_argument("--gallery", type=int, default=1000, metavar="N", help="templates that are searched")
    run.add_argument("--out", type=Path, metavar="FILE.json", help="write the figures as JSON")
    compare = commands.add_parser("compare", help="with baseline.json (a minute), or two checkouts with each other")
    compare.add_argument("checkouts", nargs="*", metavar="A B", help="folders with a src, or anything git knows")
    compare.add_argument("--above", type=float, default=1.2, help="ratio B / A that fails")
    compare.add_argument("--rounds", type=int, default=7, help="looks at each of A and B")
    stored = commands.add_parser("baseline", help="measure and rewrite baseline.json")
    stored.add_argument("--processes", type=int, default=6, help="it is made of so many")
    fitted = commands.add_parser("complexity", help="how time and memory grow with image size and with N")
    for command in (run, compare, fitted):
        command.add_argument("--only", default="", metavar="PATTERN", help="cases whose name contains it")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
