"""Words that need care when names are masked."""

import re

_WORD = re.compile(r"\w+")

TECHNICAL = frozenset(
    _WORD.findall(
        "type version id created workspace model profile forked_from turn time step call_id name "
        "title effect outcome decision rule finish_reason usage kind duration context system "
        "functions exit_code covers"
    )
)
"""Fields of a transcript's lines that hold what this program or the endpoint says, and nobody wrote."""

ALSO_WORDS = frozenset(
    _WORD.findall(
        "will mark grant hope grace rose art bill frank jack rob sue pat drew chase miles dean earl "
        "gene guy jean joy max penny ray rich skip sunny summer autumn dawn faith "
        "major young long short king page park small white black brown green gray day price "
        "winter spring hill cook carter baker mason porter hunter archer sky star "
        "angel christian dale don ed ivy jade lance mercy norm olive pierce reed sage stone ward wade "
        "von van der den del las los"
    )
)
"""Names that are words too, so that “mark it done” stays."""

CALENDAR = frozenset(
    _WORD.findall(
        "january february march april may june july august september october november december monday "
        "tuesday wednesday thursday friday saturday sunday"
    )
)
"""Names that are dates too, and have a capital then as well."""

GENERIC = frozenset(
    _WORD.findall(
        "admin administrator user users test tester demo guest owner manager member team support bot "
        "system task tasks project space service account agent client customer everyone nobody none "
        "null unknown deleted inactive active viewer editor lead sandbox astravue"
    )
)
"""Roles and things, which stay even where a name is expected."""

STARTS = frozenset(
    _WORD.findall(
        "a an and are as ask at by call cc contact dear email for from has have hello here hey hi i in "
        "invite is it its mail me meet my no of on or our owner please send she he they so tell thanks "
        "that the their then there these this those to was we were what when where who why with yes you "
        "your"
    )
)
"""What begins a sentence, or stands before a name and is no part of it."""

NO_NAMES = frozenset(_WORD.findall("and of the for"))
"""What joins names and is none."""
