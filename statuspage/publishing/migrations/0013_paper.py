from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("publishing", "0012_review_postmortems"),
    ]

    operations = [
        migrations.AddField(
            model_name="statuspage",
            name="paper",
            field=models.CharField(
                choices=[("A4", "A4"), ("letter", "US Letter")],
                default="A4",
                help_text="For the PDF of postmortems that are published from now on; the others keep theirs.",
                max_length=6,
            ),
        ),
    ]
