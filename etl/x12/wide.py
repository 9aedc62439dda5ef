"""X12 that was saved as UTF-16 (an editor's "Unicode"), read as the UTF-8 that everything else expects."""

from __future__ import annotations

import codecs
from typing import BinaryIO, Protocol

_MARKS = {
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
    b"I\x00S\x00A\x00": "utf-16-le",
    b"\x00I\x00S\x00A": "utf-16-be",
}


class Readable(Protocol):
    """What can be read in pieces; an empty one is the end."""

    def read(self, size: int, /) -> bytes:
        """The next bytes."""
        ...


def narrowed(stream: BinaryIO, chunk: int) -> tuple[bytes, Readable]:
    """The first bytes of a stream and where to read on, both in UTF-8 when the stream is UTF-16, else as they are."""
    data = stream.read(chunk)
    encoding = next((encoding for mark, encoding in _MARKS.items() if data.startswith(mark)), None)
    if encoding is None:
        return data, stream
    decoded = _Decoded(stream, encoding, data)
    return decoded.read(chunk), decoded


class _Decoded:
    def __init__(self, stream: BinaryIO, encoding: str, read_already: bytes) -> None:
        self.stream = stream
        self.decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
        self.waiting = read_already

    def read(self, size: int, /) -> bytes:
        """The next bytes, more or fewer than `size`; none at the end."""
        while data := self.waiting or self.stream.read(size):
            self.waiting = b""
            if text := self.decoder.decode(data):
                return text.encode()
        text = self.decoder.decode(b"", final=True)
        return text.encode()
