from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ai_routing", "0003_erasure")]

    operations = [
        migrations.AddIndex("run", models.Index(fields=["user", "created_at"], name="run_user_month")),
    ]
