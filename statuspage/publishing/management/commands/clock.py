from typing import Any

from django.core.management.base import BaseCommand

from statuspage.publishing.clock import keep_time


class Command(BaseCommand):
    help = "Run what is due, as Celery's beat and workers would: part of ./run, or alone beside a web server."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        keep_time()
