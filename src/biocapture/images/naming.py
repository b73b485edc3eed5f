"""Position and modality that a file name states. Conservative: what is ambiguous counts as unknown."""

import re
from itertools import pairwise
from pathlib import Path

from biocapture.types import FINGERS, SEVERAL_FINGERS, FingerGroup, Modality, Position

RIGHT_WORDS = {"right", "r", "kanan", "rt"}
LEFT_WORDS = {"left", "l", "kiri", "lt"}
DIGIT_WORDS = {
    "thumb": {"thumb", "jempol", "ibu"},
    "index": {"index", "telunjuk", "fore", "forefinger"},
    "middle": {"middle", "tengah"},
    "ring": {"ring", "manis"},
    "little": {"little", "kelingking", "pinky", "small"},
}
DIGIT_LETTERS = dict(zip("timrl", DIGIT_WORDS, strict=True)) | {"p": "little"}
"""Second letter of two-letter forms such as RI (right index) and LT (left thumb)."""

MODALITY_WORDS = {
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
NIST_CODES = {f"{code:02}" for code in range(1, 11)}
GROUP_WORDS = {"slap", "slaps", "four"}
"""With a side: the four fingers of a hand at once."""

THUMBS_WORDS = {"thumbs"}
"""Both thumbs at once."""

EYE_CODES = {"od": Position.RIGHT_EYE, "os": Position.LEFT_EYE}


def position_of(path: str | Path) -> Position:
    """Position from the file's own name: ``right_index``, ``R2``, ``FGP 2``, ``RI``, ``telunjuk_kanan``, ``…_500_03``.

    Parameters
    ----------
    path : path
        Only its last part is read.

    Returns
    -------
    Position
        ``UNKNOWN`` when the name states no position, or contradicts itself.
    """
    words = _words(Path(path).stem)
    positions = _positions(words)
    if len(positions) != 1 or len(_modalities(words)) != 1:
        return Position.UNKNOWN
    (position,) = positions
    is_consistent = position is Position.FACE or all(position.startswith(side) for side in _sides(words))
    return position if is_consistent else Position.UNKNOWN


def fingers_of(path: str | Path) -> tuple[Position, ...]:
    """Fingers of a slap from the file's own name: ``right_slap``, ``left_four_fingers``, ``thumbs``, ``…_500_13``.

    Parameters
    ----------
    path : path
        Only its last part is read.

    Returns
    -------
    tuple of Position
        Empty when the name states no slap, or contradicts itself.
    """
    words = _words(Path(path).stem)
    known, sides = set(words), _sides(words)
    groups = set()
    if known & GROUP_WORDS and len(sides) == 1 and not _positions(words):
        groups.add(FingerGroup(f"{sides[0]}_slap").fingers)
    if known & THUMBS_WORDS and not sides and not _positions(words):
        groups.add(FingerGroup.THUMBS.fingers)
    for word, following in pairwise(words):
        numbered = word in ("fgp", "pos", "position") or (word in ("500", "1000", "2000") and following == words[-1])
        if numbered and following.isdigit() and int(following) in SEVERAL_FINGERS:
            groups.add(SEVERAL_FINGERS[int(following)])
    return groups.pop() if len(groups) == 1 else ()


def modality_of_name(path: str | Path) -> Modality | None:
    """Modality from the file name, otherwise from the words of the nearest folder that names one.

    Faces have eyes: within a folder of faces, a name with eyes in it but without a side (``faces/red_eyes.jpg``) is
    ignored.

    Parameters
    ----------
    path : path

    Returns
    -------
    Modality or None
        None when neither name states one, or both several.
    """
    if fingers_of(path):
        return Modality.FINGERPRINT
    *folders, _ = ("", *Path(path).parts)
    words = _words(Path(path).stem)
    own = _modalities(words)
    around = next((claim for folder in reversed(folders) if (claim := _modalities_in_words(_words(folder)))), set())
    if own == {Modality.IRIS} and around == {Modality.FACE} and not (_positions(words) or "iris" in words):
        own = set()
    nearest = own or around
    return nearest.pop() if len(nearest) == 1 else None


def _modalities(words: list[str]) -> set[Modality]:
    """All modalities that a name states. Beside a position, the word "photo" is ignored: any capture is one."""
    positions = _positions(words)
    if not positions:
        return _modalities_in_words(words)
    named = {modality for position in positions if (modality := position.modality)}
    return named | (_modalities_in_words(words) - {Modality.FACE})


def _modalities_in_words(words: list[str]) -> set[Modality]:
    """Modalities whose words are among those of a name."""
    return {modality for modality, known in MODALITY_WORDS.items() if known & set(words)}


def _words(name: str) -> list[str]:
    spaced = re.sub(r"([a-z])([A-Z])", r"\1 \2", name)
    return re.findall(r"[a-z]+|\d+", spaced.lower())


def _positions(words: list[str]) -> set[Position]:
    return {*_positions_in_words(words), *_positions_in_codes(words)}


def _sides(words: list[str]) -> list[str]:
    return [side for side, names in (("right", RIGHT_WORDS), ("left", LEFT_WORDS)) if names & set(words)]


def _positions_in_words(words: list[str]) -> list[Position]:
    """Positions in words: every side with every finger, every side with an eye, a face."""
    known = set(words)
    digits = [digit for digit, names in DIGIT_WORDS.items() if known & names]
    parts = digits + (["eye"] if known & MODALITY_WORDS[Modality.IRIS] else [])
    positions = [Position(f"{side}_{part}") for side in _sides(words) for part in parts]
    return [*positions, Position.FACE] if known & {"face", "wajah"} else positions


def _positions_in_codes(words: list[str]) -> list[Position]:
    """Positions in code: R2 / L4 (finger of a hand), FGP n, two letters, NIST ``…_<ppi>_<nn>`` at the end, OD / OS."""
    positions = [EYE_CODES[word] for word in words if word in EYE_CODES]
    for word, following in zip(words, [*words, ""][1:], strict=True):
        number = int(following) if following.isdigit() and len(following) <= 2 else 0
        if word in ("r", "l") and 1 <= number <= 5:
            positions.append(FINGERS[number + (5 if word == "l" else 0)])
        if word in ("fgp", "finger", "pos", "position") and 1 <= number <= 10:
            positions.append(FINGERS[number])
    if len(words) > 1 and words[-2] in ("500", "1000", "2000") and words[-1] in NIST_CODES:
        positions.append(FINGERS[int(words[-1])])
    positions += [
        Position(f"{'right' if word[0] == 'r' else 'left'}_{DIGIT_LETTERS[word[1]]}")
        for word in words
        if len(word) == 2 and word[0] in "rl" and word[1] in DIGIT_LETTERS and word not in RIGHT_WORDS | LEFT_WORDS
    ]
    if words in (["rt"], ["lt"]):
        positions.append(Position.RIGHT_THUMB if words == ["rt"] else Position.LEFT_THUMB)
    return positions
