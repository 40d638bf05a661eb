"""A finished report, for what is made from reports alone."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from postmortems.models import Revision
from postmortems.report import ActionLine, FactLine, MeasureLine, MitigationLine, Report, UpdateLine

START = datetime(2026, 11, 20, 22, 8, tzinfo=UTC)
PUBLISHED = datetime(2026, 11, 23, 17, 20, 5, tzinfo=UTC)


def after(**length):
    return START + timedelta(**length)


def a_report(**changes) -> Report:
    report = Report(
        code="f4rnw4yq81zz",
        title="Sign-in failures for some accounts",
        organisation="Fernway",
        url="https://status.fernway.example/incidents/f4rnw4yq81zz/postmortem",
        time_zone="Europe/Lisbon",
        impact="major",
        posted_at=PUBLISHED,
        facts=[
            FactLine("date", "Date of incident", "Nov 20, 2026", "", "computed"),
            FactLine("started", "Incident started", "Nov 20, 2026 - 22:08 WET", "20/11/2026, 10:08pm", "typed", START),
            FactLine("stable", "Stability restored", "Nov 20, 2026 - 22:41 WET", "", "computed", after(minutes=33)),
            FactLine("resolved", "Incident resolved", "Nov 20, 2026 - 22:50 WET", "", "computed", after(minutes=42)),
            FactLine("users_impacted", "Users impacted", "About 4 % of sign-ins", "", "typed"),
        ],
        measures=[MeasureLine("Resolved after", "42 min")],
        description="Some sign-ins **failed** or took [very long](https://fernway.example/limits).",
        root_cause="A change halved the pool.\n\n### What waits\n\n| Service | Waits |\n|---|---|\n| session | 4 s |",
        contributing_factors="",
        actions=[ActionLine("Alerts paged the engineer.", after(minutes=2)), ActionLine("The change was reverted.")],
        mitigations=[
            MitigationLine("Test with weekend traffic.", "prevent", "Platform", date(2026, 12, 24), "done", ""),
            MitigationLine("Alert on a small pool.", "detect", "", None, "open", "https://tracker.example/7"),
        ],
        lessons="Weekends are different.",
        further="### Thanks\n\nTo the night shift.",
        updates=[
            UpdateLine("resolved", "All is normal.", after(minutes=42)),
            UpdateLine("monitoring", "Sign-ins succeed again.", after(minutes=33)),
            UpdateLine("investigating", "Some sign-ins fail.", after(minutes=7)),
        ],
        affected="This incident affected: Accounts (Sign-in, Sessions) and API.",
    )
    return replace(report, **changes)


def a_revision(report: Report) -> Revision:
    """A revision that was never saved: rendering asks nothing of the database."""
    return Revision(number=2, snapshot=report.snapshot(), sha256="5a" * 32, created_at=PUBLISHED)
