"""What Django serves; pages and fragments go to the edge before Django sees them (shell/asgi.py)."""

from __future__ import annotations

from django.urls import include, path, re_path

from shell.refusals import not_found

urlpatterns = [
    path("", include("shell.players.urls")),
    path("", include("shell.status.urls")),
    re_path(r"", not_found),
]
