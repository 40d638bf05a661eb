from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class PublishingConfig(AppConfig):
    name = "statuspage.publishing"

    def ready(self) -> None:
        # Each app tells its kinds of public page in pages.py, as it tells the admin in admin.py.
        autodiscover_modules("pages")
