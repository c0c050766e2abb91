"""The public answer, field by field: an allow-list, and the source of the OpenAPI description."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from analytics.verdict import Verdict
from reports.lifecycle import COLOURS, Status
from reports.selectors.public import OUT_OF_AREA

STATUSES = [*(status.value for status in Status), OUT_OF_AREA]
COLOUR_NAMES = sorted(set(COLOURS.values()))


class PublicSerializer(serializers.Serializer[Any]):
    """Read-only by design: nothing public is ever written through here."""


class CategorySerializer(PublicSerializer):
    slug = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]


class VerificationSerializer(PublicSerializer):
    verdict = serializers.ChoiceField(
        choices=[v.value for v in Verdict], allow_null=True, help_text="null until a camera was looked at"
    )
    label = serializers.CharField(allow_null=True)  # type: ignore[assignment]
    reason = serializers.CharField(allow_null=True, help_text="one plain sentence; names no camera and no person")
    checked_at = serializers.DateTimeField(allow_null=True)


class LocationSerializer(PublicSerializer):
    lat = serializers.FloatField()
    lng = serializers.FloatField()
    precision_m = serializers.IntegerField()


class HistorySerializer(PublicSerializer):
    at = serializers.DateTimeField()
    status = serializers.ChoiceField(choices=STATUSES)
    status_label = serializers.CharField()


class PublicReportSerializer(PublicSerializer):
    tracking_code = serializers.CharField()
    category = CategorySerializer()
    status = serializers.ChoiceField(choices=STATUSES)
    status_label = serializers.CharField()
    colour = serializers.ChoiceField(choices=COLOUR_NAMES)
    kelurahan = serializers.CharField(allow_null=True)
    verification = VerificationSerializer()
    others = serializers.IntegerField(allow_null=True, help_text="other people who reported the same")
    received_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(allow_null=True)
    location = LocationSerializer(
        allow_null=True, help_text="coarse on purpose; null for categories never listed publicly"
    )
    history = HistorySerializer(many=True)


class ProblemSerializer(PublicSerializer):
    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField()
