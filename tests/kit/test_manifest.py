"""The manifest: what is read, and how mistakes are named."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from fragment_kit.contract.errors import ManifestRefused
from fragment_kit.contract.manifest import load_manifest, manifest_to_json, parse_manifest

if TYPE_CHECKING:
    from pathlib import Path


def manifest(**changes: Any) -> dict[str, Any]:
    slot = {"title": "Balance", "timeout_ms": 250, "fallback": "<p>Not now.</p>"}
    return {"contract": 1, "name": "wallet", "version": "1.0", "slots": {"balance": slot}, **changes}


def test_it_survives_the_way_over_the_wire() -> None:
    ours = parse_manifest(
        manifest(
            feeds={"payments": {"timeout_ms": 100}},
            actions=[{"path": "/topups", "methods": ["POST"], "timeout_ms": 900, "slot": "balance"}],
            downloads=[
                {"path": "/history.csv", "media_type": "text/csv", "filename": "history.csv", "timeout_ms": 900}
            ],
            emits=["wallet.changed"],
            csp={"img-src": ["https://images.example"]},
        ),
        strict=True,
    )
    assert parse_manifest(json.loads(manifest_to_json(ours)), strict=True) == ours


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"contract": 2}, "contract is 2; this side speaks contract 1 only"),
        ({"name": "Wallet!"}, "name is 'Wallet!', which does not match"),
        ({"slots": {}}, "slots is empty"),
        ({"slots": {"balance": {"title": "B", "fallback": "x"}}}, "slots.balance: timeout_ms is missing"),
        (
            {"slots": {"balance": {"title": "B", "fallback": "x", "timeout_ms": "fast"}}},
            "timeout_ms must be a whole number",
        ),
        ({"slots": {"balance": {"title": "B", "fallback": "x", "timeout_ms": 0}}}, "it must be from 1 to"),
        ({"actions": [{"path": "/x", "methods": ["GET"], "timeout_ms": 5}]}, "actions[0]: methods has 'GET'"),
        ({"actions": [{"path": "/x", "methods": ["POST"], "timeout_ms": 5, "slot": "gone"}]}, "name the slot 'gone'"),
        ({"styles": ["../up.css"]}, "styles has '../up.css'"),
        ({"emits": ["changed"]}, "emits has 'changed'"),
    ],
)
def test_it_names_what_is_wrong_and_where(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ManifestRefused) as refusal:
        parse_manifest(manifest(**changes), strict=True, source="manifest.toml")
    assert str(refusal.value).startswith("manifest.toml: ")
    assert sentence in str(refusal.value)


def test_it_refuses_an_unknown_key_in_a_fragments_own_file() -> None:
    with pytest.raises(ManifestRefused, match="timeout is not a key we know; known keys here are"):
        parse_manifest(manifest(timeout=5), strict=True)


def test_it_reads_a_newer_fragment_by_ignoring_what_it_does_not_know() -> None:
    assert parse_manifest(manifest(hologram=True), strict=False).name == "wallet"


def test_it_says_which_file_is_not_toml(tmp_path: Path) -> None:
    broken = tmp_path / "manifest.toml"
    broken.write_text("name = ")
    with pytest.raises(ManifestRefused, match=r"manifest\.toml: cannot be read as TOML"):
        load_manifest(broken)


def test_it_asks_how_old_a_stale_copy_may_be() -> None:
    slot = {"title": "B", "fallback": "x", "timeout_ms": 5, "stale": {"policy": "labelled"}}
    with pytest.raises(ManifestRefused, match="allows stale copies, but max_age_s is 0"):
        parse_manifest(manifest(slots={"balance": slot}), strict=True)
