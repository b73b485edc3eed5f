"""Words of a record's report, per language: slots, checks, verdicts and phrases. Sentences to operators are in the
JSON files beside.
"""

LANGUAGES = ("en", "id")

_SIDES = {"right": ("right", "kanan"), "left": ("left", "kiri")}
_PARTS = {
    "thumb": ("thumb", "ibu jari"),
    "index": ("index finger", "telunjuk"),
    "middle": ("middle finger", "jari tengah"),
    "ring": ("ring finger", "jari manis"),
    "little": ("little finger", "kelingking"),
    "eye": ("eye", "mata"),
}

PHRASES = {
    "READY": ("READY to upload", "SIAP diunggah"),
    "RETAKE": ("RETAKE", "AMBIL ULANG"),
    "REVIEW": ("REVIEW", "PERIKSA"),
    "ready": ("good", "baik"),
    "retake": ("take again", "ambil ulang"),
    "review": ("look at it", "periksa"),
    "unassessed": ("not assessed in this version", "belum dinilai pada versi ini"),
    "unreadable": ("no usable capture", "tidak ada gambar yang dapat dipakai"),
    "missing": ("missing", "tidak ada"),
    "amputated": ("amputated", "diamputasi"),
    "bandaged": ("bandaged", "diperban"),
    "chance": ("estimated chance of failing at the central server", "perkiraan peluang gagal di server pusat"),
    "avoids": ("status avoided", "status yang dihindari"),
    "todo": ("What to do, in this order", "Yang harus dilakukan, berurutan"),
    "attempts": ("best of {} attempts", "terbaik dari {} percobaan"),
    "blind": ("Not assessed or not compared", "Tidak dinilai atau tidak dibandingkan"),
    "minimum": ("lowest", "terendah"),
    "mean": ("mean", "rata-rata"),
    "size": ("size of the images", "ukuran gambar"),
    "fingerprint": ("fingers", "jari"),
    "iris": ("eyes", "mata"),
    "face": ("face", "wajah"),
    "unknown": ("not told", "tidak disebut"),
    "record": ("the record", "data ini"),
    "seen": ("seen in", "terlihat pada"),
}
"""Key → text in the order of :data:`LANGUAGES`."""


def phrase(key: str, language: str = "en") -> str:
    """A word or phrase; the key itself when it has none."""
    texts = PHRASES.get(key)
    return texts[LANGUAGES.index(language)] if texts else key


def slot_name(slot: str, language: str = "en") -> str:
    """A slot as a person calls it: ``right_index`` → right index finger, telunjuk kanan."""
    side, _, part = slot.partition("_")
    if side not in _SIDES or part not in _PARTS:
        return phrase(slot, language)
    which = LANGUAGES.index(language)
    words = _SIDES[side][which], _PARTS[part][which]
    return " ".join(words if language == "en" else words[::-1])
