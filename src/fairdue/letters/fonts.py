"""The faces letters are set in. They come as Python packages, so that every machine draws the same letter."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path

FONT_PACKAGES = (
    "fontpkg_ibm_plex_sans_arabic",
    "fontpkg_arimo",
    "manimgx_fonts",
    "noto_cjk_sans_otc",
)
"""IBM Plex Sans Arabic; Arimo for the Swiss payment part; Noto Sans for Latin, Greek, Cyrillic and every other script a
name may be written in; Noto Sans CJK. All under the SIL Open Font License."""

LATIN, ARABIC, CHINESE = "Noto Sans", "IBM Plex Sans Arabic", "Noto Sans CJK SC"
SECOND_CHINESE = "Noto Sans Mono CJK SC"
"""The same Chinese characters in a face of their own; only its Latin letters differ, and those are not used. (The faces for
other regions have proportional Latin, but mainland forms only where a run of text counts as Chinese: not for a colon before
figures.)"""


@cache
def font_folders() -> tuple[Path, ...]:
    """Give the folders of the font packages; raises ModuleNotFoundError naming the package that is not installed."""
    return tuple(Path(str(files(name))) for name in FONT_PACKAGES)


def families(language: str) -> list[str]:
    """Give the font families for a language, first choice first; the others serve names in foreign scripts.

    In Chinese letters the first two share the Chinese characters (``faces.py``).
    """
    if language == "zh_Hans":
        return [CHINESE, SECOND_CHINESE, LATIN, ARABIC]
    if language == "ar":
        return [ARABIC, LATIN, CHINESE]
    return [LATIN, ARABIC, CHINESE]
