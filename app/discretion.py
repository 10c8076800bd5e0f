"""What a text or a telephone may not say to whoever happens to hold it: the one list of words.

A test holds it against every sentence that is spoken on the line, texted to a person or sent to staff; a programme
brings no words of its own. The public pages are not held to it: whoever reads them has come to them. Words are stems,
found anywhere in a text, in any of our languages, whichever it is in.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_SERVICE: Final = (
    *("socialtjänst", "socialkontor", "avhopp", "jourlinje", "hjälplinje", "linjen", "kommun"),
    *("social service", "social work", "defect", "exit programme", "helpline", "hotline", "municipal", "council"),
    *("خدمات اجتماع", "خدمه اجتماع", "شؤون اجتماع", "منشق", "انشقاق", "خط ساخن", "بلديه"),
    *("adeegga bulsh", "adeegyada bulsh", "arrimaha bulsh", "ka bixitaan", "degmada"),
)
_PLACE: Final = (
    *("stockholm", "göteborg", "gothenburg", "malmö", "uppsala", "järva", "rinkeby", "rosengård", "biskopsgården"),
    *(r"\bstaden?\b", r"\bstads", r"\bcity\b", "مدينه", "ستوكهولم", "غوتنبرغ", "مالمو", "magaalada"),
)
_TROUBLE: Final = (
    *("gäng", "polis", "brott", "krimin", "våld", r"\bhot\b", r"\bhota", "skydd", "vapen", "knark", "narkot", "skjut"),
    *(r"\bgang", "police", "crime", "crimin", "violen", "threat", "protect", "weapon", "drug", "shooting"),
    *("عصاب", "شرطه", "شرطي", "جريم", "جرائم", "اجرام", "مجرم", "عنف", "تهديد", "حمايه", "سلاح", "مخدر"),
    *(
        "gaang",
        "burcad",
        "boolis",
        "bilays",
        "dambi",
        "dembi",
        "rabsh",
        "gacan ka had",
        "hanjab",
        "ilaalin",
        r"\bhub(?:ka)?\b",
    ),
    *("daroog", "mukhaadar"),
)
_PROMISE: Final = (
    *("anonym", "garant", "ingen får veta", "polisen får inte", "kan inte spåras", "helt säker"),
    *("guarantee", "no one will know", "nobody will know", "cannot be traced", "untraceable", "confidential"),
    *("مجهول", r"سري\b", "سريه", "نضمن", "مضمون", "لن يعرف", "لا يمكن تتبع"),
    *("qarsood", "sir ah", "dammaanad", "lama ogaan", "cidna ma oga"),
)
_TRAIL: Final = (r"https?:", r"www\.", r"\b\w+\.(?:se|nu|org|com)\b", r"@\w")

FORBIDDEN: Final = {
    "the service": _SERVICE,
    "a place": _PLACE,
    "the trouble": _TROUBLE,
    "a promise that nobody can keep": _PROMISE,
    "an address": _TRAIL,
}
"""Stems by what they would give away. Arabic ones as `_plain` writes them."""

_STEMS: Final = {kind: re.compile("|".join(stems)) for kind, stems in FORBIDDEN.items()}
_ARABIC: Final = str.maketrans("أإآٱىة", "اااايه", "\u0640")

GSM_7: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The plainest alphabet of text messages (3GPP TS 23.038, section 6.2.1). Swedish and Somali fit, Arabic does not."""

GSM_7_TWICE: Final = frozenset("^{}\\[~]|€\f")
"""Signs of the same alphabet that take the room of two."""

ONE_SEGMENT: Final = 160
ONE_SEGMENT_OF_UCS_2: Final = 70


def indiscretions(text: str) -> list[str]:
    """What a text would give away, each with the words that do it: `the trouble: gäng`. Empty: it may be said."""
    plain = _plain(text)
    found = ((kind, stems.search(plain)) for kind, stems in _STEMS.items())
    return [f"{kind}: {match[0].strip()}" for kind, match in found if match]


def fits_one_segment(text: str) -> bool:
    """Whether a text message arrives in one piece: 160 signs of the GSM-7 alphabet, or 70 UTF-16 units of any other."""
    if set(text) <= GSM_7 | GSM_7_TWICE:
        return len(text) + sum(sign in GSM_7_TWICE for sign in text) <= ONE_SEGMENT
    return len(text.encode("utf-16-be")) // 2 <= ONE_SEGMENT_OF_UCS_2


def _plain(text: str) -> str:
    """Lower case, Arabic without vowel marks and with one spelling of each letter, so that a stem is found."""
    marks_apart = unicodedata.normalize("NFC", text)
    unmarked = "".join(sign for sign in marks_apart if not unicodedata.combining(sign))
    return unmarked.translate(_ARABIC).casefold()
