"""The publisher's repository on the Hugging Face hub, over HTTP with ranges."""

import re
from typing import TYPE_CHECKING

from agent.model.embedded.partial_file import Partial, SourceError
from agent.model.embedded.weights import Weights

if TYPE_CHECKING:
    import httpx2

_ATTEMPTS = 3


class Hub:
    """Fetches the file in one piece, going on where a connection broke.

    Args:
        weights: Which file.
        endpoint: The hub's address.
        connect_timeout: Seconds to wait for a connection; short, because another source follows.
        read_timeout: Seconds of silence after which a connection counts as broken.
    """

    name = "Hugging Face hub"

    def __init__(
        self, weights: Weights, endpoint: str, *, connect_timeout: float = 4.0, read_timeout: float = 30.0
    ) -> None:
        self._url = f"{endpoint.rstrip('/')}/{weights.repository}/resolve/main/{weights.file_name}"
        self._connect_timeout = connect_timeout
        self._read_timeout = read_timeout

    def fill(self, partial: Partial) -> None:
        """Append the bytes that are missing.

        Raises:
            SourceError: The hub cannot be reached, has another file, or broke off several times in a row.
        """
        import httpx2

        timeout = httpx2.Timeout(self._read_timeout, connect=self._connect_timeout)
        failures = 0
        with httpx2.Client(timeout=timeout, follow_redirects=True) as client:
            while not partial.is_whole:
                before = partial.size
                try:
                    self._fetch(client, partial)
                except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
                    raise SourceError("no connection") from error
                except httpx2.HTTPError as error:
                    failures = 0 if partial.size > before else failures + 1
                    if failures == _ATTEMPTS:
                        raise SourceError("the connection broke off") from error

    def _fetch(self, client: "httpx2.Client", partial: Partial) -> None:
        headers = {"Range": f"bytes={partial.size}-", "Accept-Encoding": "identity"}
        with client.stream("GET", self._url, headers=headers) as response:
            if response.status_code != 206:
                raise SourceError(f"it answered with status {response.status_code}")
            found = re.fullmatch(r"bytes (\d+)-\d+/(\d+)", response.headers.get("content-range", ""))
            if found is None or int(found[1]) != partial.size or int(found[2]) != partial.weights.size:
                raise SourceError("it has another file under this name")
            for block in response.iter_raw():
                partial.append(block, self.name)
