"""The rows of campaigns, ad groups, ads, advertisers and pixels, and the fields one may ask for.

The lists of fields are those of the API reference (developer portal, v1.3, July 2026) that matter
to web campaigns; TikTok refuses a request that names an unknown one.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from appsprint.adapters.networks.tiktok.sandbox.entities import AdObject, Advertiser, Pixel
from appsprint.adapters.networks.tiktok.sandbox.lineage import Level, Lineage

_ADVERTISER_FIELDS = (
    "advertiser_id name status role timezone display_timezone currency country company "
    "industry address contacter email cellphone_number telephone_number language license_no "
    "license_url description rejection_reason balance create_time owner_bc_id "
    "advertiser_account_type company_name_editable can_use_custom_identity ads_only_mode"
)
ADVERTISER_FIELDS = frozenset(_ADVERTISER_FIELDS.split(" "))
_CAMPAIGN_FIELDS = (
    "advertiser_id campaign_id campaign_name campaign_system_origin campaign_type objective_type "
    "objective virtual_objective_type sales_destination budget budget_mode operation_status "
    "secondary_status is_smart_performance_campaign is_search_campaign app_id app_promotion_type "
    "campaign_product_source budget_optimize_on bid_type deep_bid_type roas_bid optimization_goal "
    "rta_id special_industries postback_window_mode is_new_structure create_time modify_time"
)
_ADGROUP_FIELDS = (
    "advertiser_id campaign_id campaign_name campaign_system_origin adgroup_id adgroup_name "
    "pixel_id promotion_type optimization_goal optimization_event bid_type deep_bid_type roas_bid "
    "vbo_window conversion_bid_price billing_event placement_type placements budget budget_mode "
    "click_attribution_window view_attribution_window engaged_view_attribution_window "
    "attribution_event_count operating_systems operation_status secondary_status create_time "
    "modify_time"
)
_AD_FIELDS = (
    "advertiser_id campaign_id campaign_name campaign_system_origin adgroup_id adgroup_name ad_id "
    "ad_name ad_text ad_format call_to_action identity_type identity_id tiktok_item_id video_id "
    "image_ids landing_page_url utm_params tracking_pixel_id impression_tracking_url "
    "click_tracking_url optimization_event operation_status secondary_status create_time "
    "modify_time"
)
OBJECT_FIELDS: Mapping[Level, frozenset[str]] = {
    Level.CAMPAIGN: frozenset(_CAMPAIGN_FIELDS.split(" ")),
    Level.ADGROUP: frozenset(_ADGROUP_FIELDS.split(" ")),
    Level.AD: frozenset(_AD_FIELDS.split(" ")),
}
# What objects answer unless their ``extra`` says otherwise.
_DEFAULTS: Mapping[Level, Mapping[str, object]] = {
    Level.CAMPAIGN: {
        "campaign_system_origin": "TT_ADS_PLATFORM",
        "campaign_type": "REGULAR_CAMPAIGN",
        "objective": "LANDING_PAGE",
        "budget": 50.0,
        "budget_mode": "BUDGET_MODE_DAY",
        "is_smart_performance_campaign": False,
        "is_search_campaign": False,
        "is_new_structure": True,
    },
    Level.ADGROUP: {
        "promotion_type": "WEBSITE",
        "optimization_goal": "CONVERT",
        "optimization_event": "SHOPPING",
        "bid_type": "BID_TYPE_NO_BID",
        "billing_event": "OCPM",
        "placement_type": "PLACEMENT_TYPE_NORMAL",
        "placements": ["PLACEMENT_TIKTOK"],
        "budget": 50.0,
        "budget_mode": "BUDGET_MODE_DAY",
        "click_attribution_window": "SEVEN_DAYS",
        "view_attribution_window": "ONE_DAY",
        "attribution_event_count": "EVERY",
    },
    Level.AD: {"ad_format": "SINGLE_VIDEO", "call_to_action": "DOWNLOAD_NOW", "ad_text": ""},
}


@dataclass(frozen=True, slots=True)
class ObjectRow:
    """A campaign, ad group or ad as its list endpoint answers it, and where it stands."""

    lineage: Lineage
    fields: Mapping[str, object]


def object_row(lineage: Lineage, level: Level) -> ObjectRow:
    item = _object_at(lineage, level)
    fields: dict[str, object] = {**_DEFAULTS[level], **lineage.names()}
    if lineage.campaign is not None and lineage.campaign.objective_type == "WEB_CONVERSIONS":
        fields |= {"virtual_objective_type": "SALES", "sales_destination": "WEBSITE"}
    fields |= {
        "operation_status": item.operation_status,
        "secondary_status": lineage.secondary_status(level),
        "create_time": item.create_time,
        "modify_time": item.modify_time,
    }
    fields |= item.extra
    return ObjectRow(
        lineage, {name: fields[name] for name in fields if name in OBJECT_FIELDS[level]}
    )


def advertiser_row(advertiser: Advertiser) -> dict[str, object]:
    fields = {
        "role": "ROLE_ADVERTISER",
        "balance": 120.55,
        "language": "en",
        "advertiser_account_type": "AUCTION",
        **msgspec.structs.asdict(advertiser),
        **advertiser.extra,
    }
    return {name: value for name, value in fields.items() if name in ADVERTISER_FIELDS}


def pixel_row(pixel: Pixel) -> dict[str, object]:
    return {
        "pixel_id": pixel.pixel_id,
        "pixel_code": pixel.pixel_code,
        "pixel_name": pixel.pixel_name,
        "pixel_category": "ONLINE_STORE",
        "pixel_script": "<script></script>",
        "pixel_setup_mode": "DEVELOPER",
        "partner_name": "",
        "create_time": pixel.create_time,
        "enable_first_party_cookies": True,
        "enable_expanded_data_sharing": False,
        "advanced_matching_fields": {"email": True, "phone_number": True},
        "asset_ownership": {
            "ownership_status": True,
            "asset_relation_status": None,
            "owner_bc_id": None,
        },
        "events": [],
    }


def _object_at(lineage: Lineage, level: Level) -> AdObject:
    item = {
        Level.CAMPAIGN: lineage.campaign,
        Level.ADGROUP: lineage.adgroup,
        Level.AD: lineage.ad,
    }[level]
    if item is None:
        raise ValueError(f"this lineage ends above {level}")
    return item
