import django.core.validators
from django.db import migrations, models

import statuspage.publishing.codes


class Migration(migrations.Migration):
    dependencies = [("postmortems", "0006_code_of_each_mitigation")]

    operations = [
        migrations.AlterField(
            model_name="mitigation",
            name="code",
            field=models.CharField(
                default=statuspage.publishing.codes.new_code,
                editable=False,
                max_length=12,
                unique=True,
                validators=[
                    django.core.validators.RegexValidator(
                        "\\A[a-z0-9]{12}\\Z", "A code is 12 lower-case letters and digits."
                    )
                ],
            ),
        ),
    ]
