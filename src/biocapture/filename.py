"""Which slot and modality a file name speaks of. Conservative: what is ambiguous is unknown."""

import re
from pathlib import Path

from biocapture.types import FINGERS, Modality, Position

RIGHT = {"right", "r", "kanan", "rt"}
LEFT = {"left", "l", "kiri", "lt"}
DIGITS = {
    "thumb": {"thumb", "jempol", "ibu"},
    "index": {"index", "telunjuk", "fore", "forefinger"},
    "middle": {"middle", "tengah"},
    "ring": {"ring", "manis"},
    "little": {"little", "kelingking", "pinky", "small"},
}
SHORT = dict(zip("timrl", DIGITS, strict=True)) | {"p": "little"}
"""Second letter of two-letter forms such as RI (right index) and LT (left thumb)."""

WORDS = {
    Modality.FINGERPRINT: {
        "finger",
        "fingers",
        "fingerprint",
        "fingerprints",
        "print",
        "prints",
        "sidik",
        "jari",
        "fgp",
    },
    Modality.IRIS: {"iris", "irises", "eye", "eyes", "mata"},
    Modality.FACE: {"face", "faces", "wajah", "foto", "photo", "photos", "portrait", "portraits", "selfie"},
}
EYES = {"od": Position.RIGHT_EYE, "os": Position.LEFT_EYE}


def position_of(path: str | Path) -> Position:
    """Slot from the file's own name: ``right_index``, ``R2``, ``FGP 2``, ``RI``, ``telunjuk_kanan``, ``…_500_03``.

    Returns
    -------
    Position
        ``UNKNOWN`` when the name says nothing, or more than one thing.
    """
    words = _words(Path(path).stem)
    found = {position for position in (*_spoken(words), *_coded(words)) if position is not Position.UNKNOWN}
    return found.pop() if len(found) == 1 else Position.UNKNOWN


def modality_of_name(path: str | Path) -> Modality | None:
    """Modality from the words of the file name, else of the nearest folder that names one; None when neither does."""
    position = position_of(path)
    if position in FINGERS[1:]:
        return Modality.FINGERPRINT
    if position is not Position.UNKNOWN:
        return Modality.FACE if position is Position.FACE else Modality.IRIS
    parts = Path(path).parts
    for part in (Path(path).stem, *reversed(parts[:-1])):
        words = set(_words(part))
        found = [modality for modality, known in WORDS.items() if words & known]
        if found:
            return found[0] if len(found) == 1 else None
    return None


def _words(name: str) -> list[str]:
    spaced = re.sub(r"([a-z])([A-Z])", r"\1 \2", name)
    return re.findall(r"[a-z]+|\d+", spaced.lower())


def _spoken(words: list[str]) -> list[Position]:
    """Positions said in words: a side and a finger, or a side and an eye."""
    known = set(words)
    sides = [side for side, names in (("right", RIGHT), ("left", LEFT)) if known & names]
    digits = [digit for digit, names in DIGITS.items() if known & names]
    if known & {"face", "wajah"}:
        return [Position.FACE]
    if len(sides) != 1:
        return []
    if len(digits) == 1:
        return [Position(f"{sides[0]}_{digits[0]}")]
    return [Position(f"{sides[0]}_eye")] if not digits and known & WORDS[Modality.IRIS] else []


def _coded(words: list[str]) -> list[Position]:
    """Positions in code: R2 / L4 (finger of a hand), FGP n, two letters, NIST ``…_<ppi>_<nn>``, OD / OS."""
    found = [EYES[word] for word in words if word in EYES]
    for word, following in zip(words, [*words[1:], ""], strict=True):
        number = int(following) if following.isdigit() and len(following) <= 2 else 0
        if word in ("r", "l") and 1 <= number <= 5:
            found.append(FINGERS[number + (5 if word == "l" else 0)])
        if word in ("fgp", "finger", "pos", "position") and 1 <= number <= 10:
            found.append(FINGERS[number])
        if word.isdigit() and int(word) in (500, 1000, 2000) and 1 <= number <= 10 and len(following) == 2:
            found.append(FINGERS[number])
    found += [
        Position(f"{'right' if word[0] == 'r' else 'left'}_{SHORT[word[1]]}")
        for word in words
        if len(word) == 2 and word[0] in "rl" and word[1] in SHORT and word not in RIGHT | LEFT
    ]
    if words in (["rt"], ["lt"]):
        found.append(Position.RIGHT_THUMB if words == ["rt"] else Position.LEFT_THUMB)
    return found
