"""What makes one session differ from another."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from agent.context.keeper import ContextKeeper
from agent.context.kept_results import KeptResults
from agent.conversation import Conversation
from agent.model.protocol import Model
from agent.tools.policy import Policy
from agent.transcripts.transcript import Transcript
from agent.usage.ruler import Ruler

if TYPE_CHECKING:
    from agent.auth.sealed import Key

MakeKeeper: TypeAlias = Callable[[Conversation, Ruler, KeptResults], ContextKeeper]
"""Makes what keeps the requests of a conversation within what its model can read."""


@dataclass(frozen=True, slots=True)
class SessionOptions:
    """What makes one session differ from another, all of it optional but the policy.

    Args:
        policy: Which writes ask first.
        resumed: The conversation to go on with.
        workspace: How to build the same workspace again, for the transcript's header.
        model: Answers in place of the model that the settings choose.
        say: Shows one line to the person at once; without it, lines become notices of the turn.
        on_stage: Told what is being waited for, with an empty text when nothing is any more.
        context: Tells the facts of the moment; the date and time of this machine by default.
        record: Write a transcript.
        vault_key: The key of a vault that takes a passphrase.
        show_request: Is shown each request to the model's endpoint as it leaves.
        offer_all: Offer the model every tool of the server, however many there are.
        keeper: Keeps requests within what the model can read, in place of what its endpoint suggests.
        goes_on: Further questions follow, so it is worth learning how the model counts tokens.
    """

    policy: Policy
    resumed: Transcript | None = None
    workspace: Mapping[str, str] = field(default_factory=dict[str, str])
    model: Model | None = None
    say: Callable[[str], None] | None = None
    on_stage: Callable[[str], None] | None = None
    context: Callable[[], str] | None = None
    record: bool = True
    vault_key: "Key | None" = None
    show_request: Callable[[str], None] | None = None
    offer_all: bool = False
    keeper: MakeKeeper | None = None
    goes_on: bool = False
