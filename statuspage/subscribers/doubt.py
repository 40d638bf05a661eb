"""Whether failures speak of the letters or of us: one of them does not tell, many in a row do.

A mail server that no longer knows us refuses each recipient in turn, and one that we ask too much of puts all of them
off. Held against the addresses, that would cost everybody a notice, and three of them a place on the list.
"""

from __future__ import annotations

from dataclasses import replace

from statuspage.subscribers import ledger
from statuspage.subscribers.ledger import Claim, Line
from statuspage.subscribers.outcomes import Outcome, Verdict
from statuspage.subscribers.settling import settle

# So many in a row, with no letter taken between them, are no word about the addresses.
IN_A_ROW = 10
# What may be said of a recipient, and mean us.
UNSURE = (Verdict.REFUSED, Verdict.BAD_ADDRESS)


class Doubt:
    """The failures since the last letter that was taken."""

    def __init__(self) -> None:
        self.held: list[tuple[Line, Outcome]] = []

    def hold(self, claim: Claim, line: Line, outcome: Outcome) -> str:
        """Hold a failure for now; tells what is wrong with us once there are too many, and gives all of them back."""
        self.held.append((line, outcome))
        if len(self.held) < IN_A_ROW:
            return ""
        ledger.give_back(claim, *(held for held, _ in self._taken()), uncounted=True)
        return f"{IN_A_ROW} letters in a row were not taken: {outcome.reason}"

    def dispel(self, claim: Claim) -> None:
        """A letter was taken: the server works, and what it said of the others holds."""
        for line, outcome in self._taken():
            settle(claim, line, outcome)

    def end(self, claim: Claim, *, has_worked: bool) -> str:
        """Settle what is left at the end of a claim; tells what is wrong with us, where it seems so.

        Where this server has taken nothing at all, only a plain word on the address itself is believed: other refusals
        are tried again, and the desk hears of them.
        """
        if has_worked:
            self.dispel(claim)
        unproven = [outcome.reason for _, outcome in self.held if outcome.verdict in UNSURE]
        for line, outcome in self._taken():
            is_unsure = outcome.verdict in UNSURE
            settle(claim, line, replace(outcome, verdict=Verdict.DEFERRED) if is_unsure else outcome)
        return f"The server took nothing, and refused: {unproven[-1]}" if unproven else ""

    def _taken(self) -> list[tuple[Line, Outcome]]:
        held, self.held = self.held, []
        return held
