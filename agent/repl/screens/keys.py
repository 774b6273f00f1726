"""The keys of the prompt, beside those that editing lines takes anywhere."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass

from prompt_toolkit.buffer import Buffer
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.filters import Condition, has_completions, has_focus
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent, merge_key_bindings
from prompt_toolkit.key_binding.bindings.auto_suggest import load_auto_suggest_bindings
from prompt_toolkit.key_binding.key_bindings import KeyBindingsBase
from prompt_toolkit.keys import Keys


@dataclass(frozen=True, slots=True)
class Actions:
    """What the keys do.

    Args:
        interrupt: Stops what runs, or throws the draft away.
        submit: Sends the draft.
        leave: Ends the chat.
        paste: Puts a pasted text into the draft.
        edit: Has the draft edited elsewhere.
        take_back: Puts the last message that waits back into the draft.
    """

    interrupt: Callable[[], None]
    submit: Callable[[], None]
    leave: Callable[[], None]
    paste: Callable[[str], None]
    edit: Callable[[], Coroutine[None, None, None]]
    take_back: Callable[[], None]


def bind_keys(
    buffer: Buffer,
    actions: Actions,
    *,
    is_asking: Callable[[], bool],
    is_waiting: Callable[[], bool],
) -> KeyBindingsBase:
    """Bind the keys.

    Args:
        buffer: The draft.
        actions: What the keys do.
        is_asking: Whether a question is on the screen, whose keys these are not.
        is_waiting: Whether a message waits that can be taken back.
    """
    keys = KeyBindings()
    at_prompt = has_focus(buffer) & ~Condition(is_asking)
    is_empty = Condition(lambda: not buffer.text)

    @keys.add("c-c", eager=True)
    @keys.add("<sigint>", eager=True)
    def _(_event: KeyPressEvent) -> None:
        actions.interrupt()

    @keys.add("enter", filter=at_prompt)
    def _(_event: KeyPressEvent) -> None:
        actions.submit()

    @keys.add("enter", filter=at_prompt & Condition(lambda: _goes_on_after_choice(buffer)))
    def _(_event: KeyPressEvent) -> None:
        buffer.complete_state = None

    @keys.add("c-j", filter=at_prompt)
    @keys.add("escape", "enter", filter=at_prompt)
    def _(_event: KeyPressEvent) -> None:
        buffer.newline(copy_margin=False)

    @keys.add("tab", filter=at_prompt)
    def _(_event: KeyPressEvent) -> None:
        complete(buffer)

    @keys.add("c-d", filter=at_prompt & is_empty)
    def _(_event: KeyPressEvent) -> None:
        actions.leave()

    @keys.add("escape", filter=at_prompt & has_completions)
    def _(_event: KeyPressEvent) -> None:
        buffer.cancel_completion()

    @keys.add(Keys.BracketedPaste, filter=at_prompt)
    def _(event: KeyPressEvent) -> None:
        actions.paste(event.data)

    @keys.add("c-x", "c-e", filter=at_prompt)
    async def _(_event: KeyPressEvent) -> None:
        await actions.edit()

    @keys.add("up", filter=at_prompt & is_empty & Condition(is_waiting))
    def _(_event: KeyPressEvent) -> None:
        actions.take_back()

    return merge_key_bindings([load_auto_suggest_bindings(), keys])


def _goes_on_after_choice(buffer: Buffer) -> bool:
    """Say whether a completion was chosen after which more may follow, so that Enter only takes it."""
    state = buffer.complete_state
    chosen = state.current_completion if state else None
    return chosen is not None and chosen.text.endswith(" ")


def complete(buffer: Buffer) -> None:
    """Insert the only completion there is, else show those there are or go on to the next."""
    state = buffer.complete_state
    if state is None or state.complete_index is None:
        event = CompleteEvent(completion_requested=True)
        found = list(buffer.completer.get_completions(buffer.document, event))
        if len(found) == 1:
            buffer.apply_completion(found[0])
            return
    if state is None:
        buffer.start_completion(insert_common_part=True)
    else:
        buffer.complete_next()
