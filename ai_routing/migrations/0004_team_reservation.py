import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ai_routing", "0003_outcomes"),
        ("billing", "0002_budgets"),
    ]

    operations = [
        migrations.AlterField(
            model_name="step",
            name="reservation",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.RESTRICT,
                related_name="+",
                to="billing.reservation",
                verbose_name="reservation",
            ),
        ),
    ]
