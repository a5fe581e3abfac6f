"""Taking an answer's body in, decompressed as it comes and never larger than allowed (X10)."""

from __future__ import annotations

import zlib

from customer360.core.errors import AnswerLost, BodyTooLarge, UnexpectedAnswer

_GZIP_MAGIC = b"\x1f\x8b"
_STEP = 256 * 1024


class Body:
    """Feed it the raw chunks, then take :meth:`finish`.

    ``most`` bounds the bytes before *and* after decompression, so that neither a long body nor a bomb takes more memory
    than that. Raises :class:`BodyTooLarge`, :class:`UnexpectedAnswer` for an encoding that was not asked for or broken
    compression, :class:`AnswerLost` for a compressed body that ends early.
    """

    def __init__(self, most: int, encoding: str | None) -> None:
        self._most = most
        self._raw = 0
        self._size = 0
        self._parts: list[bytes] = []
        self._encoding = (encoding or "identity").strip().lower()
        self._inflate: zlib._Decompress | None = None
        self._between = b""  # after one gzip member: the start of another, or padding
        self._padding = False
        if self._encoding not in ("identity", "", "gzip", "x-gzip", "deflate"):
            raise UnexpectedAnswer("the answer is compressed in a way that was not asked for")

    def feed(self, chunk: bytes) -> None:
        """The next raw bytes."""
        self._raw += len(chunk)
        if self._raw > self._most:
            raise self._too_large()
        if self._encoding in ("identity", ""):
            self._keep(chunk)
        elif chunk:
            try:
                self._feed_compressed(chunk)
            except zlib.error:
                raise UnexpectedAnswer("the answer's compression is broken") from None

    def finish(self) -> bytes:
        """The whole body."""
        if self._inflate is not None and not self._inflate.eof:
            raise AnswerLost("the answer's compressed body ends early")
        return b"".join(self._parts)

    def _feed_compressed(self, chunk: bytes) -> None:
        while chunk and not self._padding:
            if self._inflate is None:
                self._inflate = zlib.decompressobj(self._window(chunk))
            elif self._inflate.eof:
                chunk, self._between = self._between + chunk, b""
                if self._encoding != "deflate" and len(chunk) < len(_GZIP_MAGIC):
                    self._between = chunk  # cannot tell yet
                    return
                if self._encoding == "deflate" or not chunk.startswith(_GZIP_MAGIC):
                    self._padding = True  # after the end: ignored, as every client does
                    return
                self._inflate = zlib.decompressobj(31)
            inflate = self._inflate
            self._keep(inflate.decompress(chunk, _STEP))
            while inflate.unconsumed_tail:
                self._keep(inflate.decompress(inflate.unconsumed_tail, _STEP))
            chunk = inflate.unused_data

    def _window(self, first: bytes) -> int:
        if self._encoding != "deflate":
            return 31
        # "deflate" means zlib's format, but some servers send it bare: zlib's first byte tells (RFC 1950, 2.2).
        return 15 if first[0] & 0x0F == 8 and first[0] >> 4 <= 7 else -15

    def _keep(self, piece: bytes) -> None:
        self._size += len(piece)
        if self._size > self._most:
            raise self._too_large()
        self._parts.append(piece)

    def _too_large(self) -> BodyTooLarge:
        return BodyTooLarge(f"the answer is larger than the {self._most} bytes allowed")
