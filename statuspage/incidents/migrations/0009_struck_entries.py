import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def forget_postmortems(apps, schema_editor):
    """What a postmortem is found by is more now: what was kept of each is taken down anew after the upgrade."""
    apps.get_model("incidents", "SearchText").objects.filter(source__in=["draft", "postmortem"]).delete()


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("incidents", "0008_tags_and_search_texts"),
    ]

    operations = [
        migrations.AddField(
            model_name="journalentry",
            name="starred_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="journalentry", name="struck_at", field=models.DateTimeField(blank=True, null=True)
        ),
        migrations.AddField(
            model_name="journalentry",
            name="struck_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.RunPython(forget_postmortems, migrations.RunPython.noop),
        migrations.RemoveConstraint(model_name="searchtext", name="search_text_source_known"),
        migrations.AlterField(
            model_name="searchtext",
            name="source",
            field=models.CharField(
                choices=[
                    ("incident", "The incident and its updates"),
                    ("postmortem", "The postmortem as published"),
                    ("draft", "The postmortem as the team has it"),
                    ("journal", "The journal"),
                ],
                max_length=12,
            ),
        ),
        migrations.AddConstraint(
            model_name="searchtext",
            constraint=models.CheckConstraint(
                condition=models.Q(("source__in", ["incident", "postmortem", "draft", "journal"])),
                name="search_text_source_known",
            ),
        ),
    ]
