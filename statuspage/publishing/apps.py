import gc

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class PublishingConfig(AppConfig):
    name = "statuspage.publishing"

    def ready(self) -> None:
        # Publishing makes many objects and little garbage: by Python's own measure every other post of an update waited
        # a tenth of a second for all of memory to be searched. This costs a tenth more of it.
        gc.set_threshold(50_000, 20, 20)
        # Each app tells its kinds of public page in pages.py, as it tells the admin in admin.py.
        autodiscover_modules("pages")
