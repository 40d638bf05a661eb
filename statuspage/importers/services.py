"""Writing what sources told: new is added, newer is taken over, and what was edited here since stays as it is."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from statuspage.components.models import Component, ComponentReport
from statuspage.importers.imported_components import write_components
from statuspage.importers.imported_incidents import write_incidents
from statuspage.importers.imported_postmortems import write_postmortems
from statuspage.importers.report import Report
from statuspage.importers.told import History
from statuspage.incidents.overview import overview
from statuspage.publishing.models import StatusPage


@transaction.atomic
def import_history(history: History, *, adopt: bool = False) -> Report:
    """Write a history that was read and merged. The same one again changes nothing at all.

    Fields are taken over from a source that is newer than what is here; of the same age, only what is empty here is
    filled. Nothing that anybody said is deleted. `adopt` lets the clock run the maintenances that the sources name;
    otherwise they keep the state that the source gives them. Raises Refused where the sources contradict what is here.
    """
    report = Report()
    report.notes += [
        f"{code}: its postmortem is in none of the sources; its permalink, {code}.json, has it."
        for code in history.missing_postmortems
    ]
    _write_page(history.page)
    components = write_components(history, report)
    newer = write_incidents(history.incidents, components, adopt=adopt, report=report)
    write_postmortems(history.incidents, newer=newer, report=report)
    _write_reports(history, components, report)
    return report


def _write_page(told: dict[str, Any]) -> None:
    page = StatusPage.objects.select_for_update().get()
    # Once the page is this one, its name and zone are its owner's to change here.
    if told and page.code != told["code"]:
        for name, value in told.items():
            setattr(page, name, value)
        page.save()


def _write_reports(history: History, components: dict[str, Component], report: Report) -> None:
    """Say of components what the source says, where what its incidents say would not come to the same."""
    if history.as_of is None:
        return
    state = overview(history.as_of)
    rows = []
    for told in history.components:
        component = components[told.code]
        if not component.retired_at and state.status_of(component) != told.status:
            rows.append(
                ComponentReport(
                    component=component,
                    status=told.status,
                    reported_at=history.as_of,
                    source=ComponentReport.Source.IMPORT,
                )
            )
    ComponentReport.objects.bulk_create(rows)
    report.reported = len(rows)
