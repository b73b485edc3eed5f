"""What is in a packet: a manifest, and the best capture of every slot, byte for byte; in one uncompressed tar."""

import hashlib
import io
import json
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from biocapture.assessment.samples import Source
from biocapture.enrolment.readiness.result import Readiness
from biocapture.errors import PacketError
from biocapture.images.formats import format_of
from biocapture.images.limits import MAX_BYTES

MANIFEST = "manifest.json"
FORMAT = "biocapture packet contents 1"
MAX_MEMBERS = 100
MAX_MANIFEST_BYTES = 5_000_000


@dataclass(frozen=True, slots=True)
class Capture:
    """One file of a packet."""

    name: str
    data: bytes


def contents_of(readiness: Readiness, about: dict[str, str]) -> tuple[io.BytesIO, str]:
    """Gather a record that was checked.

    Parameters
    ----------
    readiness : Readiness
    about : dict
        Who captured, which device, district …: goes into the manifest.

    Returns
    -------
    content : file
        The tar, at its beginning.
    id : str
        Of the packet: by what it holds, not by when it is made.

    Raises
    ------
    PacketError
        A capture is an array in memory, cannot be read again, or there is none.
    """
    captures = {
        slot.position: _capture(slot.position, slot.best.attempt.source) for slot in readiness.slots if slot.best
    }
    if not captures:
        raise PacketError("no capture that could be sent", readiness.id)
    manifest = {
        "format": FORMAT,
        "record": readiness.id,
        "about": about,
        "software": {"biocapture": version("biocapture")},
        "readiness": readiness.to_dict("en"),
        "files": [
            {
                "name": capture.name,
                "position": str(position),
                "bytes": len(capture.data),
                "sha256": hashlib.sha256(capture.data).hexdigest(),
            }
            for position, capture in captures.items()
        ],
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True).encode("utf8", "replace")
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, data in [(MANIFEST, text), *((each.name, each.data) for each in captures.values())]:
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    content.seek(0)
    identity = json.dumps([readiness.id, about, manifest["files"]], sort_keys=True).encode()
    return content, hashlib.sha256(identity).hexdigest()[:32]


def _capture(position: str, source: Source) -> Capture:
    if isinstance(source, str | Path):
        path = Path(source)
        try:
            with path.open("rb") as handle:
                data = handle.read(MAX_BYTES + 1)
        except OSError as error:
            raise PacketError(f"cannot be read: {error.strerror or error}", str(path)) from error
    elif isinstance(source, bytes):
        data = source
    else:
        raise PacketError("a capture in memory has no file to send; give its bytes or path", str(position))
    if not 0 < len(data) <= MAX_BYTES:
        raise PacketError(f"{len(data)} bytes, expected 1..{MAX_BYTES}", str(position))
    kind = format_of(data)
    return Capture(f"{position}{kind.endings[0] if kind else '.bin'}", data)


def read_contents(content: BinaryIO, name: str) -> tuple[dict[str, Any], list[Capture]]:
    """The manifest and files of an opened packet, checked against one another.

    Parameters
    ----------
    content : file
        At its beginning.
    name : str
        What errors name.

    Returns
    -------
    manifest : dict
    captures : list of Capture

    Raises
    ------
    PacketError
        It is not what the manifest says.
    """
    try:
        members = dict(_members(content))
        manifest = json.loads(members.pop(MANIFEST))
        listed = {each["name"]: (each["bytes"], each["sha256"]) for each in manifest["files"]}
    except (tarfile.TarError, KeyError, TypeError, ValueError, EOFError) as error:
        raise PacketError(f"its contents are damaged ({type(error).__name__})", name) from error
    found = {key: (len(data), hashlib.sha256(data).hexdigest()) for key, data in members.items()}
    if found != listed or manifest.get("format") != FORMAT:
        raise PacketError("its files are not those of its manifest", name)
    return manifest, [Capture(key, data) for key, data in members.items()]


def _members(content: BinaryIO) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(fileobj=content, mode="r:") as tar:
        for number, member in enumerate(tar):
            if number > MAX_MEMBERS or not member.isreg() or member.size > MAX_BYTES:
                raise PacketError("a member of its contents is no file of ours", member.name[:100])
            if PurePosixPath(member.name).name != member.name:
                raise PacketError("a member of its contents has a path", member.name[:100])
            opened = tar.extractfile(member)
            yield member.name, opened.read() if opened else b""
