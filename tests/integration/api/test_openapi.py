"""The OpenAPI document: complete, valid, and true."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, assume, given, settings
from litestar import Litestar
from litestar.testing import TestClient
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.config import SchemathesisConfig
from schemathesis.core.result import Ok

from appsprint.domain.cost import AdEntity, AdLevel
from appsprint.domain.delivery import DeliveryStatus
from appsprint.domain.link import AdNetwork
from appsprint.entrypoints.http.api.app import API_HANDLERS, create_api
from appsprint.services.links import NewLink
from tests.support.control_plane import NOON, ControlPlane
from tests.support.facts import put_delivery, put_event, put_install, put_refusal

Client = TestClient[Litestar]
# The contract's routes of this part, told again by hand; {…} are its names.
CONTRACT = """
POST /api/v1/apps
GET /api/v1/apps
GET /api/v1/apps/{app_id}
PATCH /api/v1/apps/{app_id}
DELETE /api/v1/apps/{app_id}
POST /api/v1/apps/{app_id}/keys
DELETE /api/v1/apps/{app_id}/keys/{key_id}
GET /api/v1/apps/{app_id}/test-devices
POST /api/v1/apps/{app_id}/test-devices
DELETE /api/v1/apps/{app_id}/test-devices/{device_id}
POST /api/v1/apps/{app_id}/links
GET /api/v1/apps/{app_id}/links
GET /api/v1/apps/{app_id}/links/{link_id}
PATCH /api/v1/apps/{app_id}/links/{link_id}
DELETE /api/v1/apps/{app_id}/links/{link_id}
GET /api/v1/apps/{app_id}/tiktok
DELETE /api/v1/apps/{app_id}/tiktok
POST /api/v1/apps/{app_id}/tiktok/authorize
GET /api/v1/apps/{app_id}/tiktok/advertisers
PUT /api/v1/apps/{app_id}/tiktok/advertiser
GET /api/v1/apps/{app_id}/tiktok/pixels
PUT /api/v1/apps/{app_id}/tiktok/events-api
GET /api/v1/apps/{app_id}/tiktok/mapping
PUT /api/v1/apps/{app_id}/tiktok/mapping
DELETE /api/v1/apps/{app_id}/tiktok/mapping/{sdk_event}
POST /api/v1/apps/{app_id}/tiktok/sync
GET /api/v1/apps/{app_id}/tiktok/campaigns
GET /api/v1/apps/{app_id}/tiktok/campaigns/{entity_id}
GET /api/v1/apps/{app_id}/tiktok/campaigns/{entity_id}/readings
GET /api/v1/apps/{app_id}/tiktok/vbo
GET /api/v1/apps/{app_id}/tiktok/diagnostics
GET /api/v1/apps/{app_id}/reports/campaigns
GET /api/v1/apps/{app_id}/reports/campaigns/reconciliation
GET /api/v1/apps/{app_id}/reports/quality
GET /api/v1/apps/{app_id}/quality-rules
PUT /api/v1/apps/{app_id}/quality-rules
POST /api/v1/apps/{app_id}/quality-rules/backtest
POST /api/v1/apps/{app_id}/attribution/replay
GET /api/v1/apps/{app_id}/attribution/self-check
GET /api/v1/apps/{app_id}/installs
GET /api/v1/apps/{app_id}/installs/{install_id}
GET /api/v1/apps/{app_id}/events
GET /api/v1/apps/{app_id}/refused-events
GET /api/v1/apps/{app_id}/deliveries
GET /api/v1/apps/{app_id}/deliveries/{delivery_id}
POST /api/v1/apps/{app_id}/deliveries/redrive
GET /api/v1/apps/{app_id}/export/{kind}
POST /api/v1/apps/{app_id}/erase
GET /api/v1/apps/{app_id}/retention
PATCH /api/v1/apps/{app_id}/retention
GET /api/v1/apps/{app_id}/ledger
POST /api/v1/members
GET /api/v1/members
GET /api/v1/members/{member_id}
PATCH /api/v1/members/{member_id}
DELETE /api/v1/members/{member_id}
POST /api/v1/members/{member_id}/invitation
POST /api/v1/tokens
GET /api/v1/tokens
DELETE /api/v1/tokens/{token_id}
GET /api/v1/me
"""


@pytest.fixture
def document(anonymous: Client) -> dict[str, Any]:
    """The document as it is served, to anybody."""
    answer = anonymous.get("/api/openapi.json")
    assert answer.status_code == 200
    served: dict[str, Any] = answer.json()
    return served


def test_every_route_of_the_contract_is_documented(document: dict[str, Any]) -> None:
    """No more and no less."""
    documented = {
        f"{method.upper()} {path}"
        for path, operations in document["paths"].items()
        for method in operations
    }

    assert documented == set(CONTRACT.split("\n")) - {""}


def test_every_operation_explains_itself(document: dict[str, Any]) -> None:
    """A summary, a section, a name of its own, the right it needs, its success and failures."""
    names = []
    tags = {tag["name"] for tag in document["tags"]}
    for operations in document["paths"].values():
        for operation in operations.values():
            names.append(operation["operationId"])
            assert operation["summary"]
            assert set(operation["tags"]) <= tags
            assert "token" in operation["description"]
            assert {"401", "403", "404", "422", "503"} <= set(operation["responses"])
            assert {"200", "201", "204"} & set(operation["responses"])
    assert len(names) == len(set(names)) == len(API_HANDLERS)


def test_places_in_paths_are_declared(document: dict[str, Any]) -> None:
    """Each one, once."""
    for path, operations in document["paths"].items():
        for operation in operations.values():
            declared = [
                parameter["name"]
                for parameter in operation.get("parameters", [])
                if parameter["in"] == "path"
            ]
            assert sorted(declared) == sorted(
                part[1:-1] for part in path.split("/") if part.startswith("{")
            )


def test_queries_are_no_bodies(document: dict[str, Any]) -> None:
    """Parameters are told one by one, with their bounds, and never null."""
    parameters = document["paths"]["/api/v1/apps/{app_id}/deliveries"]["get"]["parameters"]
    by_name = {parameter["name"]: parameter for parameter in parameters}

    assert by_name["limit"]["schema"] == {
        "type": "integer",
        "minimum": 1,
        "maximum": 500,
        "default": 50,
    }
    assert by_name["status"]["schema"] == {"$ref": "#/components/schemas/DeliveryStatus"}
    assert "null" not in str(parameters)
    assert not any(name.endswith("Query") for name in document["components"]["schemas"])


def test_times_and_secrets_are_marked(document: dict[str, Any]) -> None:
    """Generated clients read and hide them rightly."""
    schemas = document["components"]["schemas"]

    assert schemas["AppAnswer"]["properties"]["created_at"]["format"] == "date-time"
    assert schemas["EventsApiBody"]["properties"]["access_token"]["writeOnly"]
    assert not schemas["NewAppBody"]["additionalProperties"]


# Ids that nobody gave out are 404 and accounts that are not connected 409, so a request that the
# document allows need not succeed; the others make calls of their own without our token.
SKIPPED_CHECKS = {
    "positive_data_acceptance",
    "ignored_auth",
    "use_after_free",
    "ensure_resource_availability",
}


# Parameters of a query that nobody knows are ignored, and the token is sent in any case.
GENERATION = {"generation": {"allow-extra-parameters": False, "with-security-parameters": False}}


def checks() -> list[Any]:
    """What is checked of every answer."""
    load_all_checks()
    return [check for check in CHECKS.get_all() if check.__name__ not in SKIPPED_CHECKS]


def ids_of_a_filled_app(plane: ControlPlane) -> dict[str, str]:
    """A new app with one of everything, so that details are answered too."""
    app, key, _ = plane.make_app()
    new = NewLink(network="tiktok", name="x", destination_url=app.store_url)
    link = plane.services.links.create(app.id, new)
    install = put_install(plane.store, app.id, NOON, link_id=link.id, campaign_id="c1")
    event = put_event(plane.store, install, NOON)
    delivery = put_delivery(plane.store, event, status=DeliveryStatus.DEAD, reason="too_old")
    put_refusal(plane.store, app.id, NOON)
    campaign = AdEntity(level=AdLevel.CAMPAIGN, id="c1", name="C", campaign_id="c1")
    plane.store.write(
        lambda uow: uow.costs.save_entities(app.id, AdNetwork.TIKTOK, [campaign], at=NOON)
    )
    token, _ = plane.services.access.create_token("T", "viewer")
    return {
        "app_id": app.id,
        "key_id": key.id,
        "link_id": link.id,
        "install_id": install.id,
        "delivery_id": delivery.id,
        "token_id": token.id,
        "entity_id": campaign.id,
        "sdk_event": "purchase",
        "kind": "events",
    }


def is_empty(value: Any) -> bool:
    """Whether a parameter's value leaves nothing in the address."""
    if isinstance(value, list):
        return all(map(is_empty, value))
    return value is None or value in ("", {})


def try_operation(
    operation: Any, mode: GenerationMode, ids: dict[str, str], headers: dict[str, str]
) -> None:
    """Some calls of one operation, each answer checked."""

    @settings(
        max_examples=10,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def call(case: Any) -> None:
        # An empty parameter counts as one that was left out.
        assume(not any(map(is_empty, (case.query or {}).values())))
        for name in set(case.path_parameters) & set(ids):
            case.path_parameters[name] = ids[name]
        case.call_and_validate(headers=headers, checks=checks())

    call()


def takes_values(operation: Any) -> bool:
    """Whether there is anything in a request that could be wrong besides ids."""
    declared = operation.definition.raw
    return "requestBody" in declared or any(
        parameter["in"] == "query" for parameter in declared.get("parameters", [])
    )


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_answers_are_as_documented(plane: ControlPlane, mode: GenerationMode) -> None:
    """Schemathesis sends what the document allows, and what it forbids.

    Statuses, content types and bodies are the documented ones, nothing causes a 500, what is
    forbidden is refused, and a method that is not documented is 405.
    """
    _, token = plane.services.access.create_token("Fuzz", "owner")
    headers = {"Authorization": f"Bearer {token}"}
    schema = schemathesis.openapi.from_asgi(
        "/api/openapi.json",
        create_api(plane.services),
        config=SchemathesisConfig.from_dict(GENERATION),
    )
    operations = [result.ok() for result in schema.get_all_operations() if isinstance(result, Ok)]
    assert len(operations) == len(API_HANDLERS)

    for operation in operations:
        if mode.is_positive or takes_values(operation):
            try_operation(operation, mode, ids_of_a_filled_app(plane), headers)
