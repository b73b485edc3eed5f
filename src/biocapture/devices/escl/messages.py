"""What eSCL (AirScan) scanners say and are told, in XML: capabilities, state, settings of a scan.

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
        Least, most and step of resolutions, ppi.
    """

    width: int
    height: int
    colours: frozenset[str]
    formats: frozenset[str]
    resolutions: frozenset[int]
    ranges: tuple[tuple[int, int, int], ...] = ()

    def has_resolution(self, ppi: int) -> bool:
        """Whether it can scan at this resolution."""
        return ppi in self.resolutions or any(
            least <= ppi <= most and (ppi - least) % step == 0 for least, most, step in self.ranges
        )

    @property
    def resolutions_text(self) -> str:
        """For errors."""
        listed = [str(ppi) for ppi in sorted(self.resolutions)]
        return ", ".join(listed + [f"{least}…{most} in steps of {step}" for least, most, step in self.ranges])


@dataclass(frozen=True, slots=True)
class ScannerCapabilities:
    """Who the scanner is and what it can do; ``sources`` by ``Platen`` and ``Feeder``."""

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
    """The root element.

    Raises
    ------
    DeviceDataError
        Not XML, or of another name.
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

    Raises
    ------
    DeviceDataError
        It is none, or names no source that can scan.
    """
    root = parse_xml(data, "ScannerCapabilities", peer)
    found = {
        "Platen": _descend(root, "Platen", "PlatenInputCaps"),
        "Feeder": _descend(root, "Adf", "AdfSimplexInputCaps"),
    }
    sources = {name: _source(element, peer) for name, element in found.items() if element}
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
    """Only those that are the same both ways: prints are not stretched."""
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
    least, most, step = (_number(across.value(name) or "1", name, peer) for name in ("Min", "Max", "Step"))
    return [(least, most, max(1, step))]


def _number(text: str, name: str, peer: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 9 and 0 < int(text) <= MAX_UNITS):
        raise DeviceDataError(f"{name} is {text[:20]!r}, expected 1…{MAX_UNITS}", peer)
    return int(text)


def parse_status(data: bytes, peer: str) -> tuple[str, str]:
    """State of the scanner and of its feeder out of ``ScannerStatus``: ``Idle``, ``ScannerAdfLoaded`` …"""
    root = parse_xml(data, "ScannerStatus", peer)
    return root.value("State"), root.value("AdfState")


def write_settings(wanted: ScanSettings, version: str) -> bytes:
    """``ScanSettings`` as scanners expect them: in this order, with both names of the format."""
    region = "".join(
        f"<pwg:{name}>{value}</pwg:{name}>"
        for name, value in (
            ("ContentRegionUnits", "escl:ThreeHundredthsOfInches"),
            ("XOffset", wanted.left),
            ("YOffset", wanted.top),
            ("Width", wanted.width),
            ("Height", wanted.height),
        )
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<scan:ScanSettings xmlns:scan="{SCAN}" xmlns:pwg="{PWG}">'
        f"<pwg:Version>{escape(version)}</pwg:Version>"
        f'<pwg:ScanRegions pwg:MustHonor="true"><pwg:ScanRegion>{region}</pwg:ScanRegion></pwg:ScanRegions>'
        f"<pwg:InputSource>{wanted.source}</pwg:InputSource>"
        f"<pwg:DocumentFormat>{escape(wanted.format)}</pwg:DocumentFormat>"
        f"<scan:DocumentFormatExt>{escape(wanted.format)}</scan:DocumentFormatExt>"
        f"<scan:ColorMode>{wanted.colour}</scan:ColorMode>"
        f"<scan:XResolution>{wanted.ppi}</scan:XResolution><scan:YResolution>{wanted.ppi}</scan:YResolution>"
        "</scan:ScanSettings>"
    ).encode()


def parse_settings(data: bytes, peer: str) -> ScanSettings:
    """Read ``ScanSettings``, as the simulator does.

    Raises
    ------
    DeviceDataError
        It is none, or has numbers out of range.
    """
    root = parse_xml(data, "ScanSettings", peer)
    region = _descend(root, "ScanRegions", "ScanRegion")
    across, down = (_number(root.value(name), name, peer) for name in ("XResolution", "YResolution"))
    if across != down:
        raise DeviceDataError(f"{across} × {down} ppi, expected the same both ways", peer)
    numbers = {name: region.value(name) if region else "" for name in ("XOffset", "YOffset", "Width", "Height")}
    left, top = (0 if numbers[name] in ("", "0") else _number(numbers[name], name, peer) for name in list(numbers)[:2])
    width, height = (_number(numbers[name], name, peer) if numbers[name] else 0 for name in list(numbers)[2:])
    wanted = root.value("DocumentFormatExt") or root.value("DocumentFormat") or JPEG
    return ScanSettings(
        root.value("InputSource") or "Platen",
        across,
        root.value("ColorMode") or COLOUR,
        wanted,
        left,
        top,
        width,
        height,
    )
