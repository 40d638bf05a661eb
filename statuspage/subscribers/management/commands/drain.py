from typing import Any

from django.core.management.base import BaseCommand

from statuspage.subscribers import delivery


class Command(BaseCommand):
    help = "Tell subscribers whatever is due now, without a worker; the same code, and harmless beside others."

    def handle(self, *args: Any, **options: Any) -> None:
        """Go on until nothing is due, or what is due must wait."""
        delivery.fan_out()
        while delivery.drain_mail() | delivery.drain_hooks():
            pass
