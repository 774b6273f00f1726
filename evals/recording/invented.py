"""The people whom a seed of the sandbox invents: nobody's data, and what replays need as it is."""

from collections.abc import Iterator
from dataclasses import dataclass

from agent.sandbox.seeds.reader import SEED_NAMES, Seed, read_seed
from evals.recording.people import EMAIL
from evals.recording.phones import digits_of, phones_in
from evals.recording.pseudonyms import WORD, fold


@dataclass(frozen=True, slots=True)
class Invented:
    """What tells of invented people only.

    Args:
        words: Of their names.
        domain: Of their addresses.
        addresses: Those of others, which the texts of the seed have.
        phones: The digits of the telephone numbers there.
    """

    words: frozenset[str] = frozenset()
    domain: str = ""
    addresses: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()

    def has_address(self, address: str) -> bool:
        """Say whether an address is one of theirs.

        Args:
            address: An e-mail address.
        """
        local, _, domain = address.casefold().rpartition("@")
        is_of_one = domain == self.domain and all(fold(word) in self.words for word in WORD.findall(local))
        return is_of_one or address.casefold() in self.addresses


NOBODY = Invented()


def invented_by(name: str) -> Invented:
    """What a seed has invented.

    Args:
        name: The seed's; one that is not known invents nobody.
    """
    if name not in SEED_NAMES:
        return NOBODY
    seed = read_seed(name)
    texts = repr(seed)
    return Invented(
        frozenset(fold(word) for word in _words(seed)),
        seed.users[0].email.rpartition("@")[2].casefold(),
        frozenset(found.casefold() for found in EMAIL.findall(texts)),
        frozenset(map(digits_of, phones_in(texts))),
    )


def _words(seed: Seed) -> Iterator[str]:
    for user in seed.users:
        yield from WORD.findall(f"{user.key} {user.first_name} {user.last_name}")
    shape = seed.shape or {}
    for key in ("first_names", "last_names"):
        for name in shape.get(key, []):
            yield from WORD.findall(str(name))
