from django.db import migrations


def as_row(apps, schema_editor):
    if apps.get_model("publishing", "StatusPage").objects.filter(owes_everything=True).exists():
        apps.get_model("publishing", "Owed").objects.create()


def as_flag(apps, schema_editor):
    owed = apps.get_model("publishing", "Owed").objects.exists()
    apps.get_model("publishing", "StatusPage").objects.update(owes_everything=owed)


class Migration(migrations.Migration):
    dependencies = [("publishing", "0006_owed")]

    operations = [migrations.RunPython(as_row, as_flag)]
