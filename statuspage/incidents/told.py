"""What the desk says once something is done."""

from statuspage.publishing.services import is_behind


def told(done: str, *, readers: str = "The public page shows it.") -> str:
    """What was done, and what readers have of it: nothing, where the page could not be written."""
    return done if is_behind() else f"{done} {readers}"
