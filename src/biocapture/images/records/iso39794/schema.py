"""Tags and codes of the fields that are read and written: the same names in ASN.1 and in XML.

All tags are of the context and implicit; a ``CHOICE`` keeps its own tag inside. A code is such a choice: ``code [0]``,
or an extension ``[1]`` whose field ``[0]`` is the nearest code of the edition.
"""

from collections.abc import Mapping

from biocapture.images.codecs.picture import Encoding
from biocapture.types import FINGERS, Modality

Tags = Mapping[str, int]

DATA_BLOCK: Tags = {"versionBlock": 0, "representationBlocks": 1}
VERSION: Tags = {"generation": 0, "year": 1}
TIME: Tags = {"year": 0, "month": 1, "day": 2, "hour": 3, "minute": 4, "second": 5, "millisecond": 6}
QUALITY: Tags = {"algorithmIdBlock": 0, "scoreOrError": 1}
ALGORITHM: Tags = {"organization": 0, "id": 1}
SCORE: Tags = {"score": 0, "error": 1}
RATE: Tags = {"samplesPerUnit": 0, "unitDimension": 1}
FINGER: Tags = {
    "position": 0,
    "impression": 1,
    "imageDataFormat": 2,
    "imageData": 3,
    "captureDateTimeBlock": 4,
    "qualityBlocks": 6,
    "spatialSamplingRateBlock": 7,
}
FACE: Tags = {"representationId": 0, "imageRepresentation": 1, "captureDateTimeBlock": 2, "qualityBlocks": 3}
REPRESENTATION: Tags = {"base": 0, "extensionBlock": 1}
BASE: Tags = {"imageRepresentation2DBlock": 0}
FACE_2D: Tags = {"representationData2D": 0, "imageInformation2DBlock": 1}
INFORMATION: Tags = {"imageDataFormat": 0, "faceImageKind2D": 1, "imageSizeBlock": 7, "imageColourSpace": 9}
SIZE: Tags = {"width": 0, "height": 1}
IRIS: Tags = {
    "eyeLabelCode": 0,
    "irisImageKind": 1,
    "bitDepth": 2,
    "imageDataFormat": 3,
    "horizontalOrientationCode": 4,
    "verticalOrientationCode": 5,
    "compressionHistoryCode": 6,
    "range": 7,
    "captureDateTimeBlock": 8,
    "irisImageData": 9,
    "qualityBlocks": 11,
}
RANGE: Tags = {"range": 0, "errorCode": 1}

APPLICATION_TAGS = {Modality.FINGERPRINT: 4, Modality.FACE: 5, Modality.IRIS: 6}
"""Number of the part of the standard, which is the tag of its data block."""

ROOTS = {
    Modality.FINGERPRINT: "fingerImageDataBlock",
    Modality.FACE: "faceImageDataBlock",
    Modality.IRIS: "irisImageDataBlock",
}
NAMESPACE = "https://standards.iso.org/iso-iec/39794/-{}/ed-1"
GENERATION = 3
YEARS = {Modality.FINGERPRINT: 2019, Modality.FACE: 2019, Modality.IRIS: 2021}

FORMATS: Mapping[Modality, Mapping[int, Encoding]] = {
    Modality.FINGERPRINT: {
        0: Encoding.PNM,
        1: Encoding.WSQ,
        2: Encoding.JPEG2000,
        3: Encoding.JPEG2000_LOSSLESS,
        4: Encoding.PNG,
    },
    Modality.FACE: {2: Encoding.JPEG, 3: Encoding.JPEG2000, 4: Encoding.JPEG2000_LOSSLESS, 5: Encoding.PNG},
    Modality.IRIS: {
        0: Encoding.PNM,
        1: Encoding.PNM,
        2: Encoding.PNG,
        3: Encoding.JPEG2000_LOSSLESS,
        4: Encoding.JPEG2000,
    },
}

_SIDES = [
    f"{side}{part.capitalize()}Finger"
    for side in ("right", "left")
    for part in ("thumb", "index", "middle", "ring", "little")
]
NAMES: Mapping[str, Mapping[int, str]] = {
    "position": dict(enumerate(["unknownPosition", *_SIDES])),
    "impression": {
        0: "plainContact",
        1: "rolledContact",
        4: "latentImage",
        8: "swipeContact",
        24: "stationarySubjectContactlessPlain",
        25: "stationarySubjectContactlessRolled",
        28: "otherImpression",
        29: "unknownImpression",
        41: "movingSubjectContactlessPlain",
        42: "movingSubjectContactlessRolled",
    },
    "unitDimension": {0: "inch", 1: "cm"},
    "eyeLabelCode": {0: "unknown", 1: "rightIris", 2: "leftIris"},
    "irisImageKind": {1: "uncropped", 2: "vga", 3: "cropped", 7: "croppedAndMasked"},
    "horizontalOrientationCode": {0: "undefined", 1: "leftToRight", 2: "rightToLeft"},
    "verticalOrientationCode": {0: "undefined", 1: "topToBottom", 2: "bottomToTop"},
    "compressionHistoryCode": {0: "undefined", 1: "losslessOrNone", 2: "lossy"},
    "errorCode": {0: "unassigned", 1: "failed", 2: "overflow"},
    "faceImageKind2D": {0: "mrtd", 1: "generalPurpose"},
    "imageColourSpace": {
        0: "unknown",
        1: "other",
        2: "rgb24Bit",
        3: "rgb48Bit",
        4: "yuv422",
        5: "greyscale8Bit",
        6: "greyscale16Bit",
    },
}
"""In XML codes are written by name; numbers are read, too."""

FORMAT_NAMES: Mapping[Modality, Mapping[int, str]] = {
    Modality.FINGERPRINT: {0: "pgm", 1: "wsq", 2: "jpeg2000Lossy", 3: "jpeg2000Lossless", 4: "png"},
    Modality.FACE: {0: "unknown", 1: "other", 2: "jpeg", 3: "jpeg2000Lossy", 4: "jpeg2000Lossless", 5: "png"},
    Modality.IRIS: {0: "pgm", 1: "ppm", 2: "png", 3: "jpeg2000Lossless", 4: "jpeg2000Lossy"},
}
RGB_24, GREY_8 = 2, 5
GENERAL_PURPOSE, UNCROPPED = 1, 1
MAX_FINGER = len(FINGERS) - 1
