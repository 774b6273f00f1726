"""A screen that answers by itself, line by line."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace

from agent.drawing.palette import Palette
from agent.drawing.themes import PLAIN
from agent.events import ApprovalRequested
from agent.repl.dialogs.approvals import ApprovalAnswer


class FakeScreen:
    """Keeps what is written, and answers each question with the next of a list.

    Args:
        answers: Lines for prompts, yes or no for confirmations.
    """

    def __init__(self, *answers: str | bool | ApprovalAnswer) -> None:
        self._answers = deque(answers)
        self.palette = Palette(theme=replace(PLAIN, is_plain=False))
        self.columns = 80
        self.shows_input = False
        self.text = ""
        self.asked: list[str] = []
        self.live: Callable[[int], str] | None = None

    @property
    def answers_left(self) -> Sequence[str | bool | ApprovalAnswer]:
        return tuple(self._answers)

    def write(self, text: str) -> None:
        self.text += text

    def set_live(self, draw: Callable[[int], str] | None) -> None:
        self.live = draw

    def refresh(self) -> None:
        """Nothing is drawn by itself."""

    def tick(self) -> None:
        """Nothing is drawn by itself."""

    def hint(self, text: str) -> None:
        self.text += f"hint: {text}\n"

    def offer_again(self) -> None:
        """Nothing is being typed."""

    def clear_draft(self) -> bool:
        return False

    def restore_draft(self, text: str) -> None:
        self.text += f"draft: {text}\n"

    @property
    def desk(self) -> None:
        """Everything is asked line by line."""

    async def ask_approval(self, request: ApprovalRequested) -> ApprovalAnswer:
        self.asked.append(request.summary)
        answer = self._answers.popleft()
        assert isinstance(answer, ApprovalAnswer), f"a decision was asked for: {request.summary}"
        return answer

    async def confirm(self, question: str) -> bool:
        self.asked.append(question)
        answer = self._answers.popleft()
        assert isinstance(answer, bool), f"yes or no was asked for: {question}"
        return answer

    async def read_line(self, prompt: str) -> str:
        self.asked.append(prompt)
        answer = self._answers.popleft()
        assert isinstance(answer, str), f"a line was asked for: {prompt}"
        return answer

    async def run(self, on_drawn: Callable[[], None]) -> None:
        on_drawn()

    def leave(self) -> None:
        """Nothing runs."""
