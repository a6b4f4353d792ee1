"""The look holds together: layers in one order, names that exist, nothing inline, vendored files untouched."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "static"
SHEETS = sorted(sheet for sheet in STATIC.rglob("*.css") if "vendor" not in sheet.parts)
FRAGMENT_SHEETS = sorted((ROOT / "fragments").glob("*/static/*/*.css"))
TEMPLATES = sorted([*(ROOT / "shell").rglob("templates/**/*.html"), *(ROOT / "fragments").rglob("templates/**/*.html")])
RAW_COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgba?|hsla?|oklch|oklab|lab|lch|hwb)\(")
# Inline style and script are refused by the content policy; the rest makes htmx evaluate text, which it refuses too.
INLINE = re.compile(
    r"<style\b|\sstyle=|<script(?![^>]*\ssrc=)|\son[a-z]+=|\shx-on|hx-vals=[\"']js:|hx-trigger=[\"'][^\"']*\["
)
VENDORED = json.loads((STATIC / "vendor/manifest.json").read_text(encoding="utf-8"))


def rules_of(sheet: Path) -> str:
    return re.sub(r"/\*.*?\*/", "", sheet.read_text(encoding="utf-8"), flags=re.DOTALL)


def outermost(css: str) -> list[str]:
    """What stands in front of every block that is in no other block, and every statement outside blocks."""
    found, depth, start = [], 0, 0
    for at, sign in enumerate(css):
        if sign == "{":
            if depth == 0:
                found.append(css[start:at].strip())
            depth += 1
        elif sign == "}" or (sign == ";" and depth == 0):
            depth -= sign == "}"
            if depth == 0:
                found.extend([css[start:at].strip()] if sign == ";" else [])
                start = at + 1
    return found


def layer_order() -> list[str]:
    declared = outermost(rules_of(STATIC / "shell/page.css"))[0]
    return [name.strip() for name in declared.removeprefix("@layer").split(",")]


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: str(sheet.relative_to(STATIC)))
def test_it_puts_every_rule_of_the_shell_into_a_declared_layer(sheet: Path) -> None:
    heads = outermost(rules_of(sheet))
    if sheet.name == "page.css":
        heads = heads[1:]
    assert heads
    assert {head.removeprefix("@layer ") for head in heads} <= set(layer_order()), f"{heads} stand outside the layers"


@pytest.mark.parametrize("sheet", FRAGMENT_SHEETS, ids=lambda sheet: sheet.name)
def test_it_keeps_a_fragment_in_its_own_layer_without_raw_colours(sheet: Path) -> None:
    css, name = rules_of(sheet), sheet.parent.name
    assert outermost(css) == [f"@layer fragments.{name}"]
    assert f'@scope ([data-fragment="{name}"])' in css
    assert RAW_COLOUR.findall(css) == [], "use the names of static/tokens/semantic.css"


def test_it_uses_only_names_that_are_defined() -> None:
    used: dict[str, str] = {}
    defined: set[str] = set()
    for sheet in [*SHEETS, *FRAGMENT_SHEETS]:
        css = rules_of(sheet)
        defined |= set(re.findall(r"(--[\w-]+)\s*:", css))
        used |= dict.fromkeys(re.findall(r"var\(\s*(--[\w-]+)", css), sheet.name)
    assert {name: sheet for name, sheet in used.items() if name not in defined} == {}


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: str(template.relative_to(ROOT)))
def test_it_has_nothing_inline_that_the_content_policy_refuses(template: Path) -> None:
    assert INLINE.findall(template.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("entry", [*VENDORED["files"], *VENDORED["installed"]], ids=lambda entry: entry["file"])
def test_it_serves_vendored_scripts_byte_for_byte(entry: dict[str, str]) -> None:
    own = STATIC / "vendor" / entry["file"]
    path = own if own.is_file() else Path(finders.find(entry["file"]) or own)
    digest = base64.b64encode(hashlib.sha384(path.read_bytes()).digest()).decode()
    assert f"sha384-{digest}" == entry["integrity"], f"{path.name} is not {entry['version']} as it was recorded"
