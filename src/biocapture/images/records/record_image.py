"""One picture of a biometric record, of whatever kind the record is."""

from dataclasses import dataclass
from datetime import datetime

from biocapture.images.codecs.picture import StoredPicture
from biocapture.types import Modality, Position


@dataclass(frozen=True, slots=True)
class RecordImage:
    """One image of a record and what the record says of it.

    Attributes
    ----------
    modality : Modality
    position : Position
        Unknown for slaps, palms, and where the record does not say.
    picture : StoredPicture
        Not decoded yet.
    ppi : (float, float) or None
        Pixels per inch across and down; finger records only.
    quality : int or None
        0..100, higher is better; as judged by the sender.
    captured : datetime or None
    in_conflict : bool
        Envelope and data block name different positions; that of the envelope is given.
    notes : tuple of str
        Reason keys: what is wrong with the record around a picture that can be read.
    box : (int, int, int, int) or None
        Left, top, right and bottom of the part of the picture that it is, in pixels, right and bottom excluded; None =
        all of it. A slap whose fingers the record marks is one image per finger.
    impression : int or None
        Code of how a print was taken: 0 plain, 1 rolled (live scan), 2 and 3 (ink), 4..7 latent …
    fingers : tuple of Position
        Of a slap that is not cut into fingers; empty for other pictures.
    """

    modality: Modality
    position: Position
    picture: StoredPicture
    ppi: tuple[float, float] | None = None
    quality: int | None = None
    captured: datetime | None = None
    in_conflict: bool = False
    notes: tuple[str, ...] = ()
    box: tuple[int, int, int, int] | None = None
    impression: int | None = None
    fingers: tuple[Position, ...] = ()


@dataclass(frozen=True, slots=True)
class DamagedImage:
    """A place of a record at which a picture should be and cannot be read.

    Attributes
    ----------
    error : str
        Why not.
    modality : Modality or None
    position : Position
        As far as the record says.
    """

    error: str
    modality: Modality | None = None
    position: Position = Position.UNKNOWN


RecordPart = RecordImage | DamagedImage
