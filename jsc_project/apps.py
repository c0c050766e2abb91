from django.apps import AppConfig


class JscProjectConfig(AppConfig):
    name = "jsc_project"

    def ready(self) -> None:
        from jsc_project import camera_checks, checks  # noqa: F401  (registers the system checks)
