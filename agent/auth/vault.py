"""The vault: one encrypted file that holds every login and named secret of an installation.

Reading needs no lock, because the file is only ever replaced whole. Changing it happens under an
inter-process lock: read, change, write. A file that cannot be understood is moved aside and never
overwritten; a file that takes another key stays where it is.
"""

import contextlib
import hashlib
import time
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from agent.auth.keychain import Keychain, SecretStore
from agent.auth.keys import KeyFinder
from agent.auth.login import Login
from agent.auth.sealed import DamagedError, Header, Key, NewerFormatError, read_header, seal, unseal
from agent.errors import VaultError
from agent.jsontypes import JsonObject, dump, is_object, parse_object
from agent.system.folders import Folders
from agent.system.private_files import private_folder, replace_file

_WRITE_LOCK_BOUND = 15.0


@dataclass(slots=True)
class _Content:
    """What is inside; secrets, so it shows nothing of itself."""

    logins: list[Login] = field(default_factory=list[Login], repr=False)
    secrets: dict[str, str] = field(default_factory=dict[str, str], repr=False)

    def find(self, server: str, profile: str) -> Login | None:
        return next((one for one in self.logins if (one.server, one.profile) == (server, profile)), None)

    def remove(self, server: str, profile: str) -> None:
        self.logins = [one for one in self.logins if (one.server, one.profile) != (server, profile)]


class Vault:
    """Logins and secrets, encrypted at rest.

    Args:
        folders: Of this installation.
        environ: The process environment, where an explicit key may be named.
        keychain: The operating system's keychain; the real one when None.
        clock: Unix seconds; names files that are moved aside.
        key: The key of a vault that takes a passphrase, once somebody was asked for it.
        looks_only: Leave a damaged vault where it is, too.
    """

    def __init__(
        self,
        folders: Folders,
        environ: Mapping[str, str],
        *,
        keychain: SecretStore | None = None,
        clock: Callable[[], float] = time.time,
        key: Key | None = None,
        looks_only: bool = False,
    ) -> None:
        self._path = folders.vault_file
        self._looks_only = looks_only
        self._keys = KeyFinder(folders, environ, keychain or Keychain())
        self._clock = clock
        self._key = key

    @property
    def path(self) -> Path:
        """The vault's file."""
        return self._path

    @property
    def exists(self) -> bool:
        """Say whether there is a vault at all, which tells a sign-out from a vault that was moved aside."""
        return self._path.exists()

    @property
    def key_location(self) -> str:
        """Say in words where the vault's key lives.

        Raises:
            VaultError: The key cannot be reached, or the file is damaged.
        """
        header = self._read_header()
        return "nowhere yet: nothing is stored" if header is None else self._key_for(header).location

    @property
    def is_encrypted(self) -> bool:
        """Say whether what is stored is encrypted; true where nothing is stored yet.

        Raises:
            VaultError: The file is damaged.
        """
        header = self._read_header()
        return header is None or header.key_place != "plaintext"

    def load(self, server: str, profile: str) -> Login | None:
        """Read the login of one server and profile; None when there is none.

        Raises:
            VaultError: The vault cannot be opened. A damaged one was moved aside.
        """
        return self._read().find(server, profile)

    def logins(self) -> list[Login]:
        """Read every login.

        Raises:
            VaultError: As `load`.
        """
        return self._read().logins

    def save(self, login: Login) -> None:
        """Store a login in place of the one with the same server and profile.

        Raises:
            VaultError: It could not be written; what was stored before is kept.
        """
        with self._changing() as content:
            content.remove(login.server, login.profile)
            content.logins.append(login)

    def delete(self, server: str, profile: str) -> None:
        """Forget a login; nothing happens when there is none.

        Raises:
            VaultError: The vault could not be written.
        """
        if self.load(server, profile) is not None:
            with self._changing() as content:
                content.remove(server, profile)

    def secret(self, name: str) -> str | None:
        """Read a named secret, such as a model key; None when there is none.

        Raises:
            VaultError: As `load`.
        """
        return self._read().secrets.get(name)

    def secret_names(self) -> list[str]:
        """Read the names of all secrets.

        Raises:
            VaultError: As `load`.
        """
        return list(self._read().secrets)

    def set_secret(self, name: str, value: str | None) -> None:
        """Store a named secret, or forget it when `value` is None.

        Raises:
            VaultError: As `save`.
        """
        with self._changing() as content:
            content.secrets.pop(name, None)
            if value is not None:
                content.secrets[name] = value

    def reseal(self, key: Key | None) -> None:
        """Seal everything with another key; a vault that does not exist yet is made.

        Args:
            key: From a passphrase, or `PLAINTEXT`; None for one from the usual places.

        Raises:
            VaultError: As `save`.
        """
        with self._changing():
            self._key = self._keys.new() if key is None else key

    @contextlib.contextmanager
    def refreshing(self, server: str, profile: str, bound: float) -> Generator[None]:
        """Hold the lock under which the tokens of one login are replaced, across processes.

        Where the folder cannot be written no lock can be made. Then nothing is shared either, so
        the caller goes on alone.

        Args:
            server: The login's server.
            profile: The login's profile.
            bound: How long to wait for another process, in seconds.

        Raises:
            TimeoutError: Another process held the lock for longer than the bound.
        """
        name = hashlib.sha256(f"{server}\n{profile}".encode()).hexdigest()[:16]
        with contextlib.ExitStack() as stack:
            with contextlib.suppress(VaultError):
                stack.enter_context(self._lock(self._path.with_name(f"refresh-{name}.lock"), bound))
            yield

    @contextlib.contextmanager
    def _changing(self) -> Generator[_Content]:
        try:
            with self._lock(self._path.with_name(f"{self._path.name}.lock"), _WRITE_LOCK_BOUND):
                header = self._read_header()
                if header is None:
                    content = _Content()
                    if self._key is not None and self._key.place not in ("passphrase", "plaintext"):
                        self._key = None
                else:
                    content = self._open(header)
                yield content
                if self._key is None:
                    self._key = self._keys.new()
                self._write(content, self._key)
        except TimeoutError:
            raise VaultError(
                "Another process kept the vault busy; what was stored before is kept.", "Try again."
            ) from None

    @contextlib.contextmanager
    def _lock(self, path: Path, bound: float) -> Generator[None]:
        from filelock import FileLock, Timeout

        try:
            private_folder(path.parent)
            lock = FileLock(path, timeout=bound, mode=0o600)
            lock.acquire()
        except Timeout:
            raise TimeoutError from None
        except (OSError, NotImplementedError) as error:
            raise self._unwritable(error) from None
        try:
            yield
        finally:
            lock.release()

    def _read(self) -> _Content:
        header = self._read_header()
        return _Content() if header is None else self._open(header)

    def _read_header(self) -> Header | None:
        try:
            data = self._path.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise VaultError(
                f"The vault {self._path} cannot be read ({error.strerror}); it was left as it is.",
                "Check who owns the file.",
            ) from None
        try:
            return read_header(data)
        except DamagedError:
            raise self._set_aside() from None
        except NewerFormatError:
            raise VaultError(
                "The vault was written by a newer version of this program; it was left as it is.",
                "Update astravue-agent.",
            ) from None

    def _key_for(self, header: Header) -> Key:
        if self._key is None or self._key.key_id != header.key_id:
            key = self._keys.existing(header.key_place)
            if key.key_id != header.key_id:
                raise VaultError(
                    f"The vault takes another key than the one in {key.location}; the vault was kept.",
                    f"Give the right key, or move {self._path} aside and run `astravue login`.",
                )
            self._key = key
        return self._key

    def _open(self, header: Header) -> _Content:
        key = self._key_for(header)
        try:
            return _read_content(unseal(header, key))
        except (DamagedError, ValueError):
            raise self._set_aside() from None

    def _write(self, content: _Content, key: Key) -> None:
        data: JsonObject = {
            "logins": [login.to_json() for login in content.logins],
            "secrets": dict(content.secrets),
        }
        try:
            replace_file(self._path, seal(dump(data).encode(), key))
        except OSError as error:
            raise self._unwritable(error) from None

    def _unwritable(self, error: Exception) -> VaultError:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "no file locks here"
        return VaultError(
            f"The vault {self._path} cannot be written ({reason}); what was stored before is kept.",
            "Free the disk or check who owns the folder.",
        )

    def _set_aside(self) -> VaultError:
        if self._looks_only:
            return VaultError(
                f"The vault {self._path} is damaged; it was left as it is.",
                "Run `astravue login`: it moves the vault aside and makes a new one.",
            )
        kept = self._path.with_name(f"{self._path.name}.corrupt-{int(self._clock())}")
        try:
            self._path.rename(kept)
        except OSError as error:
            return VaultError(
                f"The vault {self._path} is damaged and could not be moved aside ({error.strerror}).",
                "Move it aside and run `astravue login`.",
            )
        return VaultError(f"The vault was damaged and is kept as {kept}.", "Run `astravue login`.")


def _read_content(plain: bytes) -> _Content:
    data = parse_object(plain.decode("utf-8"))
    logins, secrets = data.get("logins"), data.get("secrets")
    if not isinstance(logins, list) or not is_object(secrets):
        raise ValueError("not a vault's content")
    return _Content(
        [Login.from_json(login) for login in logins if is_object(login)],
        {name: value for name, value in secrets.items() if isinstance(value, str)},
    )
