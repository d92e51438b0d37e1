from django.db import migrations


class Migration(migrations.Migration):
    """Of this name there is one in dj-stripe; what it does, 0001_initial here has done."""

    dependencies = [("djstripe", "0001_initial")]

    operations = []
