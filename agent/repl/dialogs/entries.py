"""One field of a form while it is filled in: what it holds, and what the keys do to it."""

from agent.forms.form import Choice, Field, FieldKind, FormValue
from agent.repl.dialogs.dialog import Key

_YES_NO = {"y": True, "n": False}


class Entry:
    """A field that is typed.

    Args:
        field: The field.
        value: What it holds in the beginning; `None` if it is empty.
    """

    walks = False
    """Whether Left and Right choose something."""

    def __init__(self, field: Field, value: FormValue | None) -> None:
        self.field = field
        self.fault = ""
        self._first = value
        self._first_text = "" if value is None else field.show(value)
        self.text: str | None = self._first_text

    @property
    def shown(self) -> str:
        """What it holds, as it is shown."""
        return self.text or ""

    @property
    def is_untouched(self) -> bool:
        """Whether it holds what it held in the beginning."""
        return self.shown == self._first_text

    def take_key(self, key: str) -> None:
        """Take a key that neither edits text nor leaves the field."""

    def read(self) -> FormValue | None:
        """Give what it holds; `None` if it is left out.

        Raises:
            ValueError: It does not fit; the message says in one sentence what would.
        """
        if self._first is not None and self.text == self._first_text:
            return self._first
        return self.field.read(self.text or "")

    def leave(self) -> None:
        """Check what it holds, now that the user goes on."""
        try:
            self.read()
        except ValueError as error:
            self.fault = str(error)
        else:
            self.fault = ""

    def found(self) -> tuple[Choice, ...]:
        """The choices that fit what is typed."""
        return self.field.choices

    @property
    def hint(self) -> str:
        """What it takes and which keys help, in a few words."""
        is_free = self.field.kind is FieldKind.TEXT and not self.field.format
        return f"{self.field.hint}; Ctrl-J begins a new line" if is_free else self.field.hint


class ChoiceEntry(Entry):
    """One of several choices: walked, or found by a part of its name."""

    walks = True

    def take_key(self, key: str) -> None:
        """Take Left or Right, which go from one choice to the next."""
        if key not in (Key.LEFT, Key.RIGHT):
            return
        labels = [choice.label for choice in self.field.choices]
        if not self.field.required:
            labels.append("")
        step = 1 if key == Key.RIGHT else -1
        at = labels.index(self.text) if self.text in labels else -1 if step > 0 else 0
        self.text = labels[(at + step) % len(labels)]

    def leave(self) -> None:
        """Take the only choice that fits what is typed."""
        found = self.found()
        if self.text and len(found) == 1:
            self.text = found[0].label
        super().leave()

    def found(self) -> tuple[Choice, ...]:
        """The choices that what is typed is a part of; all of them while it names one or none."""
        wanted = (self.text or "").strip().lower()
        if wanted in (choice.label.lower() for choice in self.field.choices):
            return self.field.choices
        found = [choice for choice in self.field.choices if wanted in choice.label.lower()]
        return tuple(found) or self.field.choices

    @property
    def hint(self) -> str:
        """What it takes and which keys help, in a few words."""
        return "Left and Right choose; so does a part of a name"


class YesOrNoEntry(Entry):
    """Yes, no, or nothing where that may be.

    Args:
        field: The field.
        value: What it holds at first.
    """

    walks = True

    def __init__(self, field: Field, value: FormValue | None) -> None:
        super().__init__(field, value)
        self.text = None
        self._value = value if isinstance(value, bool) else None

    @property
    def shown(self) -> str:
        """What it holds, as it is shown."""
        return "" if self._value is None else self.field.show(self._value)

    def take_key(self, key: str) -> None:
        """Take Left, Right or Space, which go through the answers, or the letter of one."""
        if key == Key.BACKSPACE:
            self._value = None
        elif key.lower() in _YES_NO:
            self._value = _YES_NO[key.lower()]
        elif key in (Key.LEFT, Key.RIGHT, " "):
            answers: list[bool | None] = [True, False] if self.field.required else [True, False, None]
            step = -1 if key == Key.LEFT else 1
            at = answers.index(self._value) if self._value in answers else -1 if step > 0 else 0
            self._value = answers[(at + step) % len(answers)]

    def read(self) -> FormValue | None:
        """Give what it holds."""
        return self.field.read("") if self._value is None else self._value

    @property
    def hint(self) -> str:
        """What it takes and which keys help, in a few words."""
        return "y or n; Space changes it"


class ChoicesEntry(Entry):
    """Some of several choices, each picked by Space.

    Args:
        field: The field.
        value: What it holds at first.
    """

    walks = True

    def __init__(self, field: Field, value: FormValue | None) -> None:
        super().__init__(field, value)
        self.text = None
        self.at = 0
        self.picked: list[str] = list(value) if isinstance(value, list) else []
        self._given = value is not None

    @property
    def shown(self) -> str:
        """What it holds, as it is shown."""
        return self.field.show(self.picked) if self.picked else ""

    def take_key(self, key: str) -> None:
        """Take Left and Right, which move, Space, which picks, or the first letter of a choice."""
        choices = self.field.choices
        if key in (Key.LEFT, Key.RIGHT):
            self.at = (self.at + (1 if key == Key.RIGHT else -1)) % len(choices)
        elif key == " ":
            self._given = True
            value = choices[self.at].value
            wanted = {*self.picked} ^ {value}
            self.picked = [choice.value for choice in choices if choice.value in wanted]
        elif key == Key.BACKSPACE:
            self.picked, self._given = [], False
        else:
            order = [*range(self.at + 1, len(choices)), *range(self.at + 1)]
            self.at = next((at for at in order if choices[at].label.lower().startswith(key.lower())), self.at)

    def read(self) -> FormValue | None:
        """Give what it holds."""
        if not self.picked and not (self._given and not self.field.least):
            return self.field.read("")
        if self.field.accept([*self.picked]) is None:
            raise ValueError(f"It takes {self.field.hint}.")
        return self.picked

    @property
    def hint(self) -> str:
        """What it takes and which keys help, in a few words."""
        return "Left and Right move, Space picks"


def make_entry(field: Field, value: FormValue | None) -> Entry:
    """Make the entry of a field.

    Args:
        field: The field.
        value: What it holds in the beginning; its default when left out.
    """
    kinds = {
        FieldKind.CHOICE: ChoiceEntry,
        FieldKind.YES_NO: YesOrNoEntry,
        FieldKind.CHOICES: ChoicesEntry,
    }
    return kinds.get(field.kind, Entry)(field, field.default if value is None else value)
