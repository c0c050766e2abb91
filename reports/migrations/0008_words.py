import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('reports', '0007_report_photos'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='report',
            options={'ordering': ['-received_at', '-id'], 'permissions': [('view_personal_data', 'Boleh melihat data pribadi dalam isi laporan')], 'verbose_name': 'laporan', 'verbose_name_plural': 'laporan'},
        ),
        migrations.AddField(
            model_name='incident',
            name='urgency_set',
            field=models.PositiveSmallIntegerField(editable=False, null=True, verbose_name='kegentingan menurut petugas'),
        ),
        migrations.AddField(
            model_name='report',
            name='placed_in',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reports.kelurahan'),
        ),
        migrations.AddField(
            model_name='report',
            name='searchable',
            field=models.TextField(blank=True, editable=False),
        ),
        migrations.AlterField(
            model_name='verification',
            name='purpose',
            field=models.CharField(choices=[('opening', 'opening'), ('closure', 'closure'), ('patrol', 'patrol'), ('second', 'second')], max_length=10, verbose_name='tujuan'),
        ),
        migrations.CreateModel(
            name='SuggestionRuling',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='kapan')),
                ('kind', models.CharField(choices=[('category', 'Kategori'), ('severity', 'Kegentingan'), ('place', 'Lokasi'), ('second', 'Pemeriksaan tambahan')], max_length=12, verbose_name='jenis')),
                ('rule', models.CharField(max_length=60, verbose_name='aturan')),
                ('suggested', models.CharField(blank=True, max_length=60, verbose_name='disarankan')),
                ('taken', models.BooleanField(verbose_name='diikuti')),
                ('chosen', models.CharField(blank=True, max_length=60, verbose_name='dipilih petugas')),
                ('incident', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='rulings', to='reports.incident', verbose_name='kejadian')),
                ('report', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='rulings', to='reports.report', verbose_name='laporan')),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='siapa')),
            ],
            options={
                'verbose_name': 'keputusan atas saran',
                'verbose_name_plural': 'keputusan atas saran',
                'ordering': ['-id'],
                'default_permissions': ('view',),
                'indexes': [models.Index(fields=['kind', 'rule'], name='ruling_rule')],
            },
        ),
    ]
