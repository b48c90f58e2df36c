"""Why a port did not open or broke, in words instead of the system's numbers."""

from __future__ import annotations

import errno
import os


def why_not_open(error: Exception) -> str:
    """Say in words why a port did not open."""
    number, text = _error_number(error), str(error)
    if number in (errno.ENOENT, errno.ENODEV, errno.ENXIO) or "FileNotFoundError" in text:
        return "it does not exist: is the adapter plugged in?"
    if number in (errno.EAGAIN, errno.EBUSY):
        return "it is in use by another recliner or another program"
    if number in (errno.EACCES, errno.EPERM):
        return "this account may not use it (on Linux, add the account to the group dialout)"
    if "PermissionError" in text:
        return "it is in use by another program, or this account may not use it"
    if number == errno.ENOTTY:
        return "it is not a serial port"
    if number == errno.EISDIR:
        return "it is a folder, not a serial port"
    if number == errno.EINVAL:
        return "it does not take these settings: another speed or parity?"
    return plain_words(error)


def plain_words(error: BaseException) -> str:
    """Return the system's own words for an error, without its number."""
    number = _error_number(error)
    words = os.strerror(number) if number is not None else str(error)
    return words or type(error).__name__


def _error_number(error: BaseException) -> int | None:
    """Return the system's number of an error, or of the one behind it; None without one."""
    for one in (error, error.__context__):
        number = getattr(one, "errno", None)
        if number is None and one is not None and one.args and isinstance(one.args[0], int):
            number = one.args[0]
        if isinstance(number, int):
            return number
    return None
