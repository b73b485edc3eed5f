"""``biocapture outbox``, ``packet``: a record from the booth to the server and open there."""

import json
from pathlib import Path

from tests.support.commands import Run
from tests.support.outbox import ROOT, parties, receiving

READY = ROOT / "sample_data" / "enrolments" / "clean_ayu"
NOT_READY = ROOT / "sample_data" / "enrolments" / "same_finger"


def test_ready_record_reaches_the_server_once(run: Run, tmp_path: Path) -> None:
    known = parties(tmp_path / "keys")
    outbox, keys = tmp_path / "out", tmp_path / "keys"
    given = ["--to", keys / "server.pub", "--key", keys / "station", "--about", "operator=sari"]
    added = run("outbox", "add", outbox, READY, NOT_READY, *given)
    assert added.status == 1  # one of them is not ready
    assert "RETAKE, not added" in added.out
    assert "is in the outbox already" in run("outbox", "add", outbox, READY, *given).out
    state = json.loads(run("outbox", "status", outbox, "--json").out)
    assert state["states"]["sealed"]["packets"] == 1
    with receiving(tmp_path / "in", known) as url:
        assert run("outbox", "pause", outbox).status == 0
        assert run("outbox", "send", outbox, "--target", f"tus+{url}/", "--server", keys / "server.pub").status == 1
        run("outbox", "resume", outbox)
        sent = run("outbox", "send", outbox, "--target", f"tus+{url}/", "--server", keys / "server.pub")
    assert (sent.status, sent.err) == (0, "")
    assert "confirmed" in sent.out
    (packet,) = (tmp_path / "in" / "packets").iterdir()
    opened = run(
        "packet", "open", packet, "--key", keys / "server", "--station", keys / "station.pub", "--out", tmp_path / "o"
    )
    assert opened.status == 0
    manifest = json.loads((tmp_path / "o" / "manifest.json").read_text())
    assert (manifest["record"], manifest["about"]["operator"]) == (READY.name, "sari")
    for each in manifest["files"]:
        assert (tmp_path / "o" / each["name"]).stat().st_size == each["bytes"]
    assert "0 packets forgotten" in run("outbox", "forget", outbox).out
    assert "1 packets forgotten" in run("outbox", "forget", outbox, "--days", "0").out


def test_wrong_files_are_one_line_each(run: Run, tmp_path: Path) -> None:
    parties(tmp_path / "keys")
    keys = tmp_path / "keys"
    for words in (
        ("outbox", "status", tmp_path / "none"),
        ("outbox", "add", tmp_path / "o", READY, "--to", keys / "server", "--key", keys / "station"),
        ("outbox", "add", tmp_path / "o", READY, "--to", keys / "server.pub", "--key", keys / "station.pub"),
        (
            "packet",
            "open",
            __file__,
            "--key",
            keys / "server",
            "--station",
            keys / "station.pub",
            "--out",
            tmp_path / "x",
        ),
        ("packet", "keys", keys / "server"),
    ):
        said = run(*words)
        assert said.status == 2
        assert said.err.startswith("error: ")
        assert said.err.count("\n") == 1
