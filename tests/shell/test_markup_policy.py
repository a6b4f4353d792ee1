# ruff: noqa: E501 -- samples of markup are read more easily whole
"""A fragment's HTML stays one element that touches nothing outside its own panel."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shell.gateway.failures import CallFailed
from shell.gateway.markup import MarkupPolicies, has_one_root

CSP = {"img-src": ("https://cdn.example", "*", "https:"), "media-src": ("https://video.example",)}


def cleaned(html: str, *, fragment: str = "live_dealer", trust: str = "first-party") -> str:
    policies = MarkupPolicies()
    policies.register(fragment, trust=trust, csp=CSP)
    return policies.clean(fragment, html.encode())


KEPT = [
    '<div id="live-dealer-x" class="a b" data-round="7" aria-live="polite">x</div>',
    '<div id="board-daily" data-topic="board.daily" data-epoch="6f2a" data-seq="1">x</div>',
    '<a href="/games?category=cards#top">x</a>',
    '<a href="#live-dealer-x">x</a>',
    '<a href="https://help.example/x">x</a>',
    '<button hx-post="/f/live_dealer/bets" hx-target="closest [data-panel]" hx-swap="outerHTML">x</button>',
    (
        '<input hx-get="/f/live_dealer/tables" hx-trigger="input changed delay:300ms, search" hx-target="#live-dealer-list" '
        'hx-select="#live-dealer-list" hx-include="closest form" hx-sync="this:replace" hx-push-url="true">'
    ),
    '<div hx-get="/f/live_dealer/tables" hx-trigger="every 10s">x</div>',
    (
        '<form action="/f/live_dealer/bets" method="post" novalidate=""><input type="hidden" name="idempotency_key" value="1">'
        '<label for="live-dealer-a">A</label><input type="number" min="1" name="a" id="live-dealer-a" required="">'
        '<select name="s"><option value="1" selected="">x</option></select><textarea name="t"></textarea></form>'
    ),
    '<details open=""><summary>x</summary><meter value="1" max="2">1</meter><time datetime="2026-11-23">x</time></details>',
    '<svg viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d="M0 0h1"></path></svg>',
    '<svg><use href="/static/icons.svg#chip"></use></svg>',
    '<picture><source srcset="https://cdn.example/a.webp 2x"><img src="/assets/live_dealer/a.png" alt="a"></picture>',
    '<video src="https://video.example/a.m3u8" controls="" poster="https://cdn.example/a.jpg"></video>',
    '<table><thead><tr><th scope="col">x</th></tr></thead><tbody><tr><td colspan="2">y</td></tr></tbody></table>',
    '<dialog open=""><p>é ☃ &amp; &lt;b&gt;</p></dialog>',
]


@pytest.mark.parametrize("html", KEPT)
def test_it_keeps(html: str) -> None:
    def attributes(text: str) -> list[str]:
        return sorted(re.findall(r'[^\s<>"=]+="[^"]*"|<[a-z]+|[^<>"=\s]+', text))

    assert attributes(cleaned(html)) == attributes(html)


DROPPED = [
    ("<div onclick=x onload=y>x</div>", ["onclick", "onload"]),
    ("<div style='position:fixed'>x</div>", ["style"]),
    ("<div><script>alert(1)</script><style>*{}</style></div>", ["script", "alert", "style"]),
    (
        "<div><base href=/evil><meta http-equiv=refresh content=0><link rel=stylesheet href=/x></div>",
        ["base", "meta", "link"],
    ),
    ("<div><iframe src=/signout></iframe><object data=x></object><embed src=x></div>", ["iframe", "object", "embed"]),
    ("<div><template><img src=x onerror=y></template><noscript><p>x</p></noscript></div>", ["template", "onerror"]),
    ("<div id='wallet-balance'>x</div>", ["id="]),
    ("<div id='panel-live-dealer-tables'>x</div>", ["id="]),
    ("<div data-panel='wallet.balance' data-fragment='wallet' data-refresh='x'>x</div>", ["data-"]),
    ("<div data-hx-get='/f/wallet/x' data-hx-on='x'>x</div>", ["data-hx"]),
    ("<div hx-swap-oob='true' hx-select-oob='#x'>x</div>", ["oob"]),
    ("<div hx-on:click='x' hx-on='y' hx-on--load='z'>x</div>", ["hx-on"]),
    (
        "<div hx-ext='ws' ws-connect='/x' sse-connect='/y' hx-boost=true hx-headers='{}' hx-vars='x'>x</div>",
        ["hx-", "ws-", "sse-"],
    ),
    ("<div hx-get='/f/wallet/balance' hx-post='/signout' hx-put='https://evil/x'>x</div>", ["hx-"]),
    (
        "<div hx-get='/f/live_dealer/../wallet/x' hx-post='/f/live_dealer/%2e%2e/x' hx-put='//f/live_dealer/x'>x</div>",
        ["hx-"],
    ),
    ("<div hx-get='/f/live_dealers/x' hx-delete='/f/live_dealer\\..\\x' hx-patch=' /f/live_dealer/x'>x</div>", ["hx-"]),
    ("<div hx-target='#panel-wallet-balance' hx-include='#players-form'>x</div>", ["hx-"]),
    ("<div hx-target='body' hx-indicator='closest main' hx-swap='outerHTML show:window:top'>x</div>", ["hx-"]),
    ("<div hx-swap='afterend' hx-target='next .panel'>x</div>", ["hx-"]),
    ("<div hx-trigger='click[alert(1)]'>x</div>", ["hx-"]),
    ("<div hx-trigger='load' hx-vals='js:{a:b}'>x</div>", ["hx-"]),
    ("<div hx-trigger='click, every 1s'>x</div>", ["hx-"]),
    ("<form action='/signout' method=post><button formaction='/f/wallet/topups'>x</button></form>", ["action"]),
    (
        "<form action='https://evil.example/'><input type=password><input type=file></form>",
        ["evil", "password", "file"],
    ),
    ("<div><input form='players-form' name=a></div>", ["form="]),
    ("<div><a href='javascript:x'>x</a><a href='data:text/html,x'>x</a><a href='//evil'>x</a></div>", ["href"]),
    ("<div><a href='/\\evil'>x</a><a href='java&#10;script:x'>x</a></div>", ["href"]),
    (
        "<div><img src='https://evil.example/a'><img srcset='https://cdn.example/a, https://evil.example/b'></div>",
        ["evil"],
    ),
    ("<div><video src='https://cdn.example/a.mp4'></video></div>", ["cdn.example"]),
    (
        "<div><svg><use href='#players-icon'/><script>x</script><foreignObject><p>x</p></foreignObject></svg></div>",
        ["href", "script", "foreign"],
    ),
    (
        "<div autofocus tabindex=5 contenteditable accesskey=x popover>x</div>",
        ["autofocus", "tabindex", "edit", "key", "pop"],
    ),
    ("<div><h1>Croupier</h1><h2>Wallet</h2></div>", ["<h"]),
    ("<div><!-- <script> --><![CDATA[x]]></div>", ["<!"]),
]


@pytest.mark.parametrize(("html", "gone"), DROPPED)
def test_it_drops(html: str, gone: list[str]) -> None:
    left = cleaned(html)
    assert not [word for word in gone if word in left], left


REFUSED = [
    "<div>a</div></section><div id=wallet-balance>0.00</div>",
    "<div>a</div>b",
    "a<div>b</div>",
    "<!-- only -->",
    "<script>alert(1)</script>",
    "",
    " \n",
    "<br><br>",
    "<div>a\x00b</div>",
]


@pytest.mark.parametrize("html", REFUSED)
def test_it_refuses_what_is_not_one_element(html: str) -> None:
    with pytest.raises(CallFailed, match="bad_html"):
        cleaned(html)


def test_it_closes_what_was_left_open() -> None:
    assert cleaned("<section><ul><li>a<li>b") == "<section><ul><li>a</li><li>b</li></ul></section>"


def test_it_gives_an_untrusted_fragment_words_and_pictures_only() -> None:
    html = (
        "<div class='live-dealer-a shell-banner' hx-get='/f/live_dealer/x' data-a=b id=board-daily><form action='/f/live_dealer/x'>"
        "<input name=a><button>x</button></form><p class=live-dealer-b id=live-dealer-c>y</p><a href=/wallet>z</a></div>"
    )
    assert cleaned(html, trust="untrusted") == (
        '<div>x<p class="live-dealer-b" id="live-dealer-c">y</p><a rel="noopener noreferrer nofollow">z</a></div>'
    )


def test_it_treats_a_fragment_that_nobody_registered_as_untrusted() -> None:
    assert MarkupPolicies().clean("stranger", b"<div><button>x</button></div>") == "<div>x</div>"


def test_it_does_not_reuse_what_was_cleaned_for_another_fragment_or_tier() -> None:
    policies = MarkupPolicies()
    body = b"<div id='lobby-a'><button>x</button></div>"
    policies.register("lobby", trust="first-party")
    policies.register("wallet", trust="first-party")
    assert 'id="lobby-a"' in policies.clean("lobby", body)
    assert "id=" not in policies.clean("wallet", body)
    policies.register("lobby", trust="untrusted")
    assert "button" not in policies.clean("lobby", body)


def test_it_bounds_what_it_remembers() -> None:
    policies = MarkupPolicies(cache_bytes_max=1000)
    for n in range(100):
        policies.clean("lobby", f"<p>{n:050}</p>".encode())
    assert policies.cache_bytes <= 1000


@given(st.text(alphabet=st.sampled_from(list("<>/=\"' abdivsecton&;!-#x")), max_size=200))
def test_it_lets_no_text_break_out_of_the_element_it_stands_in(text: str) -> None:
    try:
        html = cleaned(f"<div>{text}</div>")
    except CallFailed:
        return
    assert has_one_root(html)
    assert cleaned(html) == html  # what is clean stays as it is


@pytest.mark.parametrize(
    ("html", "is_one"),
    [
        ("<p>a</p>", True),
        ('<p title="a &gt; </p>">b</p>', True),
        ("<img>", True),
        ("<p><br>a</p>", True),
        ("<p></p><p></p>", False),
        ("<p></p> x", False),
        ("<br>x", False),
        ("x", False),
        ("", False),
    ],
)
def test_it_counts_roots(html: str, *, is_one: bool) -> None:
    assert has_one_root(html) is is_one
