"""Writing biometric information records in XML: the present form (``cbeff.xsd`` of MOSIP's ``bio-utils``)."""

import base64
from collections.abc import Iterator
from functools import partial
from xml.sax import saxutils

from biocapture.images.records.cbeff import MAX_DEPTH, NAMESPACE, Bir, Registered, read_bir
from biocapture.images.records.fields import require

escape = partial(saxutils.escape, entities={"\r": "&#13;"})


def write_bir(bir: Bir) -> bytes:
    """Write a record as a document in UTF-8.

    Parameters
    ----------
    bir : Bir

    Returns
    -------
    bytes

    Raises
    ------
    FormatError
        A character XML cannot hold, a quality beyond 100, or records nested too deeply.
    """
    lines = ['<?xml version="1.0" encoding="UTF-8" standalone="yes"?>', *_bir_lines(bir, f' xmlns="{NAMESPACE}"', 1)]
    data = ("\n".join(lines) + "\n").encode("utf8", "surrogatepass")
    require(read_bir(data) == bir, "text or times that XML cannot hold", "plain text, times with a zone")
    return data


def _bir_lines(bir: Bir, attribute: str, depth: int) -> Iterator[str]:
    require(depth <= MAX_DEPTH, f"BIR within BIR {depth} deep", f"at most {MAX_DEPTH}")
    yield f"<BIR{attribute}>"
    for name, version in (("Version", bir.version), ("CBEFFVersion", bir.cbeff_version)):
        if version:
            yield f"<{name}><Major>{version[0]}</Major><Minor>{version[1]}</Minor></{name}>"
    yield f"<BIRInfo>{_tag('Creator', bir.creator)}<Integrity>{str(bir.integrity).lower()}</Integrity></BIRInfo>"
    info = "".join(_info_tags(bir))
    if info:
        yield f"<BDBInfo>{info}</BDBInfo>"
    for part in bir.parts:
        yield from _bir_lines(part, "", depth + 1)
    yield from (
        _tag(name, base64.b64encode(data).decode()) for name, data in (("BDB", bir.block), ("SB", bir.security)) if data
    )
    if bir.others:
        entries = "".join(f"<entry key={saxutils.quoteattr(key)}>{escape(value)}</entry>" for key, value in bir.others)
        yield f"<others>{entries}</others>"
    yield "</BIR>"


def _info_tags(bir: Bir) -> Iterator[str]:
    yield _tag("Index", bir.index)
    yield _registered_tag("Format", bir.format)
    yield _tag("CreationDate", bir.created.isoformat().replace("+00:00", "Z") if bir.created else "")
    yield _tag("Type", " ".join(bir.type))
    yield _tag("Subtype", " ".join(bir.subtype))
    yield _tag("Level", bir.level) + _tag("Purpose", bir.purpose)
    if bir.quality is not None:  # the schema requires an algorithm: an empty one means that none is stated
        algorithm = bir.algorithm or Registered("", "")
        yield f"<Quality>{_registered_tag('Algorithm', algorithm)}<Score>{bir.quality}</Score></Quality>"


def _registered_tag(name: str, value: Registered | None) -> str:
    if value is None:
        return ""
    return (
        f"<{name}><Organization>{escape(value.organization)}</Organization><Type>{escape(value.type)}</Type></{name}>"
    )


def _tag(name: str, text: str) -> str:
    return f"<{name}>{escape(text)}</{name}>" if text else ""
