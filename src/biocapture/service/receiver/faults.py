"""Faults that are planted on request, so that a sender can be tried: the receiver as a server at its limit."""

import random
from dataclasses import dataclass, field
from typing import Any

from starlette.responses import Response


@dataclass(slots=True)
class Faults:
    """How often a request goes wrong.

    Attributes
    ----------
    share : float
        Of the requests, for each kind: status 500, status 503 with ``Retry-After``, a receipt that is not right.
    seed : int
    """

    share: float = 0.0
    seed: int = 0
    _chance: random.Random = field(init=False)

    def __post_init__(self) -> None:
        """Begin the sequence."""
        self._chance = random.Random(self.seed)  # noqa: S311  planted faults are repeated by their seed

    def instead(self, method: str) -> Response | None:
        """An answer in place of the right one.

        Parameters
        ----------
        method : str

        Returns
        -------
        Response or None
            None where nothing goes wrong.
        """
        if self._chance.random() < self.share:
            return Response(status_code=500)
        if self._chance.random() < self.share:
            return Response(status_code=503, headers={"Retry-After": "1"} if method != "HEAD" else {})
        return None

    def spoilt(self, receipt: dict[str, Any]) -> dict[str, Any]:
        """A receipt, or one that is not right.

        Parameters
        ----------
        receipt : dict

        Returns
        -------
        dict
        """
        if self._chance.random() >= self.share:
            return receipt
        wrong = {"sha256": "0" * 64, "id": "f" * 32, "signature": "00" * 64, "size": receipt["size"] + 1}
        name = self._chance.choice(sorted(wrong))
        return receipt | {name: wrong[name]}
