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
        "will mark may grant hope grace rose art bill frank jack rob sue pat drew chase miles dean "
        "earl gene guy jean joy max penny ray rich skip sunny summer april june august autumn dawn "
        "faith major young long short king page park small white black brown green gray day price "
        "hill cook carter baker mason porter hunter archer sky star angel christian dale don ed ivy "
        "jade lance mercy norm olive pierce reed sage stone ward wade and the von van der den del las "
        "los"
    )
)
"""Names that are words too: masked as they are written alone, so that “mark it done” stays."""

GENERIC = frozenset(
    _WORD.findall(
        "admin administrator user users test tester demo guest owner manager member team support bot "
        "system task tasks project space service account agent client customer everyone nobody none "
        "null unknown deleted inactive active viewer editor lead sandbox astravue"
    )
)
"""Roles and things, which stay even where a name is expected."""
