"""``python -m benchmarks run | compare | baseline``."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from benchmarks.threads import pin_threads


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status 1 when ``compare`` finds a case slower."""
    given = _parser().parse_args(arguments)
    pin_threads()
    from benchmarks import compare, suite

    if given.command == "baseline":
        compare.write_baseline()
        return 0
    if given.command == "run":
        results, slower = suite.run(given.only, given.images, given.gallery), False
        print(results.table())
    else:
        results, found = compare.compare(given.only, given.images)
        print("\n| case | baseline | now | ratio | |\n|---|--:|--:|--:|---|")
        print("\n".join(change.line() for change in found))
        slower = any(change.slower for change in found)
    print(f"\nyardstick {results.yardstick_ms:.2f} ms; {', '.join(results.metadata.values())}")
    if given.out:
        results.write(given.out)
    return int(slower)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("baseline", help="measure three times and rewrite baseline.json")
    for name, text in (("run", "measure and print"), ("compare", "measure and compare with baseline.json")):
        command = commands.add_parser(name, help=text)
        command.add_argument("--only", default="", metavar="PATTERN", help="cases whose name matches or contains it")
        command.add_argument("--images", type=Path, metavar="DIR", help="your own prints, as a further set 'given'")
        if name == "run":
            command.add_argument("--gallery", type=int, default=1000, metavar="N", help="templates that are searched")
        command.add_argument("--out", type=Path, metavar="FILE.json", help="write the figures as JSON")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
