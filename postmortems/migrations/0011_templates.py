import django.db.models.deletion
from django.db import migrations, models

SECTIONS = [
    ("description", "Incident description"),
    ("root_cause", "Root cause analysis"),
    ("contributing_factors", "Contributing factors"),
    ("actions", "Actions taken"),
    ("mitigations", "Mitigation measures"),
    ("lessons", "Lessons learned"),
    ("further", "Further sections"),
    ("internal_notes", "Internal notes"),
]


class Migration(migrations.Migration):
    dependencies = [("postmortems", "0010_what_an_editor_sent_last")]

    operations = [
        migrations.CreateModel(
            name="Template",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80, unique=True)),
                (
                    "about",
                    models.CharField(blank=True, help_text="When to begin with it, in a few words.", max_length=200),
                ),
            ],
            options={"verbose_name": "postmortem template", "ordering": ["name"]},
        ),
        migrations.CreateModel(
            name="TemplateSection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("section", models.CharField(choices=SECTIONS, max_length=24)),
                (
                    "guidance",
                    models.TextField(
                        blank=True,
                        help_text="Stands beside the section while it is written; readers never get it.",
                        max_length=1000,
                    ),
                ),
                (
                    "start",
                    models.TextField(
                        blank=True,
                        help_text="Markdown; of actions and measures, each line begins one. What has to be replaced "
                        "stands in [square brackets]: the checks find it where it is left, and a section that is left "
                        "wholly as it began.",
                        max_length=10000,
                        verbose_name="starting text",
                    ),
                ),
                (
                    "template",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="sections", to="postmortems.template"
                    ),
                ),
            ],
            options={"ordering": ["id"]},
        ),
        migrations.AddConstraint(
            model_name="templatesection",
            constraint=models.UniqueConstraint(fields=("template", "section"), name="template_section_once"),
        ),
        migrations.AddField(
            model_name="postmortem",
            name="outline",
            field=models.JSONField(
                blank=True,
                default=dict,
                editable=False,
                help_text="The template it was begun with, as it was then.",
            ),
        ),
    ]
