"""The people of the demo: an administrator, an operator, and the lurah of every kelurahan that has an incident."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils.text import slugify

from jsc_project.env import kept_secret
from reports.models import Kelurahan, Membership


@dataclass(frozen=True, slots=True)
class Login:
    username: str
    role: str


def demo_password() -> str:
    """One password per installation, made here: a password printed in a README would be tried everywhere."""
    return kept_secret("DEMO_PASSWORD", settings.KEYS_DIR)[:16]


@transaction.atomic
def people_seed(areas: list[Kelurahan]) -> list[Login]:
    """Create who is missing; existing passwords stay."""
    logins = [_person("admin", None, None), _person("operator", Membership.Role.OPERATOR, None)]
    return logins + [_person(f"lurah.{slugify(area.name)}", Membership.Role.LURAH, area) for area in areas]


def _person(username: str, role: Membership.Role | None, area: Kelurahan | None) -> Login:
    users = get_user_model()
    user = users.objects.filter(username=username).first()
    if user is None:
        user = users(username=username, is_staff=True, is_superuser=role is None)
        user.set_password(demo_password())
        user.save()
    if role is not None:
        Membership.objects.get_or_create(user=user, role=role, kelurahan=area)
    return Login(username, f"Lurah {area.name}" if area is not None else (str(role.label) if role else "Administrator"))
