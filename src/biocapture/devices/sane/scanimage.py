"""SANE through its program ``scanimage``: one run for each scan."""

import re
import struct

from biocapture.devices.transport.child import Child
from biocapture.errors import (
    DeviceBusyError,
    DeviceDataError,
    DeviceDisconnectedError,
    DeviceError,
    DeviceNotFoundError,
    DeviceTimeoutError,
    DeviceUnsupportedError,
    NothingPresentedError,
)
from biocapture.types import MM_PER_INCH

ERROR_CLASSES: tuple[tuple[str, type[DeviceError]], ...] = (
    ("open of device", DeviceNotFoundError),
    ("no SANE devices found", DeviceNotFoundError),
    ("Device busy", DeviceBusyError),
    ("Scanner cover is open", DeviceBusyError),
    ("out of documents", NothingPresentedError),
    ("Error during device I/O", DeviceDisconnectedError),
    ("access to resource has been denied", DeviceUnsupportedError),
    ("Operation not supported", DeviceUnsupportedError),
    ("option", DeviceUnsupportedError),
    ("argument", DeviceUnsupportedError),
    ("End of file", DeviceDataError),
    ("No IDATs", DeviceDataError),
    ("Out of memory", DeviceDataError),
    ("cancel", DeviceTimeoutError),
)
"""Part of an error text and what it means; the first that occurs counts, case ignored."""

MAX_TEXT_BYTES = 1_000_000
OPTION = re.compile(r"^ {4}--([a-z0-9-]+)(?:\[=\((.*?)\)\]| (.*?))? \[([^\]\n]*)\]$", re.MULTILINE)
"""A line of ``scanimage -A``: name, values, and the current one."""

NOT_SETTABLE = ("inactive", "read-only", "hardware")

Setting = tuple[str, str | float]
Area = tuple[float, float, float, float]
"""Left, top, width, height in mm; 0 width or height: as it is."""


class ScanimageEngine:
    """One scanner, by SANE's name for it."""

    def __init__(self, name: str, subject: str) -> None:
        self._name, self._subject = name, subject
        self._child: Child | None = None
        self.choices: dict[str, list[str]] = {}
        """Values each option may have, of those that can be set."""

    def open(self, deadline: float) -> None:
        """Ask which options the scanner has.

        Parameters
        ----------
        deadline : float
            On ``time.monotonic``'s clock.
        """
        self.choices = parse_choices(self._run(["-A"], deadline, MAX_TEXT_BYTES).decode("utf8", "replace"))

    def scan(self, settings: list[Setting], area: Area, deadline: float, limit: int) -> tuple[bytes, float]:
        """Scan one page.

        Parameters
        ----------
        settings : list of (str, str or float)
            SANE options and values, set in this order.
        area : (float, float, float, float)
            Left, top, width, height in mm; 0 width or height: as it is.
        deadline : float
            On ``time.monotonic``'s clock.
        limit : int
            Maximum of bytes.

        Returns
        -------
        page : bytes
            PNG.
        ppi : float
            Resolution the page states; 0 where it states none.

        Raises
        ------
        DeviceError
            Of the class that scanimage's message means.
        """
        options = [f"--{name}={value}" for name, value in settings]
        left, top, width, height = area
        options += [f"-l{left:g}", f"-t{top:g}"] if any(area) else []
        options += [f"-x{width:g}"] if width else []
        options += [f"-y{height:g}"] if height else []
        page = self._run(["--format=png", *options], deadline, limit)
        if not page:
            raise DeviceDataError("scanned nothing", self._subject)
        return page, stated_ppi(page)

    def close(self) -> None:
        """Nothing is open between two scans."""

    def _run(self, options: list[str], deadline: float, limit: int) -> bytes:
        child = Child(["scanimage", f"--device-name={self._name}", *options], self._subject)
        try:
            output = child.read_to_end(deadline, limit)
            status = child.exit_status()
            if status:
                raise error_of_text(child.stderr_tail(), status, self._subject)
            return output
        finally:
            child.terminate()


def stated_ppi(png: bytes) -> float:
    """Resolution in the chunk ``pHYs`` of a PNG.

    Parameters
    ----------
    png : bytes
        Its first kilobyte is searched.

    Returns
    -------
    float
        Pixels per inch; 0 where there is none, or not the same across and down.
    """
    at = png.find(b"pHYs", 0, 1000)
    if at < 0 or len(png) < at + 13:
        return 0.0
    across, down, unit = struct.unpack(">IIB", png[at + 4 : at + 13])
    return round(across * MM_PER_INCH / 1000, 1) if unit == 1 and across == down else 0.0


def parse_choices(text: str) -> dict[str, list[str]]:
    """Options that can be set now.

    Parameters
    ----------
    text : str
        Output of ``scanimage -A``.

    Returns
    -------
    dict of str to list of str
        Allowed values of each; those that are inactive or read-only are left out.
    """
    matches = (match.groups(default="") for match in OPTION.finditer(text))
    return {
        name: (yes_no or values).split("|")
        for name, yes_no, values, current in matches
        if not current.startswith(NOT_SETTABLE)
    }


def error_of_text(text: str, status: int, subject: str) -> DeviceError:
    """Error of a failed run; scanimage's notes on rounded values are not the reason.

    Parameters
    ----------
    text : str
        What it wrote to stderr.
    status : int
        Its exit status.
    subject : str
        The scanner.

    Returns
    -------
    DeviceError
        Of the class that the text means; not raised.
    """
    lines = [line.removeprefix("scanimage: ") for line in text.splitlines() if "rounded value" not in line]
    meanings = ((kind, line) for line in lines for part, kind in ERROR_CLASSES if part.lower() in line.lower())
    kind, line = next(meanings, (DeviceError, (lines or [f"scanimage failed (status {status})"])[-1]))
    return kind(line[:300], subject)


def list_scanners(deadline: float) -> list[str]:
    """Names of all scanners that SANE finds.

    Parameters
    ----------
    deadline : float
        On ``time.monotonic``'s clock.

    Returns
    -------
    list of str
        Empty when the time is over.
    """
    child = Child(["scanimage", "-f", "%d%n"], "sane")
    try:
        return child.read_to_end(deadline, MAX_TEXT_BYTES).decode("utf8", "replace").split()
    except DeviceTimeoutError:
        return []
    finally:
        child.terminate()
