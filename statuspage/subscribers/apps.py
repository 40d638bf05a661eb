from anymail.signals import tracking  # type: ignore[import-untyped]
from django.apps import AppConfig
from django.utils.module_loading import import_string


class SubscribersConfig(AppConfig):
    name = "statuspage.subscribers"

    def ready(self) -> None:
        # The one signal in the house: it is how anymail hands on what an ESP reports.
        tracking.connect(import_string("statuspage.subscribers.bounces.hear"), dispatch_uid="bounces")
