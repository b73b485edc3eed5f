"""Anatomy of a synthetic eye: iris, pupil, lids, and the corners by which left and right differ."""

from dataclasses import dataclass

import numpy as np

from biocapture.synthetic.eye.conditions import check_seed
from biocapture.synthetic.eye.iris_texture import Floats, iris_texture
from biocapture.types import Position

PERSON_RANGES = {
    "iris_grey": (88.0, 158.0),
    "iris_contrast": (4.5, 13.0),
    "sclera_grey": (172.0, 215.0),
    "pupil_grey": (20.0, 52.0),
    "skin_grey": (195.0, 245.0),
    "nasal_canthus": (2.25, 2.6),
    "temporal_canthus": (2.5, 2.9),
    "canthal_tilt": (-0.05, 0.35),
    "upper_lid": (0.95, 1.12),
    "lower_lid": (0.95, 1.15),
    "crease": (0.0, 0.5),
    "lash_length": (0.45, 0.8),
    "lash_density": (0.6, 1.0),
    "lash_droop": (0.05, 0.7),
    "brow": (1.7, 2.7),
}
"""Ranges of the traits that both eyes of a capture subject have nearly in common; units as of :class:`Eye`."""


@dataclass(frozen=True, slots=True)
class Eye:
    """Anatomy of one eye. Lengths in iris radii, greys 0–255; nasal is positive along the eye's own horizontal.

    Attributes
    ----------
    side : Position
        ``RIGHT_EYE`` or ``LEFT_EYE`` of the subject.
    seed : int
        Of everything about this eye that does not change between captures.
    texture : (ROWS, COLUMNS) float32
        Relief of the iris, pupil to limbus; columns run from the nasal horizontal over the lower lid.
    pupil_nasal, pupil_down : float
        Offset of the pupil from the limbus' centre.
    pupil_oval, pupil_oval_rad : float
        Half axes differ by this share; direction of the longer one.
    pupil_ripple : (4,) float
        Amplitude and phase of the third and the fourth harmonic of the pupil's radius.
    limbus_width : float
        Deviation of the transition from iris to sclera.
    iris_grey, iris_contrast, sclera_grey, pupil_grey, skin_grey : float
    nasal_canthus, temporal_canthus, canthal_tilt : float
        Distance of the corners from the limbus' centre; how much higher than the nasal one the temporal one lies.
    upper_lid, lower_lid : float
        Height of the lids' apices above and below the limbus' centre, wide open.
    crease : float
        Height of the fold above the upper lid; 0 = none.
    lash_length, lash_density, lash_droop : float
        Length; 0..1 of the densest row; share of the upper lashes that hang down over the eye.
    brow : float
        Height of the eyebrow's lower edge.
    """

    side: Position
    seed: int
    texture: Floats
    pupil_nasal: float
    pupil_down: float
    pupil_oval: float
    pupil_oval_rad: float
    pupil_ripple: tuple[float, float, float, float]
    limbus_width: float
    iris_grey: float
    iris_contrast: float
    sclera_grey: float
    pupil_grey: float
    skin_grey: float
    nasal_canthus: float
    temporal_canthus: float
    canthal_tilt: float
    upper_lid: float
    lower_lid: float
    crease: float
    lash_length: float
    lash_density: float
    lash_droop: float
    brow: float

    @property
    def nasal_sign(self) -> float:
        """+1 where the nose is towards rising columns (a right eye), -1 for a left eye."""
        return 1.0 if self.side is Position.RIGHT_EYE else -1.0


def eye(person_seed: int, left: bool = False) -> Eye:
    """Draw an eye at random; the same arguments give the same eye.

    The two eyes of a person share lids, skin and colour; their textures have nothing in common, as in life
    (Daugman & Downing 2001, doi:10.1098/rspb.2001.1696).

    Parameters
    ----------
    person_seed : int
        Which synthetic subject.
    left : bool
        True for a left eye, False for a right eye.

    Returns
    -------
    Eye

    Raises
    ------
    UsageError
        The seed is negative or not a whole number.
    """
    check_seed(person_seed)
    person = np.random.default_rng([person_seed, 0xE7E])
    own = np.random.default_rng([person_seed, 0xE7E, 1 + int(left)])
    return Eye(
        side=Position.LEFT_EYE if left else Position.RIGHT_EYE,
        seed=2 * person_seed + int(left),
        texture=iris_texture(own),
        pupil_nasal=float(own.normal(0.03, 0.015)),
        pupil_down=float(own.normal(0.02, 0.012)),
        pupil_oval=float(own.uniform(0.01, 0.035)),
        pupil_oval_rad=float(own.uniform(0, np.pi)),
        pupil_ripple=_ripple(own),
        limbus_width=float(own.uniform(0.012, 0.042)),
        **_person_traits(person, own),
    )


def _person_traits(person: np.random.Generator, own: np.random.Generator) -> dict[str, float]:
    """Drawn once for the person, with a little of the eye's own."""
    return {
        name: float(low + (high - low) * (person.uniform() + 0.04 * own.normal()))
        for name, (low, high) in PERSON_RANGES.items()
    }


def _ripple(random: np.random.Generator) -> tuple[float, float, float, float]:
    third, fourth = random.normal(0.0, (0.004, 0.003))
    third_at, fourth_at = random.uniform(0, 2 * np.pi, 2)
    return float(third), float(third_at), float(fourth), float(fourth_at)
