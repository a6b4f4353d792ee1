"""The API's own description, held against what the API does, by bodies that schemathesis makes up from it."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode

from fragments.wallet.asgi import application
from fragments.wallet.audit import run_checks
from fragments.wallet.provider import operations
from fragments.wallet.provider.api import ProviderApi
from fragments.wallet.provider.desk import Desk
from fragments.wallet.provider.openapi import HOUSE_OPERATIONS, OPERATIONS, document
from fragments.wallet.provider.signature import sign

if TYPE_CHECKING:
    from schemathesis import APIOperation, Case

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
API = ProviderApi(secrets={"simulator": "s"}, house_secrets={"promotions": "s"}, desk=Desk(), clock=lambda: NOON)
CALLERS = {"provider": "simulator", "service": "promotions"}
EXAMPLES = 12


def operation_of(name: str) -> APIOperation[Any, Any, Any, Any]:
    described = document()
    for path in described["paths"].values():
        for parameter in path["post"]["parameters"]:
            if parameter["in"] == "path":
                parameter["schema"] = {"const": CALLERS[parameter["name"]]}
    caller = "service" if name in HOUSE_OPERATIONS else "provider"
    return schemathesis.openapi.from_dict(described)[f"/provider/v1/{{{caller}}}/{name}"]["POST"]


async def send(case: Case, name: str) -> httpx.Response:
    """Send what was made up, signed as it is."""
    caller = CALLERS["service" if name in HOUSE_OPERATIONS else "provider"]
    body = case.body if isinstance(case.body, bytes) else json.dumps(case.body, default=str).encode()
    stamp = int(NOON.timestamp())
    headers = {"Provider-Timestamp": str(stamp), "Provider-Signature": sign("s", timestamp_s=stamp, body=body)}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=API), base_url="http://wallet") as client:
        return await client.post(f"/provider/v1/{caller}/{name}", content=body, headers=headers)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize("name", [*OPERATIONS, *HOUSE_OPERATIONS])
def test_it_does_what_its_description_says(books: str, name: str, mode: GenerationMode) -> None:
    operation = operation_of(name)

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(case=operation.as_strategy(generation_mode=mode))
    def holds(case: Case) -> None:
        response = asyncio.run(send(case, name))
        assert response.status_code < 500, response.text
        operation.validate_response(response)
        if mode is GenerationMode.POSITIVE:
            assert response.json()["code"] != "BAD_SIGNATURE"

    holds()
    assert [found.rule for found in run_checks() if found.breach is not None] == []


def test_it_describes_every_operation_there_is() -> None:
    assert set(OPERATIONS) == set(operations.OPERATIONS)
    assert set(HOUSE_OPERATIONS) == set(operations.HOUSE_OPERATIONS)


async def test_it_serves_its_description() -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=application), base_url="http://wallet") as client:
        response = await client.get("/openapi.json")
        assert (await client.post("/openapi.json")).status_code == 405
    assert response.headers["content-type"] == "application/json"
    assert response.json() == json.loads(json.dumps(document()))
