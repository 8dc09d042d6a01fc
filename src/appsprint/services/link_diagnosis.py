"""The rules about ad links: whether TikTok's ads lead to them as generated, and to whom."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from appsprint.domain.app import Platform
from appsprint.domain.counted import amount_of, part_of
from appsprint.domain.device import OperatingSystem
from appsprint.domain.pasted_link import LandingDefect, VisitDefect
from appsprint.services.diagnosis_facts import ClickFacts, Facts
from appsprint.services.findings import Diagnosis, Evidence, failing, ok, unknown, warning
from appsprint.services.troubleshooting import TroubleCode

# People pass links on and developers try them: a few clicks without an ad are no fault.
_USUAL_SHARE = 0.05
# From here on nearly nothing is as it should be, and that many clicks are no chance.
_WHOLE_SHARE = 0.9
_MANY_CLICKS = 10
_SHOWN = 5

_OWN_SYSTEM = MappingProxyType(
    {Platform.IOS: OperatingSystem.IOS, Platform.ANDROID: OperatingSystem.ANDROID}
)
_OTHER_SYSTEM = MappingProxyType(
    {Platform.IOS: OperatingSystem.ANDROID, Platform.ANDROID: OperatingSystem.IOS}
)
_SYSTEM_NAMES = MappingProxyType({Platform.IOS: "iOS", Platform.ANDROID: "Android"})

_LANDING_WORDS: Mapping[LandingDefect, str] = MappingProxyType(
    {
        LandingDefect.STORE_PAGE: "leads to the store page past every ad link",
        LandingDefect.CHANGED_ADDRESS: "leads to another address than the ad link's",
        LandingDefect.CHANGED_PARAMETERS: "leads to an ad link whose parameters were changed",
        LandingDefect.ARCHIVED_LINK: "leads to an archived ad link, which earns no credit",
    }
)
# The gravest first: each explains those after it.
_VISIT_WORDS: Mapping[VisitDefect, str] = MappingProxyType(
    {
        VisitDefect.CHANGED_PARAMETERS: (
            "without the parameters of the ad link as it was generated"
        ),
        VisitDefect.MACROS: "with macros that TikTok did not fill in, as it does in an ad",
        VisitDefect.CLICK_ID: "without TikTok's click id (ttclid), as no paid click does",
    }
)


def ad_link_mismatch(facts: Facts) -> Diagnosis:
    """Whether ads lead to the generated link, and clicks bring what TikTok's ads add to it."""
    code, clicks, evidence = TroubleCode.AD_LINK_MISMATCH, facts.clicks, _link_evidence(facts)
    if facts.usable_links == 0:
        action = "Create an ad link and paste it into the Website URL field of the ad."
        return warning(code, "There is no ad link yet.", evidence, action)
    if clicks.amount >= _MANY_CLICKS and clicks.defective / clicks.amount >= _WHOLE_SHARE:
        return failing(code, _worst_of(clicks), evidence)
    if facts.landings.defective:
        first = facts.landings.defective[0]
        words = f"The ad {first.ad_name!r} {_LANDING_WORDS[first.defect]}."
        return warning(code, _and_others(words, len(facts.landings.defective) - 1), evidence)
    if clicks.amount == 0:
        if facts.landings.exact:
            leading = amount_of(facts.landings.exact, "ad leads", "ads lead")
            words = f"{leading} to an ad link exactly as it was generated."
            return ok(code, words, evidence)
        words = f"No ad link was clicked in the last {facts.window_days} days."
        return unknown(code, words, evidence)
    if clicks.defective > clicks.amount * _USUAL_SHARE:
        return warning(code, _worst_of(clicks), evidence)
    return ok(code, "Clicks arrive with everything that TikTok's ads add to the link.", evidence)


def _worst_of(clicks: ClickFacts) -> str:
    """The gravest defect, unless others are more than twice as frequent."""
    most = max(clicks.by_defect.values())
    worst = next(one for one in _VISIT_WORDS if clicks.by_defect.get(one, 0) * 2 >= most)
    return (
        f"{part_of(clicks.by_defect[worst], clicks.amount, 'click')} came {_VISIT_WORDS[worst]}: "
        "the link in the ad is not the generated one, or was opened outside the ad."
    )


def _and_others(words: str, others: int) -> str:
    if others == 0:
        return words
    return f"{words} {amount_of(others, 'more ad has', 'more ads have')} such a problem."


def _link_evidence(facts: Facts) -> Evidence:
    clicks, landings = facts.clicks, facts.landings
    return {
        "window_days": facts.window_days,
        "links": facts.usable_links,
        "clicks": clicks.amount,
        "clicks_are_all": clicks.is_complete,
        "clicks_without_ttclid": clicks.by_defect.get(VisitDefect.CLICK_ID, 0),
        "clicks_with_unexpanded_macros": clicks.by_defect.get(VisitDefect.MACROS, 0),
        "clicks_with_changed_parameters": clicks.by_defect.get(VisitDefect.CHANGED_PARAMETERS, 0),
        "links_concerned": [
            {
                "link_id": link_id,
                "name": link.name,
                "clicks": link.clicks,
                "clicks_concerned": link.defective,
            }
            for link_id, link in list(clicks.by_link.items())[:_SHOWN]
        ],
        "click_examples": [
            {
                "click_id": one.click.id,
                "occurred_at": one.click.occurred_at,
                "page_url": one.click.page_url,
                "problems": sorted(one.defects),
            }
            for one in clicks.examples
        ],
        "ads_with_the_exact_link": landings.exact,
        "ads_concerned": [
            {
                "ad_id": one.ad_id,
                "ad_name": one.ad_name,
                "landing_page_url": one.landing_page_url,
                "problem": one.defect,
            }
            for one in landings.defective[:_SHOWN]
        ],
    }


def os_targeting(facts: Facts) -> Diagnosis:
    """Whether clicks come from the platform of the app."""
    code, by_os = TroubleCode.OS_TARGETING, facts.clicks.by_os
    own = by_os.get(_OWN_SYSTEM[facts.platform], 0)
    other = by_os.get(_OTHER_SYSTEM[facts.platform], 0)
    evidence: Evidence = {
        "window_days": facts.window_days,
        "platform": facts.platform,
        "clicks": facts.clicks.amount,
        "clicks_are_all": facts.clicks.is_complete,
        "clicks_by_os": {system.value: by_os.get(system, 0) for system in OperatingSystem},
    }
    name = _SYSTEM_NAMES[facts.platform]
    if own + other == 0:
        words = f"No phone clicked an ad link in the last {facts.window_days} days."
        return unknown(code, words, evidence)
    words = (
        f"{part_of(other, own + other, 'click')} came from phones that this {name} app does not "
        "run on."
    )
    if own + other >= _MANY_CLICKS and other / (own + other) >= _WHOLE_SHARE:
        return failing(code, words, evidence)
    if other > (own + other) * _USUAL_SHARE:
        return warning(code, words, evidence)
    return ok(code, f"{part_of(own, own + other, 'click')} came from {name} devices.", evidence)
