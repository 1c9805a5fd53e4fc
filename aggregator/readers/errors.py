"""What a reader raises: only mistakes of the call, never bad content."""

from __future__ import annotations


class ReaderError(Exception):
    """A dump cannot be found or taken; the exception's text is the message for the user."""


class DumpNotFound(ReaderError):
    """A path does not exist, or a glob matches nothing."""


class TooManyFiles(ReaderError):
    """A folder or glob holds more files than `ReadingOptions.max_files`."""
