"""The exception tree of Chairside.

::

    ChairsideError
    ├── ConfigurationError   clinic.toml, a command line or a preset is wrong; names what and where
    ├── TransportError       a port cannot be opened, or was lost
    ├── FrameError           a frame cannot be built from, or written to, bytes
    ├── SessionError         an order that the session's phase or a bound does not allow
    └── StoreError           the journal or the picture cannot be read or written

Every message says what was expected, what came, and which device, field or line it concerns.
"""


class ChairsideError(Exception):
    """Stand above every error that Chairside raises on purpose."""


class ConfigurationError(ChairsideError):
    """Say that a setting is wrong, naming the setting and its line."""


class TransportError(ChairsideError):
    """Say that a port cannot be opened or was lost, naming the port."""


class FrameError(ChairsideError):
    """Say that bytes do not make a frame, or a frame cannot be written as bytes."""


class SessionError(ChairsideError):
    """Say that an order is not allowed now, naming the phase, the field and the range."""


class StoreError(ChairsideError):
    """Say that the journal or the picture could not be read or written."""
