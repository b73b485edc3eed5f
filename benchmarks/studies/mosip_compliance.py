"""MOSIP's compliance cases of the Bio-SDK: ``python -m benchmarks.studies.mosip_compliance --data DIR``.

``--data`` holds what ``mosip/mosip-compliance-toolkit`` publishes: its test data unpacked (``**/Check Quality/SDK…``
and so on) and ``resources/schemas/sdk/0.9.0``; and ``compliance_test_definitions_sdk.json`` of
``mosip/compliance-toolkit-testcases``. Without ``--url`` a service is started. Needs ``jsonschema``. Requests are built
from the records as the toolkit's Java client builds them; the data is read with the standard library alone, not by us.

A case passes when its answer has the shape of the published schema and the status, score or picture that the toolkit's
validators ask for (read on 30 Nov 2026 at f96f4a4).
"""

import argparse
import base64
import json
import urllib.request
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema

from benchmarks.studies.service_load import served

FOLDERS = {"Check Quality": "check-quality", "Extract Template": "extract-template", "Convert Format": "convert-format"}
ASKED = {"check-quality": "Check", "extract-template": "Extract", "segment": "Segment", "convert-format": "Convert"}
SCHEMAS = {"check-quality": "CheckQuality", "extract-template": "ExtractTemplate", "segment": "Segment"}
SCHEMAS |= {"convert-format": "Convert"}
SOURCES = {"FINGER": "ISO19794_4_2011", "FACE": "ISO19794_5_2011", "IRIS": "ISO19794_6_2011"}
ALGORITHM = {"organization": "HMAC", "type": "SHA-256"}
LEAST = {"FINGER": 60, "FACE": 30, "IRIS": 60}
"""Scores from which the toolkit calls a quality good."""


def plain(element: ET.Element | None, *path: str) -> ET.Element | None:
    """A child by names without namespaces."""
    for name in path:
        children = list(element) if element is not None else []
        element = next((each for each in children if each.tag.rpartition("}")[2] == name), None)
    return element


def text_of(element: ET.Element | None, *path: str) -> str:
    found = plain(element, *path)
    return (found.text or "").strip() if found is not None else ""


def lenient(text: str) -> bytes:
    """Base64 of either alphabet; of a damaged block whatever it gives."""
    data = text.replace("-", "+").replace("_", "/").rstrip("=")
    data = data[: len(data) - (len(data) % 4 == 1)]
    return base64.b64decode(data + "=" * (-len(data) % 4))


def segment_of(bir: ET.Element) -> dict[str, Any]:
    info = plain(bir, "BDBInfo")
    kind = text_of(info, "Type").upper()
    described = {
        "format": {"organization": text_of(info, "Format", "Organization"), "type": text_of(info, "Format", "Type")},
        "type": [kind] if kind else None,
        "subtype": text_of(info, "Subtype").split(),
        "level": "RAW",
        "purpose": "ENROLL",
        "quality": {"algorithm": ALGORITHM, "score": int(text_of(info, "Quality", "Score") or 0)},
    }
    others = {each.get("key", ""): each.text for each in bir.iter() if each.tag.endswith("entry")}
    block = [byte - 256 if byte > 127 else byte for byte in lenient(text_of(bir, "BDB"))]
    return {"bdbInfo": described, "bdb": block, "sb": None, "others": others}


def record_of(path: Path) -> dict[str, Any]:
    root = ET.parse(path).getroot()
    segments = [segment_of(each) for each in root if each.tag.rpartition("}")[2] == "BIR"]
    return {"version": None, "cbeffversion": None, "birInfo": None, "segments": segments, "others": {}}


def asked(url: str, method: str, inner: dict[str, Any]) -> dict[str, Any]:
    request = base64.b64encode(json.dumps(inner).encode()).decode()
    body = json.dumps({"version": "1.0", "request": request}).encode()
    headers = {"Content-Type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(f"{url}/biosdk-service/{method}", body, headers)) as answer:
        return json.load(answer)


def request_for(method: str, record: dict[str, Any], target: str) -> tuple[dict[str, Any], list[str]]:
    kinds = list(dict.fromkeys(kind for each in record["segments"] for kind in each["bdbInfo"]["type"] or []))
    inner = {"sample": record, f"modalitiesTo{ASKED[method]}": kinds, "flags": {}}
    if method == "convert-format":
        inner |= {"sourceFormat": SOURCES[kinds[0]], "targetFormat": target, "sourceParams": {}, "targetParams": {}}
    return inner, kinds


def fault(method: str, case: dict[str, Any], answer: dict[str, Any], kinds: list[str], target: str) -> str:
    """Why a case does not pass; empty where it does."""
    validators = {each["name"] for group in case["validatorDefs"] for each in group}
    status, given = answer["response"]["statusCode"], answer["response"]["response"]
    invalid = any("Invalid" in name for name in validators)
    absent = any("NoInput" in name or "NoData" in name for name in validators)
    if invalid or absent:
        return "" if status in ((404,) if absent else (401, 403)) else f"status {status}"
    if method != "check-quality":
        if not 200 <= status <= 299:
            return f"status {status}"
        magic = {"IMAGE/PNG": b"\x89PNG", "IMAGE/JPEG": b"\xff\xd8\xff"}.get(target, b"")
        blocks = [bytes(byte & 255 for byte in each["bdb"]) for each in given["segments"]]
        return "" if all(block.startswith(magic) for block in blocks) and blocks else f"not {target}"
    if case["isNegativeTestcase"]:
        low = given is not None and all(given["scores"][kind]["score"] < LEAST[kind] for kind in kinds)
        return "" if status in (403, 406) or low else f"status {status}, {given and given['scores']}"
    good = given is not None and all(given["scores"][kind]["score"] >= LEAST[kind] for kind in kinds)
    return "" if status == 200 and good else f"status {status}, {given and given['scores']}"


def cases(data: Path) -> Iterator[tuple[str, dict[str, Any], Path]]:
    """Method, definition and record of every case whose data is there."""
    defined = {case["testId"]: case for case in json.loads((data / "compliance_test_definitions_sdk.json").read_text())}
    for path in sorted(data.glob("**/SDK*/probe.xml")):
        method, name = FOLDERS.get(path.parents[1].name), path.parent.name
        if method and name in defined:
            yield method, defined[name], path
    for case in defined.values():
        if case["methodName"] == ["segment"]:  # its data is not published: that of the same kind for quality stands in
            wanted = next((word for word in ("invalid", "no") if f" {word} " in f" {case['testName']} "), "good")
            said = f"{wanted} {case['otherAttributes']['modalities'][0]}"
            notes = sorted(data.glob("**/Check Quality/SDK*/ReadMe.txt"))
            alike = [note for note in notes if said in note.read_text(errors="replace").lower()]
            yield "segment", case, alike[0].with_name("probe.xml")


def _is_valid_without_condition(answer: dict[str, Any], published: Path) -> bool:
    """By the schema of ``segment`` without its condition, which forbids fields that the rest requires."""
    schema = json.loads(published.read_text())
    del schema["properties"]["response"]["allOf"]
    return jsonschema.Draft7Validator(schema).is_valid(answer)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--url", default="")
    given = parser.parse_args()
    with ExitStack() as started:
        judge(given.url or f"http://127.0.0.1:{started.enter_context(served(1))[1]}", given.data)


def judge(url: str, data: Path) -> None:
    """Run every case; print those that do not pass, and the counts."""
    (schemas,) = {path.parent for path in data.glob("**/0.9.0/CheckQualityResponseSchema.json")}
    counts: dict[str, Counter[bool]] = defaultdict(Counter)
    unconditional: Counter[bool] = Counter()
    about = asked(url, "init", {"initParams": {}})
    jsonschema.validate(about, json.loads((schemas / "InitSDKResponseSchema.json").read_text()))
    counts["init"][True] += 1
    for method, case, path in cases(data):
        target = "IMAGE/JPEG" if "JPEG" in case["testName"].upper() else "IMAGE/PNG"
        target = target if method == "convert-format" else ""
        inner, kinds = request_for(method, record_of(path), target)
        answer = asked(url, method, inner)
        kind = "Response" if answer["response"]["response"] is not None else "NullResponse"
        published = schemas / f"{SCHEMAS[method]}{kind}Schema.json"
        wrong = fault(method, case, answer, kinds, target)
        if published.exists():
            errors = jsonschema.Draft7Validator(json.loads(published.read_text())).iter_errors(answer)
            wrong = wrong or next((f"schema: {error.json_path} {error.message[:80]}" for error in errors), "")
        counts[method][not wrong] += 1
        if method == "segment" and published.exists():
            unconditional[_is_valid_without_condition(answer, published)] += 1
        if wrong:
            print(f"{case['testId']} {method}: {wrong}")
    for method, count in counts.items():
        print(f"{method:<17} {count[True]} of {count.total()} cases pass")
    print(f"segment without the condition that its schema contradicts: {unconditional[True]} pass")


if __name__ == "__main__":
    main()
