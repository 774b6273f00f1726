"""What a server tells about itself, its prompts and its resources, as plain data."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ServerInfo:
    """Who answered, and how.

    Args:
        name: The server's name, its address where it gives none.
        version: Its version, empty where it gives none.
        protocol_version: The revision of MCP that both sides speak, such as `2026-07-28`.
        instructions: How the server wants to be used, for the model; may be empty.
        capabilities: What it offers, sorted, such as `prompts` and `tools`.
        title: The name to show.
    """

    name: str
    version: str
    protocol_version: str
    instructions: str
    capabilities: tuple[str, ...]
    title: str


@dataclass(frozen=True, slots=True)
class PromptArgument:
    """A value that a prompt asks for."""

    name: str
    description: str = ""
    required: bool = False


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt as its server lists it; `title` is the `name` where the server gives none."""

    name: str
    title: str
    description: str = ""
    arguments: tuple[PromptArgument, ...] = ()


@dataclass(frozen=True, slots=True)
class PromptMessage:
    """A message of a prompt, by `user` or `assistant`; what is no text is named in brackets."""

    role: str
    text: str


@dataclass(frozen=True, slots=True)
class PromptText:
    """A prompt with its arguments filled in."""

    description: str
    messages: tuple[PromptMessage, ...]


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource as its server lists it.

    Args:
        uri: What to read it by; an RFC 6570 template if `is_template`.
        name: Its name.
        title: The name to show; the `name` where the server gives none.
        description: What it holds.
        mime_type: Its media type, empty where it is not known.
        is_template: The braces of `uri` want values before it can be read.
    """

    uri: str
    name: str
    title: str
    description: str = ""
    mime_type: str = ""
    is_template: bool = False


@dataclass(frozen=True, slots=True)
class ResourceContents:
    """What reading a resource gave: text, or data where it is not text."""

    uri: str
    mime_type: str
    text: str = ""
    data: bytes = field(default=b"", repr=False)
