"""What Django serves; pages and fragments go to the edge before Django sees them (shell/asgi.py)."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("", include("shell.players.urls")),
    path("", include("shell.status.urls")),
]
