from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("publishing", "0007_owes_everything_as_row")]

    operations = [migrations.RemoveField("statuspage", "owes_everything")]
