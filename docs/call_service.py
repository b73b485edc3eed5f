"""Start the service, score one picture through it, stop it: ``python docs/call_service.py PICTURE``."""

import json
import re
import subprocess
import sys
import urllib.request
from pathlib import Path


def main() -> None:
    """Run the three steps and print what came of them."""
    picture = Path(sys.argv[1])
    command = [Path(sys.executable).with_name("biocapture"), "serve", "--port", "0", "--workers", "1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as service:  # noqa: S603  our own command
        try:
            line = service.stdout.readline() if service.stdout else ""
            found = re.search(r"http://\S+?:\d+", line)
            if found is None:
                sys.exit(f"the service did not start: {line}")
            print(line.strip())
            url = f"{found[0]}/v1/assess?name={picture.name}"
            with urllib.request.urlopen(url, picture.read_bytes()) as answer:  # noqa: S310  our own service
                report = json.load(answer)
            print(f"{picture.name}: quality {report['quality']:.0f}, {report['verdict']}", *report["guidance"])
        finally:
            service.terminate()


if __name__ == "__main__":
    main()
