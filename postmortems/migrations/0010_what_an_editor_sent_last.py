from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("postmortems", "0009_precision_and_base_of_facts")]

    operations = [
        migrations.AddField(
            model_name="postmortem",
            name="last_sent",
            field=models.JSONField(blank=True, default=dict, editable=False),
        ),
    ]
