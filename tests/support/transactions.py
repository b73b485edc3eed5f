"""ANSI/NIST-ITL transactions put together by hand from the standard's tables."""

import base64

import numpy as np
from tests.support.pictures import COLOUR, GREY, picture

FS, GS, RS, US = "\x1c", "\x1d", "\x1e", "\x1f"


def tagged(kind: int, fields: dict[int, str | bytes], off_by: int = 0) -> bytes:
    """A record of text fields; its length may be made wrong."""
    body = b"".join(
        f"{GS}{kind}.{number:03}:".encode() + (value if isinstance(value, bytes) else value.encode())
        for number, value in fields.items()
    )
    size = len(body) + len(f"{kind}.001:") + 1
    digits = next(n for n in range(1, 9) if len(str(size + n)) == n)
    return f"{kind}.001:{size + digits + off_by}".encode() + body + FS.encode()


def first(*contents: tuple[int, int], native: str = "19.69") -> bytes:
    """Record 1."""
    listed = RS.join([f"1{US}{len(contents)}"] + [f"{kind}{US}{number:02}" for kind, number in contents])
    fields = {2: "0501", 3: listed, 4: "ENR", 5: "20260102", 7: "DAI", 8: "ORI", 9: "1", 11: native, 12: native}
    return tagged(1, fields)


def print_14(position: str, data: bytes, *, code: str = "PNG", unit: str = "1", rate: str = "500", **more: str) -> dict:
    """Fields of a record of type 14 whose picture is :data:`GREY`."""
    height, width = GREY.shape
    fields: dict[int, str | bytes] = {2: "01", 3: "1", 4: "ORI", 5: "20260102", 6: str(width), 7: str(height)}
    fields |= {8: unit, 9: rate, 10: rate, 11: code, 12: "8", 13: position}
    return fields | {int(name[1:]): value for name, value in more.items()} | {999: data}


def binary_4(position: int, data: bytes, code: int, flag: int = 0) -> bytes:
    """A record of type 4 whose picture is :data:`GREY`."""
    height, width = GREY.shape
    head = bytes([1, 3, position, 255, 255, 255, 255, 255, flag])
    body = head + width.to_bytes(2, "big") + height.to_bytes(2, "big") + bytes([code]) + data
    return (len(body) + 4).to_bytes(4, "big") + body


PNG, WSQ, JP2 = (picture(GREY, name).data for name in ("PNG", "WSQ", "JPEG2000"))
SLAP = picture(np.hstack([GREY, GREY]), "PNG").data
SEGMENTS = f"2{US}0{US}79{US}0{US}95{RS}3{US}80{US}159{US}10{US}95"
CONTENTS = ((2, 0), (4, 1), (4, 2), (14, 3), (14, 4), (14, 5), (9, 3), (10, 6), (10, 7), (13, 8), (15, 9), (17, 10))


def mixed() -> bytes:
    """One of every type that is read, and one that is no face."""
    slap = print_14("13", SLAP, f21=SEGMENTS) | {6: "160"}
    face = {3: "FACE", 4: "ORI", 6: "80", 7: "96", 8: "0", 9: "1", 10: "1", 11: "JP2L", 12: "SRGB"}
    iris = {3: "1", 4: "ORI", 6: "80", 7: "96", 8: "0", 9: "1", 10: "1", 11: "PNG", 12: "8", 13: "GRAY", 999: PNG}
    return b"".join(
        [
            first(*CONTENTS),
            tagged(2, {2: "00", 18: "DOE"}),
            binary_4(1, GREY.tobytes(), 0),
            binary_4(12, WSQ, 1, flag=1),
            tagged(14, slap),
            tagged(14, print_14("7", JP2, code="JP2L", unit="2", rate="394", f24=f"7{US}63{US}1{US}2")),
            tagged(14, print_14("11", GREY.tobytes(), code="NONE")),
            tagged(9, {2: "03", 3: "4", 4: "U"}),
            tagged(10, face | {999: picture(COLOUR, "JPEG2000").data}),
            tagged(10, face | {3: "SCAR", 999: PNG}),
            tagged(13, print_14("0", PNG) | {3: "4"}),
            tagged(15, print_14("21", PNG)),
            tagged(17, iris),
        ]
    )


def package() -> bytes:
    """An NIST-XML package: a slap of two fingers, a face and an eye."""

    def image(kind: int, tag: str, data: bytes, code: str, width: int, more: str) -> str:
        return f"""<itl:Package{kind}><biom:RecordCategoryCode>{kind}</biom:RecordCategoryCode><biom:{tag}>
          <nc:BinaryBase64Object>{base64.b64encode(data).decode()}</nc:BinaryBase64Object>
          <biom:ImageBitsPerPixelQuantity>8</biom:ImageBitsPerPixelQuantity>
          <biom:ImageCompressionAlgorithmText>{code}</biom:ImageCompressionAlgorithmText>
          <biom:ImageHorizontalLineLengthPixelQuantity>{width}</biom:ImageHorizontalLineLengthPixelQuantity>
          <biom:ImageHorizontalPixelDensityValue>500</biom:ImageHorizontalPixelDensityValue>
          <biom:ImageScaleUnitsCode>1</biom:ImageScaleUnitsCode>
          <biom:ImageVerticalLineLengthPixelQuantity>96</biom:ImageVerticalLineLengthPixelQuantity>
          <biom:ImageVerticalPixelDensityValue>500</biom:ImageVerticalPixelDensityValue>{more}
        </biom:{tag}></itl:Package{kind}>"""

    def segment(code: int, left: int, right: int) -> str:
        sides = {"BottomVertical": 95, "LeftHorizontal": left, "RightHorizontal": right, "TopVertical": 0}
        boxes = "".join(
            f"<biom:Segment{side}CoordinateValue>{value}</biom:Segment{side}CoordinateValue>"
            for side, value in sides.items()
        )
        return f"""<biom:FingerprintImageSegmentPositionSquare><biom:FingerPositionCode>{code}</biom:FingerPositionCode>
            {boxes}</biom:FingerprintImageSegmentPositionSquare>"""

    def finger(code: int, more: str = "") -> str:
        return f"""<biom:FingerprintImageImpressionCaptureCategoryCode>0
            </biom:FingerprintImageImpressionCaptureCategoryCode>
            <biom:FingerPositionCode>{code}</biom:FingerPositionCode>{more}"""

    slap = finger(13, segment(2, 0, 79) + segment(3, 80, 159))
    records = [
        image(14, "FingerImpressionImage", SLAP, "PNG", 160, slap),
        image(14, "FingerImpressionImage", PNG, "PNG", 80, finger(6)),
        image(10, "FaceImage", PNG, "PNG", 80, "<biom:ImageCategoryCode>FACE</biom:ImageCategoryCode>"),
        image(17, "IrisImage", PNG, "PNG", 80, "<biom:IrisEyePositionCode>2</biom:IrisEyePositionCode>"),
    ]
    spaces = 'xmlns:itl="http://biometrics.nist.gov/standard/2011" xmlns:biom="urn:b" xmlns:nc="urn:n"'
    head = "<itl:PackageInformationRecord><biom:RecordCategoryCode>1</biom:RecordCategoryCode>"
    head += "</itl:PackageInformationRecord>"
    name = "itl:NISTBiometricInformationExchangePackage"
    return f'<?xml version="1.0"?>\n<{name} {spaces}>{head}{"".join(records)}</{name}>'.encode()
