import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


def drop_old_permission(apps, schema_editor):
    """The permission for originals is one on the footage now; the old one, on incidents, opened nothing."""
    permissions = apps.get_model('auth', 'Permission')
    permissions.objects.filter(codename='view_original', content_type__app_label='reports').delete()


class Migration(migrations.Migration):

    dependencies = [
        ('cameras', '0006_originals'),
        ('reports', '0002_looks'),
        ('auth', '0012_alter_user_first_name_max_length'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(drop_old_permission, migrations.RunPython.noop),
        migrations.AlterModelOptions(
            name='incident',
            options={'ordering': ['priority', 'opened_at', 'id'], 'verbose_name': 'kejadian', 'verbose_name_plural': 'kejadian'},
        ),
        migrations.CreateModel(
            name='FootageLook',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='kapan')),
                ('until', models.DateTimeField(verbose_name='berlaku sampai')),
                ('username', models.CharField(max_length=150, verbose_name='nama pengguna')),
                ('camera_code', models.CharField(max_length=100, verbose_name='kamera')),
                ('start_at', models.DateTimeField(verbose_name='mulai')),
                ('end_at', models.DateTimeField(verbose_name='selesai')),
                ('why', models.CharField(choices=[('check', 'Memastikan kejadian'), ('act', 'Menyiapkan tindak lanjut di lapangan'), ('complaint', 'Menjawab keberatan warga'), ('official', 'Permintaan resmi (kepolisian, pengadilan)'), ('technical', 'Masalah teknis kamera'), ('other', 'Lainnya')], max_length=12, verbose_name='untuk apa')),
                ('reason', models.CharField(max_length=300, verbose_name='alasan')),
                ('address', models.GenericIPAddressField(blank=True, null=True, verbose_name='alamat')),
                ('clip', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='looks', to='cameras.footageclip', verbose_name='rekaman')),
                ('incident', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='looks', to='reports.incident', verbose_name='kejadian')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='siapa')),
            ],
            options={
                'verbose_name': 'penayangan rekaman asli',
                'verbose_name_plural': 'penayangan rekaman asli',
                'ordering': ['-id'],
                'default_permissions': ('view',),
            },
        ),
    ]
