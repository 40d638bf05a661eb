from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("postmortems", "0007_mitigation_code_unique")]

    operations = [
        migrations.AddField(
            model_name="postmortem",
            name="last_sent",
            field=models.JSONField(blank=True, default=dict, editable=False),
        ),
    ]
