"""Devices: what user agents and installs tell of one, and when they can be the same."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appsprint.domain.device import (
    BrowserDevice,
    DeviceComparison,
    DeviceFeature,
    DeviceMismatch,
    InstallDevice,
    OperatingSystem,
    Version,
    compare_devices,
    describe_install_device,
    device_signature,
    is_browser_user_agent,
    parse_browser,
)
from tests.support.user_agents import (
    BROWSERS,
    CHROME_REDUCED,
    CRAWLERS,
    HTTP_STACKS,
    IPHONE_SAFARI,
    MAC_CHROME,
    MAC_SAFARI,
    PREVIEWERS,
    TIKTOK,
    TIKTOK_HONOR,
    TIKTOK_IPAD,
    TIKTOK_IPHONE_18_6,
    TIKTOK_IPHONE_TRILL,
    TIKTOK_IPHONE_WITH_UUID,
    TIKTOK_IPHONE_WITHOUT_UUID,
    TIKTOK_OPPO,
    TIKTOK_PIXEL,
    TIKTOK_REDMI,
    TIKTOK_SAMSUNG,
    TIKTOK_SAMSUNG_16,
    android,
    iphone,
)

IOS = OperatingSystem.IOS
ANDROID = OperatingSystem.ANDROID
OTHER = OperatingSystem.OTHER
OS, OS_VERSION, MODEL = DeviceFeature

FROZEN_WEB_VIEW = iphone("Mobile/15E148", "18_7")
SAFARI = "Version/{} Mobile/15E148 Safari/604.1"


def an_iphone(*version: int, frozen: bool = False) -> BrowserDevice:
    """A browser on an iPhone."""
    return BrowserDevice(os=IOS, os_version=version, model="iPhone", version_is_frozen=frozen)


def an_android(*version: int, model: str | None = None) -> BrowserDevice:
    """A browser on an Android device."""
    return BrowserDevice(os=ANDROID, os_version=version, model=model)


def an_install(
    platform: str = "ios",
    os_version: str | None = None,
    model: str | None = None,
    web_view: str | None = None,
) -> InstallDevice:
    """An install of which only these things are known."""
    return describe_install_device(
        platform=platform, os_version=os_version, device_model=model, web_view_user_agent=web_view
    )


def fits(*features: DeviceFeature) -> DeviceComparison:
    """The two can be the same device and agree on these features."""
    return DeviceComparison(reason=None, matched=frozenset(features))


# Reading user agents


@pytest.mark.parametrize(
    ("user_agent", "device"),
    [
        (TIKTOK_IPHONE_WITHOUT_UUID, an_iphone(15, 5)),
        (TIKTOK_IPHONE_WITH_UUID, an_iphone(16, 0)),
        (TIKTOK_IPHONE_18_6, an_iphone(18, 6, frozen=True)),
        (TIKTOK_IPHONE_TRILL, an_iphone(17, 0, 2)),
        (TIKTOK_IPAD, replace(an_iphone(18, 5), model="iPad")),
        (TIKTOK_OPPO, an_android(9, model="CPH1931")),
        (TIKTOK_HONOR, an_android(10, model="STK-LX1")),
        (TIKTOK_PIXEL, an_android(14, model="Pixel 8")),
        (TIKTOK_SAMSUNG, an_android(13, model="SM-A325F")),
        (TIKTOK_REDMI, an_android(15, model="23106RN0DA")),
        (TIKTOK_SAMSUNG_16, an_android(16, model="SM-A155M")),
        (IPHONE_SAFARI, an_iphone(18, 5)),
        (MAC_CHROME, BrowserDevice(os=OTHER)),
        (MAC_SAFARI, BrowserDevice(os=OTHER, model="Macintosh")),
    ],
)
def test_known_user_agents(user_agent: str, device: BrowserDevice) -> None:
    """TikTok's in-app browsers and the plain ones, with everything that they tell."""
    assert parse_browser(user_agent) == device


@pytest.mark.parametrize(
    ("platform", "version", "model"),
    [
        ("Linux; Android 14; Pixel 8", (14,), "Pixel 8"),
        ("Linux; Android 8.1.0; SM-T580 Build/M1AJQ; wv", (8, 1, 0), "SM-T580"),
        ("Linux; U; Android 4.4.2; en-us; SM-G900 Build/KOT49H", (4, 4, 2), "SM-G900"),
        ("Linux; U; Android 10; zh-CN; V1938T Build/QP1A", (10,), "V1938T"),
        ("Linux; U; Android 9; es-419; moto g(7) Build/PPO29", (9,), "moto g(7)"),
        ("Linux; Android 7.0; Moto G (5) Plus Build/NPNS25.137-93-14", (7, 0), "Moto G (5) Plus"),
        ("Linux; Android 9; ARM; CPH1931 Build/PKQ1; wv", (9,), "CPH1931"),
        ("Linux; arm_64; Android 13; 2201117TY", (13,), "2201117TY"),
        ("Linux; Android 10; HarmonyOS; ELS-AN00; HMSCore 6.13.0.301", (10,), "ELS-AN00"),
        ("Linux; Android 13; Armor 11 5G", (13,), "Armor 11 5G"),
        ("Linux; Android 14; SAMSUNG SM-S918B", (14,), "SAMSUNG SM-S918B"),
        ("Linux; Android 13; Build/TP1A", (13,), None),
        ("Linux; Android 13; wv", (13,), None),
        ("Linux; Android 13", (13,), None),
        ("Android 14; Mobile; rv:128.0", (14,), None),
        ("Android 14; Tablet; rv:128.0", (14,), None),
        ("Linux; Android 10; K", (), None),
        ("Linux; Android 10; K; wv", (), None),
        ("Linux; Android; Pixel 8", (), "Pixel 8"),
        ("Linux; Android 13; unknown", (13,), None),
        ("Linux; Android 13; " + "x" * 64, (13,), "x" * 64),
        ("Linux; Android 13; " + "x" * 65, (13,), None),
        ("MIDP-2.0; U; Adr 9; en-US; vivo_1904", (9,), "vivo_1904"),
    ],
)
def test_android_platforms(platform: str, version: Version, model: str | None) -> None:
    """Builds, locales, processors and other words around the model are no part of it."""
    assert parse_browser(android(platform)) == an_android(*version, model=model)


@pytest.mark.parametrize(
    ("user_agent", "device"),
    [
        pytest.param("", BrowserDevice(os=None), id="empty"),
        pytest.param("  ", BrowserDevice(os=None), id="blank"),
        pytest.param("curl/8.5.0", BrowserDevice(os=OTHER), id="a library"),
        pytest.param(
            "Mozilla/5.0 (Windows Phone 10.0; Android 6.0.1; Microsoft; Lumia 950) like iPhone",
            BrowserDevice(os=OTHER),
            id="Windows Phone, which claims to be all of them",
        ),
        pytest.param("Mozilla/5.0 (X11; Linux x86_64)", BrowserDevice(os=OTHER), id="Linux"),
        pytest.param(
            BROWSERS["Opera Mini"], BrowserDevice(os=ANDROID), id="Android without version"
        ),
        pytest.param(
            "Mozilla/5.0 (iPhone; U; CPU like Mac OS X; en) AppleWebKit/420+",
            an_iphone(),
            id="2007",
        ),
        pytest.param(
            "Mozilla/5.0 (iPod touch; CPU iPhone OS 9_3_2 like Mac OS X)",
            replace(an_iphone(9, 3, 2), model="iPod"),
            id="iPod",
        ),
        pytest.param(
            "App/1.0 (iPhone; iOS 17.5.1; Scale/3.00)", an_iphone(17, 5, 1), id="an app's own"
        ),
        pytest.param("Mozilla/5.0 (iPhone; CPU IPhone OS 8_1", an_iphone(8, 1), id="cut off"),
    ],
)
def test_other_user_agents(user_agent: str, device: BrowserDevice) -> None:
    """What is no phone's browser tells as much as it tells."""
    assert parse_browser(user_agent) == device


@pytest.mark.parametrize(
    ("reported", "tail", "device"),
    [
        pytest.param("18_6", "Mobile/15E148", an_iphone(18, 6, frozen=True), id="web view, 18.6"),
        pytest.param("18_7", "Mobile/15E148", an_iphone(18, 7, frozen=True), id="web view, 18.7"),
        pytest.param("18_5", "Mobile/15E148", an_iphone(18, 5), id="before the freeze"),
        pytest.param("18_6_2", "Mobile/15E148", an_iphone(18, 6, 2), id="a patch is not frozen"),
        pytest.param("26_1", "Mobile/15E148", an_iphone(26, 1), id="an app that tells"),
        pytest.param("18_6", SAFARI.format("18.6"), an_iphone(18, 6), id="Safari 18.6"),
        pytest.param("18_6", SAFARI.format("26.0"), an_iphone(26, 0), id="Safari 26.0"),
        pytest.param("18_7", SAFARI.format("26.2"), an_iphone(26, 2), id="Safari 26.2"),
        pytest.param("18_7", SAFARI.format("26.0.1"), an_iphone(26, 0), id="Safari 26.0.1"),
        pytest.param("18_6_2", SAFARI.format("26.0"), an_iphone(26, 0), id="frozen at a patch"),
        pytest.param("18_7", SAFARI.format("26.5"), an_iphone(26, 5), id="last feature release"),
        pytest.param("18_7", SAFARI.format("26.6"), an_iphone(26), id="security releases follow"),
        pytest.param("16_7_10", SAFARI.format("16.6"), an_iphone(16, 7, 10), id="an older system"),
        pytest.param(
            "18_7", "Version/26.0 EdgiOS/141.0 Mobile/15E148 Safari/604.1", an_iphone(26), id="Edge"
        ),
        pytest.param("18_7", "FxiOS/146.0 Mobile/15E148 Safari/604.1", an_iphone(), id="Firefox"),
        pytest.param("17_5", "FxiOS/127.0 Mobile/15E148", an_iphone(17, 5), id="older Firefox"),
        pytest.param(
            "18_7",
            "CriOS/143.0 Mobile/15E148 Safari/604.1",
            an_iphone(18, 7, frozen=True),
            id="Chrome",
        ),
        pytest.param(
            "18_7",
            "Mobile/15E148 [FBAN/FBIOS;FBSN/iOS;FBSV/26.2;FBSS/3]",
            an_iphone(26, 2),
            id="FB",
        ),
        pytest.param(
            "18_6",
            "Mobile/23B85 Instagram 406.1 (iPhone16,2; iOS 26_1; es)",
            an_iphone(26, 1),
            id="IG",
        ),
    ],
)
def test_the_system_behind_a_frozen_version(
    reported: str, tail: str, device: BrowserDevice
) -> None:
    """From iOS 26 on the reported version is an old one; Safari and some apps tell the true one."""
    assert parse_browser(iphone(tail, reported)) == device


# Reading installs


def test_an_install_tells_its_device() -> None:
    """System, model and web view come from the body."""
    assert an_install("android", "14", "Pixel 8", TIKTOK_PIXEL) == InstallDevice(
        os=ANDROID, os_version=(14,), model="Pixel 8", web_view=parse_browser(TIKTOK_PIXEL)
    )


@pytest.mark.parametrize("nothing", [None, "", " ", "unknown", "Unknown"])
def test_unknown_means_nothing(nothing: str | None) -> None:
    """The SDK writes ``unknown`` where the device would not say."""
    assert an_install("ios", nothing, nothing) == InstallDevice(os=IOS)


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("18.5", (18, 5)),
        ("18", (18,)),
        ("iOS 18.5.1", (18, 5, 1)),
        ("Version 18.5 (Build 22F76)", (18, 5)),
        ("14 (API 34)", (14,)),
        ("18_5", (18, 5)),
        ("Tiramisu", ()),
        ("9" * 5_000, (9999,)),
    ],
)
def test_system_versions(text: str, version: Version) -> None:
    """The first number in the text, component by component."""
    assert an_install(os_version=text).os_version == version


@pytest.mark.parametrize(
    ("platform", "web_view", "system"),
    [
        ("ios", None, IOS),
        ("iOS", None, IOS),
        ("iPadOS", None, IOS),
        (" android ", None, ANDROID),
        ("android", IPHONE_SAFARI, ANDROID),
        ("", IPHONE_SAFARI, IOS),
        ("react-native", TIKTOK_PIXEL, ANDROID),
        ("", None, None),
    ],
)
def test_the_platform_decides_the_system(
    platform: str, web_view: str | None, system: OperatingSystem | None
) -> None:
    """The web view is asked only when the platform says nothing."""
    assert an_install(platform, web_view=web_view).os is system


# Comparing


@pytest.mark.parametrize(
    ("click", "install", "comparison"),
    [
        pytest.param(
            parse_browser(TIKTOK_PIXEL),
            an_install("android", "14", "Pixel 8", TIKTOK_PIXEL),
            fits(OS, OS_VERSION, MODEL),
            id="the same Android phone",
        ),
        pytest.param(
            parse_browser(IPHONE_SAFARI),
            an_install("ios", "18.5", "iPhone15,4", iphone("Mobile/15E148", "18_5")),
            fits(OS, OS_VERSION, MODEL),
            id="the same iPhone",
        ),
        pytest.param(
            parse_browser(CHROME_REDUCED),
            an_install("android", "14", "Pixel 8"),
            fits(OS),
            id="a browser that tells no more",
        ),
        pytest.param(parse_browser(TIKTOK_PIXEL), an_install("android"), fits(OS), id="an unknown"),
        pytest.param(
            an_android(14, model="SAMSUNG SM-S918B"),
            an_install("android", model="samsung SM-S918B"),
            fits(OS, MODEL),
            id="makers before both",
        ),
    ],
)
def test_devices_that_fit(
    click: BrowserDevice, install: InstallDevice, comparison: DeviceComparison
) -> None:
    """What both know agrees; what one does not know counts neither way."""
    assert compare_devices(click, install) == comparison
    assert comparison.compatible


@pytest.mark.parametrize(
    ("click", "install", "reason"),
    [
        pytest.param(
            parse_browser(""), an_install("ios"), DeviceMismatch.UNKNOWN_OS, id="no user agent"
        ),
        pytest.param(an_iphone(18), an_install(""), DeviceMismatch.UNKNOWN_OS, id="no platform"),
        pytest.param(
            an_iphone(18), an_install("android"), DeviceMismatch.OS_DIFFERS, id="two systems"
        ),
        pytest.param(
            parse_browser(MAC_CHROME), an_install("ios"), DeviceMismatch.OS_DIFFERS, id="a Mac"
        ),
        pytest.param(
            BrowserDevice(os=OTHER),
            InstallDevice(os=OTHER),
            DeviceMismatch.OS_DIFFERS,
            id="no app of ours runs there",
        ),
        pytest.param(
            an_iphone(18, 4),
            an_install("ios", "18.5"),
            DeviceMismatch.OS_VERSION_DIFFERS,
            id="minor",
        ),
        pytest.param(
            an_android(13, model="Pixel 8"),
            an_install("android", "14", "Pixel 8"),
            DeviceMismatch.OS_VERSION_DIFFERS,
            id="major",
        ),
        pytest.param(
            an_android(14, model="Pixel 8"),
            an_install("android", "14", "Pixel 8 Pro"),
            DeviceMismatch.MODEL_DIFFERS,
            id="models",
        ),
        pytest.param(
            parse_browser(TIKTOK_IPAD),
            an_install("ios", "18.5", "iPhone15,4"),
            DeviceMismatch.MODEL_DIFFERS,
            id="an iPad and an iPhone",
        ),
    ],
)
def test_devices_that_differ(
    click: BrowserDevice, install: InstallDevice, reason: DeviceMismatch
) -> None:
    """One thing that both know and that differs is enough."""
    comparison = compare_devices(click, install)

    assert comparison == DeviceComparison(reason=reason)
    assert not comparison.compatible


@pytest.mark.parametrize(
    ("click", "os_version", "web_view", "agrees"),
    [
        pytest.param((18, 5), "18.5.1", None, True, id="a prefix of it"),
        pytest.param((18, 5, 1), "18.5", None, True, id="more than it says"),
        pytest.param((18,), "18.5", None, True, id="the major alone"),
        pytest.param((18, 5, 1), "18.5.2", None, False, id="another patch"),
        pytest.param((18, 5), None, None, None, id="unknown to the install"),
        pytest.param((), "18.5", None, None, id="unknown to the browser"),
        pytest.param((18, 5), "18.4", "18_5", True, id="the web view comes first"),
        pytest.param((18, 4), "18.4", "18_5", False, id="the web view contradicts"),
        pytest.param((26, 2), "26.2", "18_7", True, id="behind a frozen web view"),
        pytest.param((26, 2), "26.1", "18_7", False, id="another one behind it"),
        pytest.param((26, 2), None, "18_7", None, id="hidden behind a frozen web view"),
        pytest.param((18, 7, 1), None, "18_7", None, id="the frozen web view may be true"),
        pytest.param((17, 5), None, "18_7", False, id="older than any frozen web view"),
    ],
)
def test_versions(
    click: Version, os_version: str | None, web_view: str | None, agrees: bool | None
) -> None:
    """Compared on the components that both have, with the web view's own version first."""
    user_agent = iphone("Mobile/15E148", web_view) if web_view else None
    install = an_install("ios", os_version, web_view=user_agent)
    model = {MODEL} if web_view else set()

    comparison = compare_devices(an_iphone(*click), install)

    if agrees is False:
        assert comparison.reason is DeviceMismatch.OS_VERSION_DIFFERS
    else:
        assert comparison == fits(OS, *model, *([OS_VERSION] if agrees else []))


@pytest.mark.parametrize(
    ("os_version", "web_view", "agrees"),
    [
        pytest.param("18.7", None, True, id="it is true"),
        pytest.param("18.7.1", None, True, id="it is true but for the patch"),
        pytest.param("26.0", None, None, id="the first system that hides"),
        pytest.param("27.1", None, None, id="a later system"),
        pytest.param("25.9", None, False, id="a system that does not hide"),
        pytest.param("18.6", None, False, id="an older system"),
        pytest.param("26.2", FROZEN_WEB_VIEW, True, id="the same hidden version"),
        pytest.param("26.2", iphone("Mobile/15E148", "18_6"), None, id="another app's frozen one"),
        pytest.param(None, iphone("Mobile/15E148", "18_6"), None, id="both are hidden"),
        pytest.param(None, None, None, id="nothing is known"),
    ],
)
def test_a_frozen_version_fits_newer_systems(
    os_version: str | None, web_view: str | None, agrees: bool | None
) -> None:
    """A click that says 18.7 may come from it, or from any system from 26 on."""
    comparison = compare_devices(
        an_iphone(18, 7, frozen=True), an_install("ios", os_version, web_view=web_view)
    )

    if agrees is False:
        assert comparison.reason is DeviceMismatch.OS_VERSION_DIFFERS
    else:
        assert comparison.compatible
        assert (OS_VERSION in comparison.matched) is bool(agrees)


@pytest.mark.parametrize(
    ("click", "install"),
    [
        ("SM-A325F", "samsung SM-A325F"),
        ("SM-A325F", "SAMSUNG-SM-A325F"),
        ("SM-A325F", "sm-a325f"),
        ("Pixel 8", "Google Pixel 8"),
        ("Pixel 8", " Pixel  8 "),
        ("CPH1931", "OPPO CPH1931"),
        ("vivo_1904", "vivo 1904"),
        ("Redmi Note 8", "Xiaomi Redmi Note 8"),
        ("Nokia 5.3", "HMD Nokia 5.3"),
        ("moto g(7)", "motorola moto g(7)"),
    ],
)
def test_android_models_are_compared_without_maker(click: str, install: str) -> None:
    """Makers and capitals come and go between an app and a browser."""
    comparison = compare_devices(an_android(model=click), an_install("android", model=install))

    assert comparison == fits(OS, MODEL)


@pytest.mark.parametrize("model", ["iPhone15,4", "iPhone", "iPhone 15 Pro", "iphone15,4"])
def test_every_iphone_is_an_iphone(model: str) -> None:
    """A browser does not tell which iPhone it runs on."""
    assert compare_devices(an_iphone(), an_install("ios", model=model)) == fits(OS, MODEL)


@pytest.mark.parametrize("model", ["arm64", "x86_64", "iFoo"])
def test_an_apple_model_of_no_family_is_unknown(model: str) -> None:
    """Simulators name their processor."""
    assert compare_devices(an_iphone(), an_install("ios", model=model)) == fits(OS)


def test_a_model_may_be_that_of_the_web_view() -> None:
    """An app for iPhones runs on an iPad, and its web view then calls itself an iPhone."""
    install = an_install("ios", model="iPad13,1", web_view=iphone("Mobile/15E148", "17_5"))

    assert compare_devices(an_iphone(17, 5), install) == fits(OS, OS_VERSION, MODEL)


def test_desktop_safari_may_be_an_ipad() -> None:
    """An iPad asks for desktop sites as a Mac would; nothing is matched by that."""
    click = parse_browser(MAC_SAFARI)

    assert compare_devices(click, an_install("ios", "18.5", "iPad13,1")) == fits()
    assert compare_devices(click, an_install("ios", "18.5", "iPhone15,4")).reason == "os_differs"
    assert compare_devices(click, an_install("ios", "18.5")).reason == "os_differs"
    assert compare_devices(click, an_install("android", "14")).reason == "os_differs"


def test_a_web_view_in_desktop_mode_is_not_believed() -> None:
    """The platform says iOS, so a web view that says Macintosh tells nothing."""
    install = an_install("ios", "18.5", "iPad13,1", MAC_SAFARI)

    assert compare_devices(parse_browser(TIKTOK_IPAD), install) == fits(OS, OS_VERSION, MODEL)


def test_a_web_view_of_another_system_is_not_believed() -> None:
    """Whatever sent it, it was not the device's own."""
    install = an_install("android", "14", "Pixel 8", IPHONE_SAFARI)

    assert compare_devices(parse_browser(TIKTOK_PIXEL), install) == fits(OS, OS_VERSION, MODEL)


def test_features_read_as_their_names() -> None:
    """They are stored and shown as text."""
    assert fits(OS, MODEL).matched == {"os", "model"}


# Telling devices apart


def test_two_taps_of_one_device_have_one_signature() -> None:
    """The network, dark mode, how the page opened and TikTok's UUID change from tap to tap."""
    at_home = TIKTOK_IPHONE_WITH_UUID
    on_the_road = (
        at_home.replace("NetType/WIFI", "NetType/4G")
        .replace("isDarkMode/0", "isDarkMode/1")
        .replace("RevealType/Dialog", "RevealType/Page")
        .replace("9BBBCC25", "00000000")
    )

    assert at_home != on_the_road
    assert device_signature(at_home, "en-US,en;q=0.9") == device_signature(on_the_road, "en-us")


@pytest.mark.parametrize(
    "other",
    [
        TIKTOK_PIXEL.replace("Pixel 8", "Pixel 7"),
        TIKTOK_PIXEL.replace("Android 14", "Android 15"),
        TIKTOK_PIXEL.replace("Channel/googleplay", "Channel/samsung"),
        TIKTOK_PIXEL.replace("app_version/33.3.4", "app_version/33.3.5"),
    ],
)
def test_other_devices_have_another_signature(other: str) -> None:
    """Model, system, channel and version of the app tell devices apart."""
    assert device_signature(other, "en") != device_signature(TIKTOK_PIXEL, "en")


def test_the_first_language_tells_devices_apart() -> None:
    """Later ones and their weights do not."""
    english = device_signature(TIKTOK_PIXEL, "en-GB,en;q=0.8")

    assert english == device_signature(TIKTOK_PIXEL, " en-gb;q=1, de")
    assert english != device_signature(TIKTOK_PIXEL, "de,en-GB")
    assert device_signature(TIKTOK_PIXEL, None) == device_signature(TIKTOK_PIXEL, "")


# What TikTok can use


@pytest.mark.parametrize("user_agent", [*TIKTOK.values(), *BROWSERS.values(), FROZEN_WEB_VIEW])
def test_browsers_and_web_views_are_browsers(user_agent: str) -> None:
    """Whatever a person can see a page with."""
    assert is_browser_user_agent(user_agent)


@pytest.mark.parametrize(
    "user_agent",
    [
        "",
        " ",
        "Mozilla/5.0",
        "Mozilla/5.0 (Linux; Android 14; Pixel 8)",
        "AppleWebKit/537.36 (KHTML, like Gecko)",
        "unknown",
        *HTTP_STACKS.values(),
        *CRAWLERS.values(),
        *PREVIEWERS.values(),
    ],
)
def test_machines_and_http_stacks_are_no_browsers(user_agent: str) -> None:
    """An app's own requests, libraries and robots are of no use to TikTok."""
    assert not is_browser_user_agent(user_agent)


# Promises for any text

USER_AGENTS = st.one_of(
    st.text(max_size=600),
    st.text("()[];:/._ 0123456789iPhoneOSAndroidBuildVersion", max_size=300),
    st.sampled_from([*TIKTOK.values(), *BROWSERS.values()]),
)
MAYBE_TEXT = st.one_of(st.none(), st.text(max_size=80))


@settings(deadline=None)
@given(USER_AGENTS)
def test_any_user_agent_is_read(user_agent: str) -> None:
    """No text raises, and the same text tells the same."""
    device = parse_browser(user_agent)

    assert device == parse_browser(user_agent)
    assert all(part >= 0 for part in device.os_version)
    assert not device.version_is_frozen or device.os is IOS
    assert is_browser_user_agent(user_agent) in (True, False)
    assert device_signature(user_agent, user_agent) == device_signature(user_agent, user_agent)


@given(USER_AGENTS, MAYBE_TEXT, MAYBE_TEXT, MAYBE_TEXT, st.sampled_from(["ios", "android", ""]))
def test_any_two_devices_can_be_compared(
    user_agent: str,
    os_version: str | None,
    model: str | None,
    web_view: str | None,
    platform: str,
) -> None:
    """Nothing raises, and what agrees is told only of devices that can be the same."""
    comparison = compare_devices(
        parse_browser(user_agent), an_install(platform, os_version, model, web_view)
    )

    assert comparison.compatible or not comparison.matched


@given(st.sampled_from(list(TIKTOK.values())))
def test_a_device_fits_itself(user_agent: str) -> None:
    """An install whose web view is the click's browser agrees on all that it tells."""
    platform = "ios" if "like Mac OS X" in user_agent else "android"

    comparison = compare_devices(
        parse_browser(user_agent), an_install(platform, web_view=user_agent)
    )

    assert comparison == fits(OS, OS_VERSION, MODEL)
