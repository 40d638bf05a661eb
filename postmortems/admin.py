from django.contrib import admin

from postmortems.models import Template, TemplateSection


class TemplateSectionInline(admin.StackedInline):
    model = TemplateSection
    extra = 1
    max_num = len(TemplateSection.Section)


@admin.register(Template)
class TemplateAdmin(admin.ModelAdmin):
    """Templates of one's own; a postmortem that was begun with one keeps it as it was then."""

    list_display = ["name", "about"]
    inlines = [TemplateSectionInline]
