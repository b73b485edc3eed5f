"""Words of a run's report, per language. Sentences to operators are in the JSON files beside."""

LANGUAGES = ("en", "id")

PHRASES = {
    "title": ("Capture report", "Laporan hasil tangkapan"),
    "READY": ("Ready", "Siap"),
    "REVIEW": ("To be looked at", "Perlu diperiksa"),
    "RETAKE": ("Take again", "Ambil ulang"),
    "ERROR": ("Unreadable", "Tidak terbaca"),
    "ready_means": ("good enough to upload", "cukup baik untuk diunggah"),
    "review_means": ("a person should decide", "perlu keputusan petugas"),
    "retake_means": ("would probably fail later", "kemungkinan besar akan gagal nanti"),
    "error_means": ("the file could not be opened", "berkas tidak dapat dibuka"),
    "fingerprint": ("Fingerprints", "Sidik jari"),
    "iris": ("Irises", "Iris"),
    "face": ("Faces", "Wajah"),
    "none": ("Unreadable files", "Berkas tidak terbaca"),
    "headline": (
        "Of {total} captures, {ready} ({share}) are ready to upload; {retake} should be taken again.",
        "Dari {total} tangkapan, {ready} ({share}) siap diunggah; {retake} sebaiknya diambil ulang.",
    ),
    "headline_reason": (
        "What would help most: {guidance} ({count} captures, {share})",
        "Yang paling membantu: {guidance} ({count} tangkapan, {share})",
    ),
    "skip": ("Skip to the content", "Langsung ke isi"),
    "contents": ("Contents", "Daftar isi"),
    "overview": ("Overview", "Ringkasan"),
    "reasons": ("What to do", "Yang harus dilakukan"),
    "scores": ("Quality", "Mutu"),
    "groups": ("Slots, devices, days", "Posisi, alat, hari"),
    "position": ("Slot", "Posisi"),
    "device": ("Device", "Alat"),
    "day": ("Day", "Hari"),
    "measures": ("Measures", "Ukuran"),
    "cases": ("Cases to look at", "Contoh untuk dilihat"),
    "correlations": ("Correlations", "Korelasi"),
    "errors": ("Errors", "Galat"),
    "versions": ("Versions", "Versi"),
    "against": ("Compared", "Perbandingan"),
    "captures": ("Captures", "Tangkapan"),
    "share": ("Share", "Bagian"),
    "ready_share": ("Ready", "Siap"),
    "interval": ("95 % interval", "selang 95 %"),
    "quality": ("Quality", "Mutu"),
    "median": ("Median", "Median"),
    "verdicts": ("Verdicts", "Putusan"),
    "main_reason": ("Main reason", "Penyebab utama"),
    "reason": ("Reason", "Penyebab"),
    "worst_fault": ("Worst fault", "Kesalahan terburuk"),
    "worst_fault_share": ("Share of its kind", "Bagian dari jenisnya"),
    "also": ("Any fault", "Semua kesalahan"),
    "examples": ("For example", "Contoh"),
    "measure": ("Measure", "Ukuran"),
    "unit": ("Unit", "Satuan"),
    "reference": ("Reference", "Acuan"),
    "this_run": ("This run", "Data ini"),
    "low_tail": ("Below 95 % of the reference", "Di bawah 95 % acuan"),
    "below_minimum": ("Below minimum", "Di bawah minimum"),
    "score_strip": ("Scores 0–100", "Skor 0–100"),
    "median_raw": ("Median, raw", "Median mentah"),
    "file": ("File", "Berkas"),
    "verdict": ("Verdict", "Putusan"),
    "picture": ("Picture", "Gambar"),
    "worst": ("Lowest quality", "Mutu terendah"),
    "borderline": ("Closest to a minimum", "Paling dekat dengan batas minimum"),
    "margin": ("Distance to the minimum", "Jarak ke minimum"),
    "message": ("Message", "Pesan"),
    "first_file": ("First file", "Berkas pertama"),
    "more": ("{count} more", "{count} lagi"),
    "pairs": ("Strongest pairs", "Pasangan terkuat"),
    "pair": ("Pair", "Pasangan"),
    "correlation": ("Correlation", "Korelasi"),
    "change": ("Change", "Perubahan"),
    "before": ("Before", "Sebelum"),
    "now": ("Now", "Sekarang"),
    "better": ("better", "membaik"),
    "worse": ("worse", "memburuk"),
    "unclear": ("no clear difference", "tidak jelas berbeda"),
    "rarer": ("rarer", "lebih jarang"),
    "more_often": ("more often", "lebih sering"),
    "what": ("What", "Apa"),
    "nothing": ("Nothing to show.", "Tidak ada yang ditampilkan."),
    "minimum": ("minimum", "minimum"),
    "unknown": ("not told", "tidak disebut"),
    "name": ("Name", "Nama"),
    "value": ("Value", "Isi"),
    "technical": ("For engineers", "Untuk teknisi"),
    "rows_scroll": ("table, scrolls sideways", "tabel, dapat digeser ke samping"),
    "sort_hint": (
        "Tables are sorted by pressing a column's name.",
        "Tabel diurutkan dengan menekan nama kolom.",
    ),
    "scores_text": (
        "Quality predicts how useful a capture is for comparison: 0 useless, 100 best. Colours are verdicts, the dashed "
        "line is the minimum of the profile.",
        "Mutu memperkirakan kegunaan tangkapan untuk pembandingan: 0 tidak berguna, 100 terbaik. Warna menunjukkan "
        "putusan, garis putus-putus adalah batas minimum profil.",
    ),
    "reasons_text": (
        "Each capture is counted under its worst fault; most frequent first.",
        "Setiap tangkapan dihitung pada kesalahan terburuknya; yang tersering lebih dulu.",
    ),
    "strip_text": (
        "Strips show where the middle half (thick), nine tenths (thin) and the median (mark) of the scores lie.",
        "Pita menunjukkan letak separuh tengah (tebal), sembilan persepuluh (tipis) dan median (tanda) skor.",
    ),
    "measures_text": (
        "Upper strip: this run; lower, grey strip: the reference ({about}). If both were alike, 5 % of the captures "
        "would lie below 95 % of the reference. Raw medians come from a sample of up to {sampled} captures per modality.",
        "Pita atas: data ini; pita bawah, abu-abu: acuan ({about}). Bila keduanya serupa, 5 % tangkapan berada di bawah "
        "95 % acuan. Median mentah berasal dari contoh paling banyak {sampled} tangkapan per modalitas.",
    ),
    "cases_text": (
        "Files with the lowest quality, and those that a slightly better or worse capture would have judged otherwise.",
        "Berkas dengan mutu terendah, dan yang putusannya akan berbeda bila tangkapan sedikit lebih baik atau buruk.",
    ),
    "correlations_text": (
        "Rank correlation (Spearman) of the scores in a sample. Measures that move together say the same thing twice, "
        "or fail together.",
        "Korelasi peringkat (Spearman) antar skor pada contoh. Ukuran yang bergerak bersama menyatakan hal yang sama, "
        "atau gagal bersama.",
    ),
    "against_text": (
        "This run against {name}. A difference is called clear when its 95 % interval excludes zero; of twenty "
        "comparisons without any real difference, about one is called clear by chance. Intervals take the two runs as "
        "independent: where both hold the same files, they are wider than need be.",
        "Data ini dibandingkan dengan {name}. Perbedaan disebut jelas bila selang 95 % tidak memuat nol; dari dua puluh "
        "perbandingan tanpa perbedaan nyata, kira-kira satu tampak jelas karena kebetulan. Selang menganggap kedua data "
        "bebas: bila berkasnya sama, selang lebih lebar daripada seharusnya.",
    ),
    "paired_text": (
        "{count} files of the sample are in both runs (same content): {changed} changed their verdict, quality changed "
        "by {mean} on average ({low} to {high}).",
        "{count} berkas contoh ada di kedua data (isi sama): {changed} berubah putusannya, mutu berubah rata-rata "
        "{mean} ({low} sampai {high}).",
    ),
    "privacy": (
        "This file contains images of people: keep it as carefully as the captures themselves.",
        "Berkas ini memuat gambar orang: jaga seketat data tangkapan itu sendiri.",
    ),
    "made": ("Made by biocapture {version}", "Dibuat dengan biocapture {version}"),
    "heat_label": ("Correlation of the scores of {name}", "Korelasi skor {name}"),
    "histogram_label": (
        "Number of captures by quality, {name}: median {median}, {share} ready",
        "Jumlah tangkapan menurut mutu, {name}: median {median}, {share} siap",
    ),
    "days_label": ("Share of ready captures by day", "Bagian tangkapan siap per hari"),
}
"""Key → text in the order of :data:`LANGUAGES`."""


def phrase(key: str, language: str = "en") -> str:
    """A word or phrase; the key itself when it has none."""
    texts = PHRASES.get(key)
    return texts[LANGUAGES.index(language)] if texts else key


def number(value: float, language: str = "en", digits: int = 0) -> str:
    """A number as it is written in the language; – for none."""
    if value != value:
        return "–"
    shown = f"{value:,.{digits}f}"
    return shown if language == "en" else shown.translate(str.maketrans(",.", ".,"))


def share(part: float, language: str = "en", digits: int = 1) -> str:
    """A share 0..1 in per cent."""
    return f"{number(100 * part, language, digits)}\u00a0%" if part == part else "–"
