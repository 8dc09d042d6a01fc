"""What a form sent, and what is wrong with it, for showing it again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl

from appsprint.errors import AppsprintError, FieldProblem, InvalidInput, MalformedRequest

MAX_FIELDS = 2_000


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a form as texts, and the problems of each.

    Attributes:
        problems: What to change, by field.
        problem: What is wrong with no field in particular.
    """

    values: Mapping[str, Sequence[str]] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)
    problem: str | None = None

    def text(self, name: str, default: str = "") -> str:
        """The field's first value; ``default`` when it was not sent."""
        found = self.values.get(name)
        return found[0] if found else default

    def texts(self, name: str) -> Sequence[str]:
        """Every value of a field: of check boxes that share a name."""
        return self.values.get(name, ())

    def is_on(self, name: str) -> bool:
        """Whether a check box was ticked."""
        return bool(self.text(name))

    def has(self, name: str) -> bool:
        """Whether the field was sent at all."""
        return name in self.values

    def whole(self, name: str, unit: str) -> int | None:
        """A whole number of something; None when the field is empty or was not sent.

        Raises:
            InvalidInput: It is no whole number.
        """
        text = self.text(name).strip()
        if not text:
            return None
        if not text.isascii() or not text.isdigit() or len(text) > 6:
            message = f"must be a whole number of {unit}"
            raise InvalidInput(message, problems=[FieldProblem(name, message)])
        return int(text)

    def refused(self, exc: AppsprintError) -> Form:
        """The same form with the reasons for which it was not taken."""
        if not isinstance(exc, InvalidInput) or not exc.problems:
            return replace(self, problem=sentence(exc.message))
        problems: dict[str, str] = {}
        for found in exc.problems:
            problems.setdefault(found.field, sentence(found.message))
        return replace(self, problems=problems)

    @classmethod
    def of(cls, **values: object) -> Form:
        """A form filled in from outside; None leaves a field empty."""
        given = {name: ["" if value is None else str(value)] for name, value in values.items()}
        return cls(given)


def read_form(body: bytes) -> Form:
    """The fields of an ``application/x-www-form-urlencoded`` body.

    Raises:
        MalformedRequest: It cannot be read, or has far too many fields.
    """
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError as exc:  # not UTF-8, or too many
        raise MalformedRequest("the form cannot be read: load the page again") from exc
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return Form(values)


def sentence(message: str) -> str:
    """A message of ours as people read it: a capital at the front, a full stop at the end."""
    return f"{message[:1].upper()}{message[1:]}{'' if message[-1:] in '.!?' else '.'}"
