"""A report as a picture: verdict, quality, what to do, and every measure's score as a bar."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from biocapture.assessment.report import Report
from biocapture.guidance.plain_text import printable
from biocapture.guidance.words import position_name, verdict_word
from biocapture.profile.load import Profile

INK, SOFT, LINE, GROUND = (27, 34, 44), (92, 102, 118), (226, 230, 235), (255, 255, 255)
GOOD, REVIEW, RETAKE = (28, 127, 91), (192, 131, 18), (197, 61, 47)
COLOURS = {"READY": GOOD, "REVIEW": REVIEW, "RETAKE": RETAKE}
BAR = (92, 140, 196)

MARGIN, COLUMN, ROW = 24, 460, 21
"""px: around the card, width of a column of measures, height of a line."""

MAX_ROWS = 26
"""Measures in one column; more make a second one."""

INDENT = 18
"""px of the text behind the dot of a reason."""

NAME, BAR_PX = 190, 190
"""px of a measure's name and of its bar; the number stands behind."""


def card(report: Report, profile: Profile, language: str) -> NDArray[np.uint8]:
    """Picture of a report: the tick on a bar is the minimum score that the profile sets.

    Parameters
    ----------
    report : Report
    profile : Profile
    language : str
        Of the text.

    Returns
    -------
    (H, W, 3) uint8
        RGB; two columns of measures where there are many.
    """
    names = list(report.measures)
    columns = 1 if len(names) <= MAX_ROWS else 2
    rows = -(-len(names) // columns)
    width = columns * COLUMN + 2 * MARGIN
    reasons = [line for sentence in report.guidance(language) for line in _lines(sentence, width - 2 * MARGIN - INDENT)]
    head = 132 + ROW * len(reasons) + (14 if reasons else 0)
    image = Pillow.new("RGB", (width, head + rows * ROW + MARGIN), GROUND)
    pen = ImageDraw.Draw(image)
    _head(pen, report, language, width)
    for i, (line, first) in enumerate(reasons):
        top = 122 + i * ROW
        pen.text((MARGIN + INDENT, top), line, INK, _font(15))
        if first:
            pen.ellipse((MARGIN + 2, top + 6, MARGIN + 8, top + 12), INK)
    for i, name in enumerate(names):
        left, top = MARGIN + i // rows * COLUMN, head + i % rows * ROW
        _measure(pen, name, report.measures[name].score, profile, (left, top))
    return np.asarray(image)


def _head(pen: ImageDraw.ImageDraw, report: Report, language: str, width: int) -> None:
    name = printable(Path(report.path).name)
    subject = f"{report.modality} · {position_name(report.position, language)}"
    pen.text((MARGIN, MARGIN - 4), _cut(name, width - 2 * MARGIN), SOFT, _font(15))
    pen.text((MARGIN, MARGIN + 15), subject, SOFT, _font(15))
    verdict = str(report.verdict)
    pen.text((MARGIN, 62), verdict_word(verdict, "headline", language), COLOURS[verdict], _font(30))
    if report.quality == report.quality:
        number = f"{report.quality:.0f}"
        pen.text((width - MARGIN, 58), number, INK, _font(36), anchor="ra")
    pen.line((MARGIN, 108, width - MARGIN, 108), LINE, 2)


def _measure(pen: ImageDraw.ImageDraw, name: str, score: float, profile: Profile, at: tuple[int, int]) -> None:
    left, top = at
    minima = [
        (scores[name], colour)
        for scores, colour in ((profile.retake, RETAKE), (profile.review, REVIEW))
        if name in scores
    ]
    colour = next((colour for minimum, colour in minima if score < minimum), BAR)
    pen.text((left, top), _cut(name.split(".", 1)[1].replace("_", " "), NAME - 8, 14), INK, _font(14))
    start = left + NAME
    pen.rectangle((start, top + 4, start + BAR_PX, top + 14), LINE)
    if score == score:
        pen.rectangle((start, top + 4, start + max(1, round(BAR_PX * score / 100)), top + 14), colour)
    for minimum, _ in minima:
        tick = start + round(BAR_PX * minimum / 100)
        pen.line((tick, top + 2, tick, top + 16), INK, 1)
    number = f"{score:.0f}" if score == score else "-"
    pen.text((start + BAR_PX + 40, top), number, INK, _font(14), anchor="ra")


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def _cut(name: str, width: int, size: int = 15) -> str:
    """The end of a long text, which says more of a path than its beginning."""
    name, font = name[-200:], _font(size)
    if font.getlength(name) <= width:
        return name
    while len(name) > 1 and font.getlength("..." + name) > width:
        name = name[1:]
    return "..." + name


def _lines(sentence: str, width: int) -> list[tuple[str, bool]]:
    """Lines, and whether each is the first of its sentence."""
    font, lines = _font(15), [""]
    for word in sentence.split():
        longer = f"{lines[-1]} {word}".strip()
        if font.getlength(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return [(line, i == 0) for i, line in enumerate(lines)]
