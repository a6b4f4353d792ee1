"""The two addresses of a player's session."""

from __future__ import annotations

from django.urls import re_path

from shell.players.views import sign_in, sign_out

urlpatterns = [
    re_path(r"^signin/?$", sign_in, name="signin"),
    re_path(r"^signout/?$", sign_out, name="signout"),
]
