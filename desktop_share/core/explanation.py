"""What a browser would get for an item now, with a plain word on each line: for the window and for `--explain`."""

from __future__ import annotations

from dataclasses import dataclass

from desktop_share.core.errors import Problem


@dataclass(frozen=True, slots=True)
class ExplainedField:
    """A header field as it is sent, and what it asks for. `meaning.what` is the sentence, a template that the window
    translates; '' where there is nothing to say that a layman gains from."""

    name: str
    value: str
    meaning: Problem


@dataclass(frozen=True, slots=True)
class Explanation:
    """The answer to a GET of the item's link, as it would be now.

    status_line    'HTTP/1.1 200 OK'
    fields         in the order in which they are sent
    notes          what no single field says: that a browser may open a type whatever it is asked, which name is
                   saved where it differs from the download name, that an active type is sandboxed
    curl           a command that saves the item as a browser would; for sh
    powershell     the same for Windows PowerShell
    """

    status_line: str
    fields: tuple[ExplainedField, ...]
    notes: tuple[Problem, ...]
    curl: str
    powershell: str

    def as_text(self) -> str:
        """Status line and fields as they are on the wire, one a line."""
        return "\n".join([self.status_line, *(f"{field.name}: {field.value}" for field in self.fields)])
