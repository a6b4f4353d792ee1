"""The addresses of status; `/status/` is tolerated because people type it."""

from __future__ import annotations

from django.urls import path, re_path

from fragment_kit.serving.health import healthz
from fragment_kit.serving.metrics import metrics
from shell.status.readiness import readyz
from shell.status.views import status

urlpatterns = [
    re_path(r"^status/?$", status, name="status"),
    path("healthz", healthz),
    path("readyz", readyz),
    path("metrics", metrics),
]
