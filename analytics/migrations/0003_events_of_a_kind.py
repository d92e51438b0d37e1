from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('analytics', '0002_rollups'),
    ]

    operations = [
        # On a partitioned table an index cannot be made concurrently; partitions of months to come get theirs when made.
        migrations.AddIndex(
            model_name='event',
            index=models.Index(fields=['user', 'event', 'created_at'], name='event_user_name_created_at'),
        ),
    ]
