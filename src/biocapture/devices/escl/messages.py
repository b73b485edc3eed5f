"""Messages of eSCL (AirScan) scanners in XML: capabilities, state, settings of a scan.

Names and units follow Mopria's eSCL specification: lengths are in 1/300 inch, whatever the resolution.
"""

from dataclasses import dataclass
from xml.sax.saxutils import escape

from biocapture.errors import DeviceDataError, FormatError
from biocapture.images.records.xml_tree import Element, xml_tree

UNITS_PER_INCH = 300
SCAN = "http://schemas.hp.com/imaging/escl/2011/05/03"
PWG = "http://www.pwg.org/schemas/2010/12/sm"
GREY, COLOUR = "Grayscale8", "RGB24"
PNG, JPEG = "image/png", "image/jpeg"
MAX_UNITS = 100_000


@dataclass(frozen=True, slots=True)
class ScanSource:
    """A glass or a feeder.

    Attributes
    ----------
    width, height : int
        Largest area, 1/300 inch.
    colours : frozenset of str
        ``Grayscale8``, ``RGB24`` …
    formats : frozenset of str
        MIME types.
    resolutions : frozenset of int
        Those it lists, ppi.
    ranges : tuple of (int, int, int)
        Minimum, maximum and step of resolutions, ppi.
    """

    width: int
    height: int
    colours: frozenset[str]
    formats: frozenset[str]
    resolutions: frozenset[int]
    ranges: tuple[tuple[int, int, int], ...] = ()

    def has_resolution(self, ppi: int) -> bool:
        """Whether it can scan at a resolution.

        Parameters
        ----------
        ppi : int

        Returns
        -------
        bool
        """
        return ppi in self.resolutions or any(
            minimum <= ppi <= maximum and (ppi - minimum) % step == 0 for minimum, maximum, step in self.ranges
        )

    @property
    def resolutions_text(self) -> str:
        """All resolutions, for errors."""
        listed = [str(ppi) for ppi in sorted(self.resolutions)]
        return ", ".join(listed + [f"{minimum}…{maximum} in steps of {step}" for minimum, maximum, step in self.ranges])


@dataclass(frozen=True, slots=True)
class ScannerCapabilities:
    """Identity and abilities of a scanner; ``sources`` by ``Platen`` and ``Feeder``."""

    version: str
    model: str
    maker: str
    serial: str
    sources: dict[str, ScanSource]


@dataclass(frozen=True, slots=True)
class ScanSettings:
    """One scan; lengths in 1/300 inch."""

    source: str
    ppi: int
    colour: str
    format: str
    left: int
    top: int
    width: int
    height: int


def parse_xml(data: bytes, name: str, peer: str) -> Element:
    """Root element of a message.

    Parameters
    ----------
    data : bytes
    name : str
        Of the element that is expected.
    peer : str
        For errors.

    Returns
    -------
    Element

    Raises
    ------
    DeviceDataError
        Not XML, or another element.
    """
    try:
        root = xml_tree(data)
    except FormatError as error:
        raise DeviceDataError(f"sent no {name}: {error.message}", peer) from error
    if root.name != name:
        raise DeviceDataError(f"sent {root.name[:40]!r}, expected {name}", peer)
    return root


def parse_capabilities(data: bytes, peer: str) -> ScannerCapabilities:
    """Read ``ScannerCapabilities``.

    Parameters
    ----------
    data : bytes
    peer : str
        For errors.

    Returns
    -------
    ScannerCapabilities

    Raises
    ------
    DeviceDataError
        Not such a message, or no source in it that can scan.
    """
    root = parse_xml(data, "ScannerCapabilities", peer)
    elements = {
        "Platen": _descend(root, "Platen", "PlatenInputCaps"),
        "Feeder": _descend(root, "Adf", "AdfSimplexInputCaps"),
    }
    sources = {name: _source(element, peer) for name, element in elements.items() if element}
    if not sources:
        raise DeviceDataError("names neither a glass nor a feeder", peer)
    serial = root.value("SerialNumber") or root.value("UUID")
    return ScannerCapabilities(
        root.value("Version") or "2.0", root.value("MakeAndModel"), root.value("Make"), serial, sources
    )


def _descend(element: Element | None, *names: str) -> Element | None:
    for name in names:
        element = element.child(name) if element else None
    return element


def _source(element: Element, peer: str) -> ScanSource:
    profiles = _descend(element, "SettingProfiles")
    listed = list(profiles.named("SettingProfile")) if profiles else []
    resolutions = [_descend(profile, "SupportedResolutions") for profile in listed]
    return ScanSource(
        width=_number(element.value("MaxWidth"), "MaxWidth", peer),
        height=_number(element.value("MaxHeight"), "MaxHeight", peer),
        colours=frozenset(_texts(listed, "ColorModes", "ColorMode")),
        formats=frozenset(_texts(listed, "DocumentFormats", "DocumentFormat"))
        | frozenset(_texts(listed, "DocumentFormats", "DocumentFormatExt")),
        resolutions=frozenset(ppi for each in resolutions if each for ppi in _discrete(each, peer)),
        ranges=tuple(steps for each in resolutions if each for steps in _ranges(each, peer)),
    )


def _texts(profiles: list[Element], group: str, name: str) -> list[str]:
    groups = [child for profile in profiles for child in profile.named(group)]
    return [element.text.strip() for each in groups for element in each.named(name)]


def _discrete(resolutions: Element, peer: str) -> list[int]:
    """Only those that are the same across and down: prints are not stretched."""
    group = resolutions.child("DiscreteResolutions")
    pairs = [
        tuple(_number(each.value(name), name, peer) for name in ("XResolution", "YResolution"))
        for each in (group.named("DiscreteResolution") if group else ())
    ]
    return [across for across, down in pairs if across == down]


def _ranges(resolutions: Element, peer: str) -> list[tuple[int, int, int]]:
    across = _descend(resolutions, "ResolutionRange", "XResolutionRange")
    if across is None:
        return []
    minimum, maximum, step = (_number(across.value(name) or "1", name, peer) for name in ("Min", "Max", "Step"))
    return [(minimum, maximum, max(1, step))]


def _number(text: str, name: str, peer: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 9 and 0 < int(text) <= MAX_UNITS):
        raise DeviceDataError(f"{name} is {text[:20]!r}, expected 1…{MAX_UNITS}", peer)
    return int(text)


def parse_status(data: bytes, peer: str) -> tuple[str, str]:
    """Read ``ScannerStatus``.

    Parameters
    ----------
    data : bytes
    peer : str
        For errors.

    Returns
    -------
    scanner, feeder : str
        ``Idle``, ``Processing`` …; ``ScannerAdfLoaded`` …, empty without a feeder.

    Raises
    ------
    DeviceDataError
        Not such a message.
    """
    root = parse_xml(data, "ScannerStatus", peer)
    return root.value("State"), root.value("AdfState")


def write_settings(settings: ScanSettings, version: str) -> bytes:
    """``ScanSettings`` as scanners expect them: in this order, with both names of the format.

    Parameters
    ----------
    settings : ScanSettings
    version : str
        That the scanner states.

    Returns
    -------
    bytes
        XML.
    """
    region = "".join(
        f"<pwg:{name}>{value}</pwg:{name}>"
        for name, value in (
            ("ContentRegionUnits", "escl:ThreeHundredthsOfInches"),
            ("XOffset", settings.left),
            ("YOffset", settings.top),
            ("Width", settings.width),
            ("Height", settings.height),
        )
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<scan:ScanSettings xmlns:scan="{SCAN}" xmlns:pwg="{PWG}">'
        f"<pwg:Version>{escape(version)}</pwg:Version>"
        f'<pwg:ScanRegions pwg:MustHonor="true"><pwg:ScanRegion>{region}</pwg:ScanRegion></pwg:ScanRegions>'
        f"<pwg:InputSource>{settings.source}</pwg:InputSource>"
        f"<pwg:DocumentFormat>{escape(settings.format)}</pwg:DocumentFormat>"
        f"<scan:DocumentFormatExt>{escape(settings.format)}</scan:DocumentFormatExt>"
        f"<scan:ColorMode>{settings.colour}</scan:ColorMode>"
        f"<scan:XResolution>{settings.ppi}</scan:XResolution><scan:YResolution>{settings.ppi}</scan:YResolution>"
        "</scan:ScanSettings>"
    ).encode()


def parse_settings(data: bytes, peer: str) -> ScanSettings:
    """Read ``ScanSettings``, as the simulator does.

    Parameters
    ----------
    data : bytes
    peer : str
        For errors.

    Returns
    -------
    ScanSettings
        0 width or height where none is stated.

    Raises
    ------
    DeviceDataError
        Not such a message, or numbers out of range.
    """
    root = parse_xml(data, "ScanSettings", peer)
    region = _descend(root, "ScanRegions", "ScanRegion")
    across, down = (_number(root.value(name), name, peer) for name in ("XResolution", "YResolution"))
    if across != down:
        raise DeviceDataError(f"{across} × {down} ppi, expected the same both ways", peer)
    numbers = {name: region.value(name) if region else "" for name in ("XOffset", "YOffset", "Width", "Height")}
    left, top = (0 if numbers[name] in ("", "0") else _number(numbers[name], name, peer) for name in list(numbers)[:2])
    width, height = (_number(numbers[name], name, peer) if numbers[name] else 0 for name in list(numbers)[2:])
    mime_type = root.value("DocumentFormatExt") or root.value("DocumentFormat") or JPEG
    source, colour = root.value("InputSource") or "Platen", root.value("ColorMode") or COLOUR
    return ScanSettings(source, across, colour, mime_type, left, top, width, height)
