"""How far the words of a request lean towards a call, beside what the model makes of them.

The model decides between a call and an answer with its first word. It takes "Launch is done" for talk, and
"would you delete a space?" for a request; so its odds are shifted by what is plain from the grammar. The
amounts come from the cases of `evals/embedded` that shaped the prompt: a request that wants no call has odds
below e^0.3 there, and most of those that want one above e^2.
"""

import re
from typing import Final

from agent.model.embedded.offer import NAMED

_LABEL: Final = (
    r"done|finished|complete[d]?|closed|open again|in progress|under ?way|started|blocked"
    r"|\d{1,3} ?(?:%|percent)(?: (?:done|complete[d]?|finished))?|half done"
)
_POINTING: Final = r"(?:it|this|that|(?:this|that|the) (?:one|task|subtask|item))"
_STATES: Final = re.compile(
    rf"(?P<what>{_POINTING}|\w.*?)(?:'s| is| are|’s) (?:now |already |finally )?"
    rf"(?:{_LABEL})(?: now| already)?[.!]?\s*",
    re.IGNORECASE,
)
_NO_NAME: Final = re.compile(
    r"(?:i|you|we|they|he|she|everything|everybody|everyone|nothing|all|dinner|lunch|the|my|our|your|what|who"
    r"|how|when|where|why|which)\b",
    re.IGNORECASE,
)
_COMMANDS: Final = re.compile(
    r"\s*(?:please |let's |now )*(?:add|assign|change|close|copy|create|delete|drop|duplicate|edit|erase|find"
    r"|finish|give|hand|invite|label|list|log|make|mark|move|postpone|put|rename|remove|reassign|reopen|save"
    r"|set|show|start|stop|tag|take|tick|track|transfer|untick|update)\b",
    re.IGNORECASE,
)
_OF_THE_WORKSPACE: Final = re.compile(
    r"\b(?:attachments?|checklists?|comments?|custom fields?|deadlines?|dependenc(?:y|ies)|due date|filters?"
    r"|members?|notifications?|options?|priority|projects?|spaces?|status(?:es)?|subtasks?|tags?|tasks?"
    r"|time entr(?:y|ies)|timers?|timesheets?)\b",
    re.IGNORECASE,
)
_WONDERS: Final = re.compile(
    r"\s*(?:what (?:happens|would happen|does .* mean|is an? |are you)|what's the difference|would it"
    r"|should (?:i|we|an?)\b|is it (?:a good|better|ok|possible|worth)|if (?:i|we|you)\b|why\b|who made you"
    r"|how (?:do|can|should|would) (?:i|we|one|you)\b|(?:(?:who|what|how) )?are you"
    r"|(?:can|could) you (?!find|get|give|list|see|show|start|stop|tell)\w+ \w+s\?)",
    re.IGNORECASE,
)
_SHOWS: Final = re.compile(r"\s*(?:please )?(?:find|list|show)\b", re.IGNORECASE)
_ELSEWHERE: Final = re.compile(
    r"\b(?:my|our|the|an?|some) (?:\w+ )?(?:alarm|app|appointment|browser|calendar|car|computer|desktop|door"
    r"|e-?mail|flight|hotel|inbox|laptop|lights?|logo|meeting|music|phone|song|taxi|thermostat|weather|window)\b",
    re.IGNORECASE,
)
STATES, COMMANDS, WONDERS, ELSEWHERE = 4.0, 1.5, -2.0, -4.0
"""What shifts the odds, as a logarithm: a statement of progress, a command about the workspace, a question
about what might be or how things are done, and things that are in other programs or rooms.
"""


def lean(request: str, *, has_context: bool) -> float:
    """What to add to the logarithm of the odds of a call.

    Args:
        request: The user's words.
        has_context: Something was talked about that "it" may mean.
    """
    if _WONDERS.match(request):
        return WONDERS
    if _states_progress(request, has_context=has_context):
        return STATES
    if _OF_THE_WORKSPACE.search(request):
        return COMMANDS if _COMMANDS.match(request) else 0.0
    if _ELSEWHERE.search(NAMED.sub(" ", request)):
        return ELSEWHERE
    if NAMED.search(request) and _COMMANDS.match(request) and not _SHOWS.match(request):
        return COMMANDS
    return 0.0


def _states_progress(request: str, *, has_context: bool) -> bool:
    """Say whether a request states how far something is, which asks to note it: "it's done"."""
    found = _STATES.fullmatch(request.strip())
    if found is None:
        return False
    if re.fullmatch(_POINTING, found["what"], re.IGNORECASE):
        return has_context
    return found["what"][0].isupper() and _NO_NAME.match(found["what"]) is None
