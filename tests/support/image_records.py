"""Finger, face and iris image records written by hand from the format descriptions."""

FINGER_2005 = bytes.fromhex(
    "46495200 30313000"  # 0: FIR, version 010
    "000000000034"  # 8: record length 52
    "0102 001e"  # 14: capture device, acquisition level 30
    "01 01"  # 18: one finger, per inch
    "03e8 03e8 01f4 01f4"  # 20: scanned at 1000, image of 500
    "08 00 0000"  # 28: 8 bits, not compressed; reserved
    "00000014 02 01 01 48 00 0003 0002 00"  # 32: 20 bytes; right index, 1 view, its first; quality 72; plain; 3×2 px
    "00 40 80 c0 ff 10"  # 46: the picture
)
FINGER_2011 = bytes.fromhex(
    "46495200 30323000"  # 0: FIR, version 020
    "0000004d 0001 01 01"  # 8: record length 77, one representation, certified, one position
    "0000003d"  # 16: representation length 61
    "07e6 0c 1c 0c 1e 0f 03d0"  # 20: 2022-12-28 12:30:15.976
    "04 0021 0003"  # 29: device technology, vendor, type
    "01 39 0040 000f"  # 34: one quality block: 57, vendor, algorithm
    "01 0040 02"  # 40: one certification block
    "07 00"  # 44: left index, representation 0
    "02 00c5 00c5 00c5 00c5"  # 46: per cm, 197 both
    "08 06 1d"  # 55: 8 bits, PNG, impression unknown
    "0140 01e0"  # 58: 320×480 px
    "00000005 706963 7475"  # 62: 5 bytes of picture
    "0003 0006 6162"  # 71: a comment of 2 bytes
)
FACE_2005 = bytes.fromhex(
    "46414300 30313000"  # 0: FAC, version 010
    "0000003b 0001"  # 8: record length 59, one image
    "0000002d 0001"  # 14: block of 45 bytes, one feature point
    "02 03 01 800005 0007"  # 20: female, brown eyes, hair; 24 properties; expression
    "01 02 b5 00 01 02"  # 28: yaw 0°, pitch 2°, roll -2° and their uncertainties
    "01 31 0010 0020 0000"  # 34: MPEG-4 point 3.1 at (16, 32)
    "01 01 00f0 0140 01 02 0005 0000"  # 42: full frontal, JPEG 2000, 240×320 px, RGB, a camera
    "ff4fff51 00"  # 54: the picture
)
FACE_2011 = bytes.fromhex(
    "46414300 30333000"  # 0: FAC, version 030
    "0000004b 0001 00 0000"  # 8: record length 75, one image, not certified, alone
    "0000003a"  # 17: representation length 58
    "07e4 09 0a 10 29 2a 0000"  # 21: 2020-09-10 16:41:42
    "06 0000 0000"  # 30: digital camera
    "01 5a 0001 0002"  # 35: quality 90
    "0000 ff 00 00 b4 000000 0000 000000 000000"  # 41: no landmarks, sex unknown, 180 cm
    "01 02 0168 01e0 04 0000 01 01"  # 58: full frontal, lossless JPEG 2000, 360×480 px, level 4, RGB
    "00000002 ff4f"  # 69: the picture
)
IRIS_2005 = bytes.fromhex(
    "49495200 30313000"  # 0: IIR, version 010
    "00000043"  # 8: record length 67
    "0007 01 002d 0155 00c8"  # 12: device, one eye, header of 45 bytes, properties, diameter 200
    "0002 0004 0002 08 00"  # 21: raw grey, 4×2 px, 8 bits, not transformed
    "00112233445566778899aabbccddeeff"  # 29: serial number
    "02 0001"  # 45: left eye, one image
    "0001 5a 0100 ffff 00000008"  # 48: number 1, quality 90, rotation, 8 bytes
    "0011223344556677"  # 59
)
IRIS_2011 = bytes.fromhex(
    "49495200 30323000"  # 0: IIR, version 020
    "0000004f 0001 00 01"  # 8: record length 79, one image, not certified, one eye
    "0000003f"  # 16: representation length 63
    "ffff ff ff ff ff ff ffff"  # 20: time unknown
    "01 0000 0000"  # 29: CMOS or CCD
    "01 ff 0000 0000"  # 34: quality failed
    "0001 01 02 0e 05"  # 40: number 1, right eye, VGA, grey PNG, base orientation
    "0280 01e0 08"  # 46: 640×480 px, 8 bits
    "0bb8 0000 ffff"  # 51: range, roll and its uncertainty
    "0140 0142 00f0 00f2 00d2 00dc"  # 57: bounds of centre and diameter
    "00000006 89504e470d0a"  # 69: 6 bytes of picture
)
ALL = {
    "finger-2005": FINGER_2005,
    "finger-2011": FINGER_2011,
    "face-2005": FACE_2005,
    "face-2011": FACE_2011,
    "iris-2005": IRIS_2005,
    "iris-2011": IRIS_2011,
}


def with_length(data: bytes) -> bytes:
    """The record with its total length made true again."""
    at, size = (8, 6) if data.startswith(b"FIR\x00010") else (8, 4)
    return data[:at] + len(data).to_bytes(size, "big") + data[at + size :]
