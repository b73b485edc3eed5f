"""A record's readiness as one self-contained page: verdict, slots, and the images that show each fault."""

import base64
from collections.abc import Iterator
from html import escape
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.assessment.report import printable
from biocapture.comparison.protocol import matcher
from biocapture.enrolment.readiness import Finding, Readiness
from biocapture.enrolment.readiness.slot import Examined, Slot
from biocapture.errors import UsageError
from biocapture.guidance.words import position_name, record_phrase, verdict_word

SHOWN_PX = 900
"""Longest side of a picture on the page."""

STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;color:#222}
h1 small{font-weight:400}.READY{color:#177245}.RETAKE{color:#b3261e}.REVIEW{color:#9a6700}
table{border-collapse:collapse}td{padding:.15rem 1rem .15rem 0}progress{width:8rem}
section{border-top:1px solid #ccc;margin-top:1.5rem}img{max-width:100%;max-height:24rem;border:1px solid #ddd}
code,.why{color:#666;font-size:.85rem}
"""


def write_html(record: Readiness, path: Path, language: str = "") -> None:
    """Write the page.

    Raises
    ------
    UsageError
        It cannot be written.
    """
    language = language or record.language
    page = "\n".join(_page(record, language))
    try:
        path.write_text(page, encoding="utf8", errors="replace")
    except OSError as error:
        raise UsageError(f"cannot be written: {error.strerror or error}", str(path)) from error


def _page(record: Readiness, language: str) -> Iterator[str]:
    title = escape(printable(record.id))
    yield f'<!doctype html><html lang="{language}"><meta charset="utf-8"><title>{title}</title><style>{STYLE}</style>'
    verdict = verdict_word(record.verdict, "headline", language)
    yield f'<h1>{title} <small class="{record.verdict}">{verdict}</small></h1>'
    avoided = f"; {record_phrase('avoids', language)}: {', '.join(record.statuses)}" if record.statuses else ""
    yield f"<p>{record_phrase('chance', language)}: {100 * record.chance:.0f} %{avoided}</p>"
    if record.findings:
        yield f"<h2>{record_phrase('todo', language)}</h2>"
    attempts = {attempt.name: attempt for slot in record.slots for attempt in slot.attempts}
    for number, finding in enumerate(record.findings, 1):
        yield from _section(number, finding, attempts, language)
    yield "<section><table>"
    yield from (_row(slot, language) for slot in record.slots)
    yield "</table></section></html>"


def _section(number: int, finding: Finding, attempts: dict[str, Examined], language: str) -> Iterator[str]:
    slots = ", ".join(position_name(slot, language) for slot in finding.slots) or record_phrase("record", language)
    yield f'<section><h3>{number}. <span class="{finding.verdict}">{slots}</span></h3>'
    yield f"<p>{escape(finding.say(language))}</p>"
    facts = ", ".join(
        f"{name} {value:.4g}" if isinstance(value, float) else f"{name} {value}"
        for name, value in finding.evidence.items()
    )
    yield f'<p class="why"><code>{finding.id}</code> {escape(printable(facts))}</p>'
    shown = [attempts[name] for name in finding.images if name in attempts]
    for picture, what in _pictures(finding, shown):
        caption = escape(printable(what))
        yield f'<p><img alt="{caption}" src="{_embedded(picture)}"><br><code>{caption}</code></p>'
    yield "</section>"


def _pictures(finding: Finding, shown: list[Examined]) -> Iterator[tuple[NDArray[np.uint8], str]]:
    """BGR pictures with their captions: a pair that was compared with what agrees in it, else the images."""
    both = [attempt for attempt in shown if attempt.template is not None and attempt.sample is not None]
    if "score" in finding.evidence and len(shown) == len(both) == 2:
        one, other = both
        assert one.sample is not None
        assert other.sample is not None
        if one.sample.modality is other.sample.modality:
            part = matcher(one.sample.modality)
            templates = one.template, other.template
            drawn = part.picture((one.sample, other.sample), templates, part.compare(*templates))
            yield drawn, f"{one.name}, {other.name}"
            return
    for attempt in shown:
        if attempt.sample is not None:
            pixels = attempt.sample.image.pixels
            yield (cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR) if pixels.ndim == 3 else pixels), attempt.name


def _embedded(picture: NDArray[np.uint8]) -> str:
    scale = SHOWN_PX / max(picture.shape[:2])
    if scale < 1:
        picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA).astype(
            np.uint8, copy=False
        )
    data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 85])[1].tobytes()
    return f"data:image/jpeg;base64,{base64.b64encode(data).decode('ascii')}"


def _row(slot: Slot, language: str) -> str:
    name, best = position_name(slot.position, language), slot.best
    if best is None:
        why = slot.absent or "unreadable"
        return f"<tr><td>{name}<td><td>{record_phrase(why, language)}"
    if best.verdict is None:
        return f"<tr><td>{name}<td><td>{record_phrase('unassessed', language)}"
    bar = f'<progress max="100" value="{slot.quality:.0f}"></progress> {slot.quality:.0f}' if slot.quality >= 0 else ""
    count = len(slot.attempts)
    tries = f" ({record_phrase('attempts', language).format(count)}: {best.attempt.number})" if count > 1 else ""
    verdict = verdict_word(best.verdict, "attempt", language)
    return f'<tr><td>{name}<td>{bar}<td class="{best.verdict}">{verdict}{tries}'
