"""Every error that the product raises on purpose, drawn as one tree.

::

    AppsprintError
    ├── CallerError                 the caller can fix it
    │   ├── MalformedRequest        400  the bytes are not what the route reads
    │   ├── NotAuthenticated        401  no token, or not a valid one
    │   ├── NotAllowed              403  a good token without this right
    │   ├── NotFound                404  no such thing, or not in this app
    │   │   └── InstallNotFound     404  the SDK must register its install again
    │   ├── Conflict                409  the thing is in another state
    │   ├── TooLarge                413  more bytes or items than a route takes
    │   ├── WrongContentType        415
    │   └── InvalidInput            422  one problem per field
    ├── ConfigurationError          the operator can fix it
    │   ├── NewerDatabase           the file belongs to a newer program
    │   └── AlreadyRunning          another server holds the file
    ├── Unavailable                 time can fix it
    │   ├── StoreUnavailable        503  the database cannot take it now
    │   ├── AdNetworkUnavailable    503  the ad network did not answer
    │   │   └── AdNetworkBusy       503  it answered that it cannot now
    │   └── RateLimited             429
    ├── LeaseLost                   another worker has the delivery now
    └── AdNetworkRefused            the account's owner can fix it
        └── ConnectionRevoked       the grant at the ad network is gone
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One thing that is wrong with one field, in words for the person who sent it."""

    field: str
    message: str


class AppsprintError(Exception):
    """The root; ``code`` is the machine-readable name that answers carry."""

    code = "internal_error"

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        if code is not None:
            self.code = code


class CallerError(AppsprintError):
    """The request must change before it can succeed."""

    code = "bad_request"


class MalformedRequest(CallerError):
    """The body or the query cannot be read at all."""

    code = "malformed_request"


class AuthorizationDenied(MalformedRequest):
    """The person did not approve the access request that was begun for ``app_id``."""

    code = "authorization_denied"

    def __init__(self, message: str, *, app_id: str) -> None:
        super().__init__(message)
        self.app_id = app_id


class NotAuthenticated(CallerError):
    """No credential was sent, or it is not valid."""

    code = "not_authenticated"


class NotAllowed(CallerError):
    """The credential is good and does not have this right."""

    code = "not_allowed"


class NotFound(CallerError):
    """There is no such thing within the caller's reach."""

    code = "not_found"


class InstallNotFound(NotFound):
    """The app does not know this install; SDKs answer it by registering again."""

    code = "install_not_found"


class Conflict(CallerError):
    """The request is right and does not fit the present state."""

    code = "conflict"


class TooLarge(CallerError):
    """More bytes or items than the route takes."""

    code = "too_large"


class WrongContentType(CallerError):
    """The body is of a type that the route does not read."""

    code = "wrong_content_type"


class InvalidInput(CallerError):
    """One or more fields have a value that is not allowed.

    Args:
        message: What is wrong; with ``field`` without naming it, because that is put in front.
    """

    code = "invalid_value"

    def __init__(
        self, message: str, *, field: str | None = None, problems: Sequence[FieldProblem] = ()
    ) -> None:
        super().__init__(message if field is None else f"{field}: {message}")
        own = (FieldProblem(field, message),) if field is not None else ()
        self.problems = (*own, *problems)


class ConfigurationError(AppsprintError):
    """The operator must change a setting, a file or a key."""

    code = "configuration_error"


class NewerDatabase(ConfigurationError):
    """The database was written by a newer version of the program."""

    code = "newer_database"


class AlreadyRunning(ConfigurationError):
    """Another server holds the same database file."""

    code = "already_running"


class Unavailable(AppsprintError):
    """The same request can succeed later."""

    code = "unavailable"


class StoreUnavailable(Unavailable):
    """The store cannot take or give data now; nothing was changed."""

    code = "store_unavailable"


class AdNetworkUnavailable(Unavailable):
    """The ad network gave no usable answer; what it did is unknown."""

    code = "ad_network_unavailable"


class AdNetworkBusy(AdNetworkUnavailable):
    """The ad network answered, and asks for patience; it did nothing."""


class RateLimited(Unavailable):
    """Too many requests; nothing was changed."""

    code = "rate_limited"


class LeaseLost(AppsprintError):
    """The lease ran out and another worker claimed the delivery."""

    code = "lease_lost"


class AdNetworkRefused(AppsprintError):
    """The ad network answered with an error of its own.

    Attributes:
        network_code: The network's code, kept as it came (TikTok: an integer).
    """

    code = "ad_network_refused"

    def __init__(self, message: str, *, network_code: int, code: str | None = None) -> None:
        super().__init__(message, code=code)
        self.network_code = network_code


class ConnectionRevoked(AdNetworkRefused):
    """The grant was withdrawn or has lost the account; its owner must connect again."""

    code = "connection_revoked"
