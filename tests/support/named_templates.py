"""Templates that are names, and matchers that keep of them what a station stores: no features, arrays, or a text."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Named:
    """A template that is a name."""

    name: str

    def to_bytes(self) -> bytes:
        return self.name.encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> "Named":
        return cls(data.decode())


@dataclass(frozen=True, eq=False)
class Letters:
    """Index features: the letters of a name in two rows, and how many there are."""

    rows: NDArray[np.uint8]
    count: NDArray[np.float64]


class WithoutFeatures:
    """A matcher that offers no cheap score."""

    Template = Named


class WithText(WithoutFeatures):
    """A matcher whose index features are a text, which is not stored."""

    def __init__(self) -> None:
        self.made: list[str] = []

    def index_features(self, template: Named) -> str:
        self.made.append(template.name)
        return template.name.upper()

    def prefilter_scores(self, probe: str, references: Sequence[str]) -> NDArray[np.float64]:
        return np.array([float(probe == each) for each in references])


class WithArrays(WithText):
    """A matcher whose index features are arrays, which are stored."""

    IndexFeatures = Letters

    def index_features(self, template: Named) -> Letters:
        self.made.append(template.name)
        letters = np.frombuffer(template.name.encode(), np.uint8)
        return Letters(np.stack([letters, letters[::-1]]), np.array(float(len(letters))))
