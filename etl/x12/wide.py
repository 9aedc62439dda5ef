"""X12 that is not in ASCII's bytes (an editor's "Unicode", EBCDIC), read as the UTF-8 that all else is."""

from __future__ import annotations

import codecs
from typing import BinaryIO, Protocol

_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",  # begins as UTF-16's does
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
    **{"ISA".encode(name): name for name in ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")},
}
# they differ in the characters that separate: the first in which an ISA is in ASCII
_EBCDIC = ("cp037", "cp500")
_NEW_LINE = "\x85"  # what EBCDIC has for it


class Readable(Protocol):
    """What can be read in pieces; an empty one is the end."""

    def read(self, size: int, /) -> bytes:
        """The next bytes."""
        ...


class Decoder:
    """Turns bytes of an encoding, as they come, into UTF-8."""

    def __init__(self, encoding: str) -> None:
        self.decoder = codecs.getincrementaldecoder(encoding)(errors="replace")

    def __call__(self, data: bytes, final: bool = False) -> bytes:
        """The next bytes; what is cut in two at their end comes with those that follow."""
        return self.decoder.decode(data, final).replace(_NEW_LINE, "\n").encode()


def decoder(head: bytes) -> Decoder | None:
    """What a file must be decoded with, by its first bytes; None when they are in ASCII's bytes, or no X12."""
    if head.startswith("ISA".encode(_EBCDIC[0])):
        fitting = (name for name in _EBCDIC if head[:106].decode(name).replace(_NEW_LINE, "").isascii())
        return Decoder(next(fitting, _EBCDIC[0]))
    encoding = next((encoding for mark, encoding in _MARKS.items() if head.startswith(mark)), None)
    return Decoder(encoding) if encoding else None


def seems_x12(head: bytes) -> bool:
    """Whether an ISA stands in the first bytes of a file."""
    decode = decoder(head)
    return b"ISA" in (decode(head) if decode else head).upper()


def narrowed(stream: BinaryIO, chunk: int) -> tuple[bytes, Readable]:
    """The first bytes of a stream and where to read on, both in UTF-8 when the stream is in another encoding, else as
    they are."""
    data = stream.read(chunk)
    decode = decoder(data)
    if decode is None:
        return data, stream
    decoded = _Decoded(stream, decode, data)
    return decoded.read(chunk), decoded


class _Decoded:
    def __init__(self, stream: BinaryIO, decode: Decoder, read_already: bytes) -> None:
        self.stream = stream
        self.decode = decode
        self.waiting = read_already

    def read(self, size: int, /) -> bytes:
        """The next bytes, more or fewer than `size`; none at the end."""
        while data := self.waiting or self.stream.read(size):
            self.waiting = b""
            if text := self.decode(data):
                return text
        return self.decode(b"", final=True)
