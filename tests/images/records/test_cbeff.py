import base64
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from biocapture.errors import FormatError
from biocapture.images.records.cbeff import NAMESPACE, Bir, Registered, position_named, read_bir, subtype_of
from biocapture.images.records.cbeff_writing import write_bir
from biocapture.types import Modality, Position

MOSIP = f"""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<BIR xmlns="{NAMESPACE}">
    <BIRInfo><Integrity>false</Integrity></BIRInfo>
    <BIR>
        <Version><Major>1</Major><Minor>2</Minor></Version>
        <CBEFFVersion><Major>1</Major><Minor>1</Minor></CBEFFVersion>
        <BIRInfo><Integrity>true</Integrity></BIRInfo>
        <BDBInfo>
            <Index>086e059f-6baa-4824-9f2b-8e2807de3947</Index>
            <Format><Organization>Mosip</Organization><Type>7</Type></Format>
            <CreationDate>2021-08-11T10:32:48.121201800Z</CreationDate>
            <Type>Finger</Type>
            <Subtype>Left LittleFinger</Subtype>
            <Level>Raw</Level>
            <Purpose>Enroll</Purpose>
            <Quality><Algorithm><Organization>HMAC</Organization><Type>SHA-256</Type></Algorithm><Score>80</Score></Quality>
        </BDBInfo>
        <BDB>RklSAA==</BDB>
        <SB>c2lnbmVk</SB>
        {{others}}
    </BIR>
</BIR>
"""
NEW = """<others><entry key="EXCEPTION">false</entry><entry key="RETRIES">1</entry></others>"""
OLD = """<Others><Key>EXCEPTION</Key><Value>false</Value></Others><Others><Key>RETRIES</Key><Value>1</Value></Others>"""
LEFT_LITTLE = Bir(
    block=b"FIR\0",
    security=b"signed",
    version=(1, 2),
    cbeff_version=(1, 1),
    integrity=True,
    index="086e059f-6baa-4824-9f2b-8e2807de3947",
    format=Registered("Mosip", "7"),
    created=datetime(2021, 8, 11, 10, 32, 48, 121201, UTC),
    type=("Finger",),
    subtype=("Left", "LittleFinger"),
    level="Raw",
    purpose="Enroll",
    quality=80,
    algorithm=Registered("HMAC", "SHA-256"),
    others=(("EXCEPTION", "false"), ("RETRIES", "1")),
)
BIAS = b"""<BIR xmlns="http://docs.oasis-open.org/bias/ns/biaspatronformat-1.0/"><BIRInfo><Integrity>0</Integrity></BIRInfo>
<BIR><Test xmlns="testschema">Unique</Test><BDBInfo><FormatOwner>257</FormatOwner><FormatType>7</FormatType>
<CreationDate>2019-01-03T10:22:18.043+05:30</CreationDate><Type>Finger</Type>
<Subtype>Left Right Thumb</Subtype><Quality>95</Quality></BDBInfo><BDB>RklSAA==</BDB></BIR></BIR>"""


@pytest.mark.parametrize("others", [NEW, OLD], ids=["entry", "key-value"])
def test_record_of_mosip_is_read(others: str) -> None:
    read = read_bir(MOSIP.format(others=others).encode())
    assert read == Bir((LEFT_LITTLE,))
    assert list(read.leaves()) == [LEFT_LITTLE]
    (leaf,) = read.parts
    assert (leaf.modality, leaf.position, leaf.is_exception) == (Modality.FINGERPRINT, Position.LEFT_LITTLE, False)


def test_record_of_the_older_schema_is_read() -> None:
    (leaf,) = read_bir(BIAS).parts
    assert (leaf.format, leaf.quality) == (Registered("257", "7"), 95)
    assert leaf.created == datetime(2019, 1, 3, 10, 22, 18, 43000, timezone(timedelta(hours=5.5)))
    assert (leaf.modality, leaf.position) == (Modality.FINGERPRINT, Position.UNKNOWN)


def test_written_records_follow_the_schema_order() -> None:
    text = write_bir(Bir((LEFT_LITTLE,))).decode()
    names = ("<BIR ", "<Version>", "<CBEFFVersion>", "<BIRInfo>", "<BDBInfo>", "<Index>", "<Format>", "<CreationDate>")
    names = (*names, "<Type>Finger", "<Subtype>", "<Level>", "<Purpose>", "<Quality>", "<BDB>", "<SB>", "<others>")
    places = [text.index(name) for name in names if name != "<BIRInfo>"]
    assert places == sorted(places)
    assert f'xmlns="{NAMESPACE}"' in text
    assert "2021-08-11T10:32:48.121201Z" in text


@pytest.mark.parametrize("position", [each for each in Position if each is not Position.UNKNOWN])
def test_positions_have_names(position: Position) -> None:
    modality = (
        Modality.FACE if position is Position.FACE else Modality.IRIS if "eye" in position else Modality.FINGERPRINT
    )
    assert position_named(modality, " ".join(subtype_of(position))) is position


@pytest.mark.parametrize("subtype", ["", "Left", "Thumb", "Left Right Thumb", "Left IndexFinger Thumb", "UNKNOWN", "x"])
def test_what_is_not_one_finger_is_unknown(subtype: str) -> None:
    assert position_named(Modality.FINGERPRINT, subtype) is Position.UNKNOWN


def test_a_quality_needs_no_algorithm() -> None:
    for algorithm in (None, Registered("HMAC", "SHA-256")):
        bir = Bir(type=("Face",), quality=70, algorithm=algorithm)
        assert read_bir(write_bir(bir)) == bir


@pytest.mark.parametrize("padded", [True, False])
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
@pytest.mark.parametrize("size", [62, 63, 64])
def test_base64_of_either_alphabet(encode: Callable[[bytes], bytes], padded: bool, size: int) -> None:
    block = bytes(range(256 - size, 256))
    text = encode(block).decode() if padded else encode(block).decode().rstrip("=")
    bir = read_bir(f"<BIR><BDB>{text}</BDB><SB>{text}</SB></BIR>".encode())
    assert (bir.block, bir.security) == (block, block)


def test_lenient_reading_names_what_it_leaves_out() -> None:
    spoilt = b"""<BIR><BDB>AAAA</BDB><SB>%</SB><BDBInfo><CreationDate>soon</CreationDate><Quality>many</Quality>
        <Type>Face</Type></BDBInfo></BIR>"""
    bir = read_bir(spoilt, lenient=True)
    assert (bir.block, bir.security, bir.created, bir.quality) == (bytes(3), b"", None, None)
    assert [problem.split()[0] for problem in bir.problems] == ["SB", "CreationDate", "Quality"]
    with pytest.raises(FormatError, match="SB is not base64"):
        read_bir(spoilt)


def test_an_exception_has_no_block() -> None:
    missing = Bir(type=("Iris",), subtype=("Right",), others=(("EXCEPTION", "True"),))
    (leaf,) = read_bir(write_bir(Bir((missing,)))).leaves()
    assert leaf.is_exception


plain = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn")), max_size=12).map(str.strip)
words = st.lists(st.sampled_from(["Left", "Right", "Thumb", "IndexFinger"]), max_size=2).map(tuple)
registered = st.builds(Registered, plain.filter(bool), plain)  # an empty one means none
entry = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn"), include_characters="\t\n\r"), max_size=12)
leaf_records = st.builds(
    Bir,
    st.just(()),
    st.binary(max_size=40),
    st.binary(max_size=40),
    st.none() | st.tuples(st.integers(0, 9), st.integers(0, 9)),
    st.none() | st.tuples(st.integers(0, 9), st.integers(0, 9)),
    plain,
    st.booleans(),
    plain,
    st.none() | registered,
    st.none() | st.datetimes(timezones=st.just(UTC)),
    st.lists(st.sampled_from(["Finger", "Iris", "Face"]), max_size=2).map(tuple),
    words,
    st.sampled_from(["", "Raw"]),
    st.sampled_from(["", "Enroll"]),
    st.none() | st.integers(0, 100),
    st.none(),
    st.lists(st.tuples(entry, entry), max_size=3).map(tuple),
)


@given(st.builds(Bir, st.lists(leaf_records, max_size=4).map(tuple)))
@settings(max_examples=150, deadline=None, derandomize=True)
def test_round_trip_loses_nothing(record: Bir) -> None:
    data = write_bir(record)
    assert read_bir(data) == record
    assert write_bir(read_bir(data)) == data


BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE BIR [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "&%c;&%c;&%c;&%c;&%c;&%c;&%c;&%c;">' % ((i + 1, *[i] * 8)) for i in range(97, 110))
    + b"]><BIR><BDB>&n;</BDB></BIR>"
)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "malformed XML: no element found"),
        (b"<BIR>", "malformed XML"),
        (b"<BIR></BIR><BIR/>", "malformed XML: junk"),
        (b'<?xml version="1.0" encoding="no-such"?><BIR/>', "malformed XML: unknown encoding"),
        (b"<svg/>", "element svg, expected BIR"),
        (BOMB, "document type"),
        (b'<!DOCTYPE BIR SYSTEM "file:///etc/passwd"><BIR/>', "document type"),
        (b"<BIR>&undefined;</BIR>", "malformed XML: undefined entity"),
        (b"<BIR>" * 9 + b"</BIR>" * 9, "BIR within BIR 9 deep, expected at most 8"),
        (b"<a>" * 5000 + b"</a>" * 5000, "XML of over 100000 elements or 32 levels"),
        (b"<BIR>" + b"<a/>" * 100001 + b"</BIR>", "XML of over 100000 elements"),
        (b"<BIR><BDB>RklS=AA</BDB></BIR>", "BDB is not base64"),
        (b"<BIR><BDB>\xc3\xa9</BDB></BIR>", "BDB is not base64"),
        (b"<BIR><Version><Major>one</Major></Version></BIR>", "Version 'one', expected a number"),
        (b"<BIR><Version/></BIR>", "Version '', expected a number"),
        (b"<BIR><BDBInfo><Quality><Score>101</Score></Quality></BDBInfo></BIR>", r"Quality 101, expected 0\.\.100"),
        (b"<BIR><BDBInfo><CreationDate>today</CreationDate></BDBInfo></BIR>", "CreationDate 'today'"),
    ],
)
def test_malformed_records_are_refused(data: bytes, says: str) -> None:
    start = time.perf_counter()
    with pytest.raises(FormatError, match=says):
        read_bir(data)
    assert time.perf_counter() - start < 5


@pytest.mark.parametrize("text", ["\0", "\ud800", "\ufffe", " spaces "])
def test_text_that_xml_cannot_hold_is_refused(text: str) -> None:
    with pytest.raises(FormatError):
        write_bir(Bir(creator=text))
