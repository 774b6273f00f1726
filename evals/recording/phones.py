"""Finds telephone numbers as people write them, and leaves ids, dates, times, versions and amounts alone.

Sources: ITU-T E.123 (how numbers are written) and E.164, section 6 (at most 15 digits).
"""

import re

_BEFORE = r"(?<![\w.,:/+#-])(?<!\d )"
_AFTER = r"(?!\w|[.,:-]\d)"
# A day before a year stands where a number with a leading zero may stand.
_NO_DATE = "".join(rf"(?!\d\d{gap}\d\d{gap}(?:19|20)\d\d(?!\d))" for gap in ("-", "/", " "))
_GAP = r"[ ().\-/]{0,3}"
_US = r"[2-9]\d\d"
_FORMS = (
    r"00[1-9]\d{10,13}",
    r"00[1-9]\d{0,2}(?:[ /()-]{1,3}\d{1,8}){2,6}",
    rf"(?:1[ .-])?\({_US}\) ?\d{{3}}[ .-]\d{{4}}",
    rf"(?:1-)?{_US}-\d{{3}}-\d{{4}}",
    rf"(?:1\.)?{_US}\.\d{{3}}\.\d{{4}}",
    rf"{_NO_DATE}\(?0[1-9]\d{{0,3}}\)?(?: ?[ /-] ?\d{{2,8}}){{1,5}}",
)
PHONE = re.compile(rf"(?<![\w+])\+\(?\d(?:{_GAP}\d){{7,14}}(?!\w)|{_BEFORE}(?:{'|'.join(_FORMS)}){_AFTER}")
_FIELD = re.compile(r"(?i)(?:phone|mobile|whatsapp|^tel|[_ -]tel|fax|handy)(?:[_ ]?(?:number|no|nr))?$")
_DIGITS = range(9, 16)
# A field that is called so may hold an extension, too.
_FEWEST_IN_A_FIELD = 5


def is_phone(text: str) -> bool:
    """Say whether what looks like a telephone number has as many digits as one.

    Args:
        text: What `PHONE` found.
    """
    return text.startswith("+") or len(digits_of(text)) in _DIGITS


def phones_in(text: str) -> list[str]:
    """Find telephone numbers in a text.

    Args:
        text: Anything.
    """
    return [found for found in PHONE.findall(text) if is_phone(found)]


def is_phone_field(name: str, value: object) -> bool:
    """Say whether a field holds a telephone number, in whatever form.

    Args:
        name: The field's.
        value: What it holds.
    """
    is_some = isinstance(value, str | int) and not isinstance(value, bool)
    return is_some and bool(_FIELD.search(name)) and len(digits_of(str(value))) >= _FEWEST_IN_A_FIELD


def digits_of(number: str) -> str:
    """The digits alone, by which two forms of a number are the same.

    Args:
        number: A telephone number.
    """
    return re.sub(r"[^0-9]", "", number)


def any_form_of(digits: str) -> str:
    """A pattern for a number whatever stands between its digits.

    Args:
        digits: Its digits.
    """
    return rf"(?<![\w.])\+?\(?{_GAP.join(digits)}(?!\w|[.,:]\d)"
