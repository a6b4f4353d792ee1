"""An action goes out once, only from this site's own page, and the player hears honestly what became of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest

from fragment_kit.contract.outcome import Stale
from shell.composition.forms import FormRefused, read_body, without_token
from shell.composition.visits import visit_of
from shell.gateway.calls import Answered, Refused, SeeOther, SlotContent, Unknown, Unreachable

ACT = "/f/promotions/acts"
FORM = urlencode({"amount": "25 <b>", "idempotency_key": "key-1"})


async def test_it_sends_the_form_once_with_its_key_and_swaps_the_answer(signed_in: Any) -> None:
    content = SlotContent(html="<p>joined</p>", emits=("other.changed",))
    signed_in.gateway.action = Answered(200, content)
    said = await signed_in.post(ACT, FORM)
    (call,) = signed_in.gateway.acts
    assert (call.path, call.idempotency_key, call.player, call.body) == ("/acts", "key-1", "ana", FORM.encode())
    assert (said.status, said.headers["panel-state"]) == (200, "fresh")
    assert "<p>joined</p>" in said.text
    assert said.headers["hx-trigger"] == '{"other.changed": ""}'


async def test_it_swaps_a_form_with_errors(signed_in: Any) -> None:
    signed_in.gateway.action = Answered(422, SlotContent(html="<p>amount is too high</p>"))
    said = await signed_in.post(ACT, FORM)
    assert said.status == 200
    assert "amount is too high" in said.text


async def test_it_follows_a_303_by_one_internal_get(signed_in: Any) -> None:
    signed_in.gateway.action = SeeOther("/f/promotions/offers?done=1", ("other.changed",))
    said = await signed_in.post(ACT, FORM)
    assert [call.path for call in signed_in.gateway.calls] == ["/slots/offers?done=1"]
    assert signed_in.gateway.calls[0].mode == "action"
    assert 'data-panel="promotions.offers"' in said.text
    assert said.headers["hx-trigger"] == '{"other.changed": ""}'


async def test_it_sends_a_browser_without_scripts_to_the_panel_so_that_reload_is_harmless(signed_in: Any) -> None:
    signed_in.gateway.action = SeeOther("/f/promotions/offers")
    said = await signed_in.post(ACT, FORM, hx_request="false", sec_fetch_mode="navigate")
    assert (said.status, said.headers["location"]) == (303, "/f/promotions/offers")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec_fetch_site": "same-origin"}, 200),
        ({"sec_fetch_site": "cross-site"}, 403),
        ({"sec_fetch_site": "same-site"}, 403),
        ({"origin": "http://localhost:8000"}, 200),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "http://localhost:9999"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "https://evil.example", "sec_fetch_site": "same-origin"}, 403),
        ({}, 403),
        ({"x_csrftoken": "a" * 32}, 403),
        ({"cookie": f"csrftoken={'a' * 32}", "x_csrftoken": "a" * 32}, 200),
        ({"cookie": f"csrftoken={'a' * 32}", "x_csrftoken": "b" * 32}, 403),
    ],
)
async def test_it_takes_forms_of_this_sites_own_pages_only(
    signed_in: Any, headers: dict[str, str], status: int
) -> None:
    said = await signed_in.ask(ACT, method="POST", body=FORM.encode(), hx_request="true", **headers)
    assert said.status == status
    assert len(signed_in.gateway.acts) == (1 if status == 200 else 0)


async def test_it_takes_djangos_token_from_the_form_of_a_client_without_origin(signed_in: Any) -> None:
    token = "c" * 32
    form = urlencode({"csrfmiddlewaretoken": token})
    said = await signed_in.ask(ACT, method="POST", body=form.encode(), hx_request="true", cookie=f"csrftoken={token}")
    assert said.status == 200


@pytest.mark.parametrize("declared", ["70000", None])
async def test_it_refuses_a_body_over_64_kib_in_a_sentence(signed_in: Any, declared: str | None) -> None:
    headers = {"content_length": declared} if declared else {}
    said = await signed_in.post(ACT, "x=" + "y" * 70_000, **headers)
    assert said.status == 413
    assert "64 KiB" in said.text
    assert signed_in.gateway.acts == []


async def test_it_stops_reading_a_body_that_never_ends() -> None:
    asked = []

    async def receive() -> Any:
        asked.append(1)
        return {"type": "http.request", "body": b"x" * 10_000, "more_body": True}

    scope: Any = {"headers": [], "query_string": b"", "method": "POST", "path": ACT}
    with pytest.raises(FormRefused, match="64 KiB"):
        await read_body(receive, visit_of(scope, None))
    assert len(asked) == 7


@pytest.mark.parametrize(
    ("path", "method", "status", "words"),
    [
        ("/f/promotions/nothing", "POST", 404, "no action at /nothing"),
        ("/f/promotions/healthz", "POST", 404, "no action"),
        ("/f/promotions/slots/offers", "POST", 404, "no action"),
        (ACT, "DELETE", 405, "by POST"),
        ("/f/nobody/acts", "POST", 404, "nobody"),
    ],
)
async def test_it_reaches_nothing_but_declared_actions(
    signed_in: Any, path: str, method: str, status: int, words: str
) -> None:
    said = await signed_in.ask(path, method=method, body=FORM.encode(), sec_fetch_site="same-origin")
    assert said.status == status
    assert words in said.text
    assert signed_in.gateway.acts == []


@pytest.mark.parametrize(
    ("outcome", "status", "words"),
    [
        (Unreachable("connection_refused"), 503, "nothing has happened"),
        (Unreachable("breaker_open", "", 7.0), 503, "nothing has happened"),
        (Unknown("timeout"), 504, "do not know yet"),
        (Refused(409), 409, "changed in the meantime"),
        (Refused(429, 3.0), 429, "Wait a moment"),
    ],
)
async def test_it_keeps_the_form_and_says_what_happened(signed_in: Any, outcome: Any, status: int, words: str) -> None:
    signed_in.gateway.action = outcome
    said = await signed_in.post(ACT, FORM)
    assert said.status == 200
    assert 'data-state="blocked"' in said.text
    assert said.headers["panel-state"].startswith("blocked; reason=")
    assert words in said.text
    assert "25 &lt;b&gt;" in said.text
    assert 'name="idempotency_key" value="key-1"' in said.text
    as_program = await signed_in.post(ACT, FORM, accept="application/json", hx_request="false")
    assert as_program.status == status
    assert as_program.headers["content-type"] == "application/problem+json"
    assert as_program.data["status"] == status
    assert ("retry-after" in as_program.headers) == (getattr(outcome, "retry_after_s", None) is not None)


async def test_it_does_not_offer_to_send_again_what_could_happen_twice(signed_in: Any) -> None:
    signed_in.gateway.action = Unknown("timeout")
    said = await signed_in.post(ACT, "amount=25")
    assert "Send again" not in said.text


@pytest.mark.parametrize("seen_at", ["/f/promotions/offers", "/offers?compose=inline"])
async def test_it_refuses_an_action_from_a_panel_that_was_not_fresh(signed_in: Any, seen_at: str) -> None:
    old = Stale(SlotContent(html="<p>old</p>"), datetime.now(UTC), 5, "timeout")
    signed_in.gateway.answers["promotions.offers"] = old
    await signed_in.ask(seen_at)
    said = await signed_in.post(ACT, FORM)
    assert 'data-state="blocked"' in said.text
    assert signed_in.gateway.acts == []
    as_program = await signed_in.post(ACT, FORM, accept="application/json", hx_request="false")
    assert (as_program.status, as_program.data["reason"]) == (503, "timeout")
    del signed_in.gateway.answers["promotions.offers"]
    await signed_in.panel("promotions.offers")
    await signed_in.post(ACT, FORM)
    assert len(signed_in.gateway.acts) == 1


async def test_it_asks_an_anonymous_player_to_sign_in(stage: Any) -> None:
    said = await stage.post("/f/wallet/acts", FORM)
    assert 'data-state="signed-out"' in said.text
    assert stage.gateway.acts == []
    assert (await stage.post("/f/wallet/acts", FORM, accept="application/json", hx_request="false")).status == 401


async def test_it_shows_the_address_of_a_form_as_its_panel_when_somebody_reloads_it(signed_in: Any) -> None:
    said = await signed_in.ask(ACT)
    assert (said.status, said.headers["location"]) == (303, "/f/promotions/offers")


@pytest.mark.parametrize("kind", ["text/xml", "application/octet-stream"])
async def test_it_takes_no_kind_of_body_that_forms_do_not_have(signed_in: Any, kind: str) -> None:
    assert (await signed_in.post(ACT, FORM, content_type=kind)).status == 415


async def test_it_reads_the_key_from_multipart_and_json_forms_too(signed_in: Any) -> None:
    part = '--x\r\nContent-Disposition: form-data; name="idempotency_key"\r\n\r\nkey-2\r\n--x--\r\n'
    await signed_in.post(ACT, part, content_type="multipart/form-data; boundary=x")
    await signed_in.post(ACT, '{"idempotency_key": "key-3"}', content_type="application/json")
    assert [call.idempotency_key for call in signed_in.gateway.acts] == ["key-2", "key-3"]


def test_it_keeps_its_own_token_from_the_fragment() -> None:
    fields = [("v", "1"), ("csrfmiddlewaretoken", "secret")]
    body, kind = without_token(b"v=1&csrfmiddlewaretoken=secret", "application/x-www-form-urlencoded", fields)
    assert (body, kind) == (b"v=1", "application/x-www-form-urlencoded")
    body, _ = without_token(b"{}", "application/json", fields)
    assert body == b'{"v": "1"}'
    assert without_token(b"v=1", "text/plain", [("v", "1")]) == (b"v=1", "text/plain")
