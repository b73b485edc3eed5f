"""``biocapture serve``."""

import time
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from biocapture.cli.options import Language, MaxPixels, ProfileName, Workers
from biocapture.cli.terminal.door import say, say_json
from biocapture.images.limits import MAX_PIXELS

commands = typer.Typer()

NEEDED = ("starlette", "uvicorn", "python_multipart", "prometheus_client")
MEGABYTE = 1_000_000


@commands.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen at; 0.0.0.0 = all of this machine.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="0 = a free one, which is printed.", min=0, max=65535)] = 9099,
    profile: ProfileName = "default",
    lang: Language = "",
    workers: Workers = 0,
    token_file: Annotated[
        Path | None, typer.Option(help="File with a token that clients must send as `Authorization: Bearer`.")
    ] = None,
    tls_cert: Annotated[Path | None, typer.Option(help="Certificate, PEM.")] = None,
    tls_key: Annotated[Path | None, typer.Option(help="Its key, PEM.")] = None,
    allow_host: Annotated[
        list[str] | None, typer.Option(help="Another name that clients use for this machine.")
    ] = None,
    insecure: Annotated[bool, typer.Option("--insecure", help="Answer other machines without token or TLS.")] = False,
    max_body_mb: Annotated[int, typer.Option(help="Largest request, megabytes.", min=1, max=1000)] = 64,
    max_pixels: MaxPixels = MAX_PIXELS,
    limit: Annotated[float, typer.Option(help="Longest time for one request, seconds.", min=1, max=3600)] = 30,
    queue: Annotated[int, typer.Option(help="Requests that may wait; more get 429.", min=0, max=10000)] = 64,
    access_log: Annotated[bool, typer.Option("--access-log", help="A line of JSON per request on stderr.")] = False,
) -> None:
    """Answer other programs over HTTP: scores, checks, comparison, templates, portraits; MOSIP's Bio-SDK and BQAT, too.

    Listens on this machine only, unless told otherwise. Its description is at `/v1/openapi.json`, its counts for
    Prometheus at `/metrics`; `docs/service.md` shows how to call it. Needs `pip install 'biocapture[serve]'`.

    Exit status: 0 ended by a signal, 2 wrong usage.

    For example:

    `biocapture serve --profile e-ktp --lang id`

    `curl --data-binary @right_index.png http://127.0.0.1:9099/v1/assess?position=right_index`
    """
    from biocapture.assessment.modalities import measures
    from biocapture.errors import UsageError
    from biocapture.profile.load import load_profile
    from biocapture.workers.maps import default_workers

    if missing := [name for name in NEEDED if find_spec(name) is None]:
        raise UsageError("pip install 'biocapture[serve]'", f"{', '.join(missing)} not installed")
    from biocapture.service.messages import Settings
    from biocapture.service.server import Address, run

    load_profile(profile, measures())  # a mistake is told before anything starts
    settings = Settings(
        profile=profile,
        language=lang,
        max_body_bytes=max_body_mb * MEGABYTE,
        max_pixels=max_pixels,
        limit_s=limit,
        queue=queue,
    )
    address = Address(host, port, token_file, tls_cert, tls_key, tuple(allow_host or ()), insecure)
    run(
        address,
        settings,
        workers or default_workers(),
        lambda url: say(f"listening on {url}; Ctrl-C ends it"),
        _log if access_log else None,
    )


def _log(method: str, path: str, status: int, seconds: float) -> None:
    """One line; neither parameters nor anything of a body are in it."""
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    line = {"time": now, "method": method, "path": path, "status": status, "ms": round(1000 * seconds, 1)}
    say_json(line, indent=None, err=True)
