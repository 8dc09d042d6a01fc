"""User agents as the field sends them: TikTok's in-app browsers, other browsers, machines.

TikTok's are the samples of tiktok-business-api.md, G.5; the others are the usual public forms.
"""

from __future__ import annotations

_IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS {version} like Mac OS X) AppleWebKit/605.1.15"
_GECKO = "(KHTML, like Gecko)"


def iphone(tail: str, version: str = "17_5") -> str:
    """An iPhone's user agent that ends in ``tail``."""
    return f"{_IPHONE.format(version=version)} {_GECKO} {tail}"


def android(platform: str, tail: str = "Mobile Safari/537.36") -> str:
    """The user agent of an Android web view or browser with this platform comment."""
    return f"Mozilla/5.0 ({platform}) AppleWebKit/537.36 {_GECKO} Chrome/121.0.6167.143 {tail}"


TIKTOK_IPHONE_WITHOUT_UUID = iphone(
    "Mobile/15E148 musical_ly_25.1.1 JsSdk/2.0 NetType/WIFI Channel/App Store ByteLocale/en "
    "Region/US RevealType/Dialog isDarkMode/0 WKWebView/1 BytedanceWebview/d8a21c6 FalconTag/",
    "15_5",
)
TIKTOK_IPHONE_WITH_UUID = iphone(
    "Mobile/15E148 musical_ly_25.9.0 JsSdk/2.0 NetType/WIFI Channel/App Store ByteLocale/en "
    "Region/CA RevealType/Dialog isDarkMode/0 WKWebView/1 BytedanceWebview/d8a21c6 "
    "FalconTag/9BBBCC25-B655-47F2-9B89-6E9CDB33DF77",
    "16_0",
)
TIKTOK_IPHONE_18_6 = iphone(
    "Mobile/15E148 musical_ly_39.1.0 JsSdk/2.0 NetType/WIFI Channel/App Store ByteLocale/pt-BR "
    "Region/BR RevealType/DIALOG isDarkMode/0 WKWebView/1 BytedanceWebview/d8a21c6",
    "18_6",
)
TIKTOK_IPHONE_TRILL = iphone(
    "Mobile/15E148 Safari/604.1 trill_41.5.0 BytedanceWebview/d8a21c6", "17_0_2"
)
TIKTOK_IPAD = (
    "Mozilla/5.0 (iPad; CPU OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Mobile/15E148 musical_ly_40.6.0 BytedanceWebview/d8a21c6"
)
TIKTOK_OPPO = (
    "Mozilla/5.0 (Linux; Android 9; CPH1931; wv) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Version/4.0 Chrome/78.0.3904.62 Mobile Safari/537.36 trill_2021505060 JsSdk/1.0 NetType/WIFI "
    "Channel/googleplay AppName/musical_ly app_version/15.5.6 ByteLocale/de ByteFullLocale/de "
    "Region/DE AppSkin/white"
)
TIKTOK_HONOR = (
    "Mozilla/5.0 (Linux; Android 10; STK-LX1 Build/HONORSTK-LX1; wv) AppleWebKit/537.36 (KHTML, "
    "like Gecko) Version/4.0 Chrome/110.0.5481.153 Mobile Safari/537.36 musical_ly_2022803040 "
    "JsSdk/1.0 NetType/WIFI Channel/huaweiadsglobal_int AppName/musical_ly app_version/28.3.4 "
    "ByteLocale/en ByteFullLocale/en Region/IQ Spark/1.2.7-alpha.8 AppVersion/28.3.4 PIA/1.5.11 "
    "BytedanceWebview/d8a21c6"
)
TIKTOK_PIXEL = (
    "Mozilla/5.0 (Linux; Android 14; Pixel 8 Build/UQ1A.240105.004; wv) AppleWebKit/537.36 (KHTML, "
    "like Gecko) Version/4.0 Chrome/121.0.6167.143 Mobile Safari/537.36 musical_ly_2023303040 "
    "JsSdk/1.0 NetType/WIFI Channel/googleplay AppName/musical_ly app_version/33.3.4 ByteLocale/en "
    "ByteFullLocale/en Region/US AppId/1233 Spark/1.5.0.5-alpha.2 AppVersion/33.3.4 "
    "BytedanceWebview/d8a21c6"
)
TIKTOK_SAMSUNG = (
    "Mozilla/5.0 (Linux; Android 13; SM-A325F Build/TP1A.220624.014; wv) AppleWebKit/537.36 "
    "(KHTML, like Gecko) Version/4.0 Chrome/139.0.7258.143 Mobile Safari/537.36 trill_410103 "
    "AppName/trill ByteLocale/id-ID"
)
TIKTOK_REDMI = (
    "Mozilla/5.0 (Linux; Android 15; 23106RN0DA Build/AP3A.240905.015.A2; wv) AppleWebKit/537.36 "
    "(KHTML, like Gecko) Version/4.0 Chrome/143.0.7499.34 Mobile Safari/537.36 "
    "musical_ly_2024204040 AppName/musical_ly ByteLocale/es-419"
)
TIKTOK_SAMSUNG_16 = (
    "Mozilla/5.0 (Linux; Android 16; SM-A155M Build/BP2A.250605.031.A3; wv) AppleWebKit/537.36 "
    "(KHTML, like Gecko) Version/4.0 Chrome/145.0.7632.120 Mobile Safari/537.36 "
    "musical_ly_2024309030 AppName/musical_ly ByteLocale/pt-BR"
)
TIKTOK = {
    "iPhone, empty FalconTag": TIKTOK_IPHONE_WITHOUT_UUID,
    "iPhone, FalconTag": TIKTOK_IPHONE_WITH_UUID,
    "iPhone 18.6": TIKTOK_IPHONE_18_6,
    "iPhone, trill": TIKTOK_IPHONE_TRILL,
    "iPad": TIKTOK_IPAD,
    "Oppo": TIKTOK_OPPO,
    "Honor": TIKTOK_HONOR,
    "Pixel": TIKTOK_PIXEL,
    "Samsung": TIKTOK_SAMSUNG,
    "Redmi": TIKTOK_REDMI,
    "Samsung, Android 16": TIKTOK_SAMSUNG_16,
}

IPHONE_SAFARI = iphone("Version/18.5 Mobile/15E148 Safari/604.1", "18_5")
CHROME_REDUCED = (
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/138.0.0.0 Mobile Safari/537.36"
)
MAC_CHROME = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/138.0.0.0 Safari/537.36"
)
MAC_SAFARI = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.5 Safari/605.1.15"
)
BROWSERS = {
    "Safari": IPHONE_SAFARI,
    "Chrome": CHROME_REDUCED,
    "Chrome on a Mac": MAC_CHROME,
    "Safari on a Mac": MAC_SAFARI,
    "Chrome on iOS": iphone("CriOS/138.0.7204.119 Mobile/15E148 Safari/604.1"),
    "Firefox on iOS": iphone("FxiOS/127.0 Mobile/15E148 Safari/605.1.15"),
    "Firefox": "Mozilla/5.0 (Android 14; Mobile; rv:128.0) Gecko/128.0 Firefox/128.0",
    "Google app": iphone("GSA/320.0.640020410 Mobile/15E148 Safari/604.1"),
    "DuckDuckGo": android("Linux; Android 13; Pixel 7", "Mobile DuckDuckGo/5 Safari/537.36"),
    "DuckDuckGo on iOS": iphone("Version/17.5 Mobile/15E148 Safari/604.1 Ddg/17.5"),
    "Samsung Internet": android(
        "Linux; Android 14; SAMSUNG SM-S918B", "SamsungBrowser/23.0 Mobile Safari/537.36"
    ),
    "UC": android(
        "Linux; U; Android 11; en-US; CPH2185 Build/RP1A.200720.011",
        "UCBrowser/13.5.0.1310 Mobile Safari/537.36",
    ),
    "Opera": android("Linux; U; Android 13; SM-A135F Build/TP1A.220624.014; wv", "OPR/74.0.2254"),
    "Opera Mini": (
        "Opera/9.80 (Android; Opera Mini/36.2.2254/119.132; U; id) Presto/2.12.423 Version/12.16"
    ),
    "Yandex": android("Linux; arm_64; Android 13; 2201117TY", "YaBrowser/23.11.5.72.00 SA/3"),
    "Mi Browser": android(
        "Linux; U; Android 10; en-us; Redmi Note 8 Build/QKQ1.200114.002",
        "Mobile Safari/537.36 XiaoMi/MiuiBrowser/12.14.2-gn",
    ),
    "Silk": android("Linux; Android 9; KFMAWI", "Silk/120.3.1 Safari/537.36"),
    "Huawei": android("Linux; Android 10; HarmonyOS; ELS-AN00; HMSCore 6.13.0.301"),
    "a phone called CUBOT": android("Linux; Android 11; CUBOT NOTE 20 Build/RP1A"),
    "Facebook": iphone("Mobile/15E148 [FBAN/FBIOS;FBAV/544.0.0.20.406;FBDV/iPhone14,5;FBOP/80]"),
    "Facebook on Android": android(
        "Linux; Android 13; SM-A536B Build/TP1A.220624.014; wv",
        "Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/443.0.0.23.229;]",
    ),
    "Instagram": iphone("Mobile/15E148 Instagram 374.1 (iPhone14,5; iOS 17_5; en_US; scale=3.00)"),
    "Threads": iphone("Mobile/15E148 Barcelona 413.1.0 (iPhone14,5; iOS 17_5; en_US)"),
    "Snapchat": iphone("Version/17.5 Mobile/15E148 Snapchat/12.72.0.39 (like Safari/8617, panda)"),
    "Line": iphone("Mobile/15E148 Safari Line/14.7.0"),
    "WeChat": iphone("Mobile/15E148 MicroMessenger/8.0.74(0x18004a24) NetType/WIFI Language/zh_CN"),
    "Pinterest": iphone("Mobile/15E148 [Pinterest/iOS]"),
    "Pinterest on Android": android(
        "Linux; Android 13; SM-A536B; wv", "Safari/537.36 [Pinterest/Android]"
    ),
    "LinkedIn": iphone("Mobile/15E148 [LinkedInApp]/9.31.1700"),
    "X": iphone("Mobile/15E148 Twitter for iPhone/10.40"),
    "KakaoTalk": iphone("Mobile/15E148 KAKAOTALK 10.8.1"),
    "Telegram": android("Linux; Android 13; Pixel 7", "Mobile Safari/537.36 Telegram-Android/10.9"),
    "Zalo": android("Linux; Android 14; V2250; wv", "Mobile Safari/537.36 Zalo android/25080402"),
    "a plain web view": iphone("Mobile/15E148"),
}

PREVIEWERS = {
    "Facebook": "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "Facebot": "Facebot",
    "WhatsApp on Android": "WhatsApp/2.23.20.0 A",
    "WhatsApp on iOS": "WhatsApp/2.23.20.0 i",
    "Telegram": "TelegramBot (like TwitterBot)",
    "Slack": "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "Slack images": "Slack-ImgProxy (+https://api.slack.com/robots)",
    "X": "Twitterbot/1.0",
    "Discord": "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
    "LinkedIn": "LinkedInBot/1.0 (compatible; Mozilla/5.0; +http://www.linkedin.com)",
    "Skype": "Mozilla/5.0 (Windows NT 6.1) SkypeUriPreview Preview/0.5",
    "iMessage": (
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1) AppleWebKit/601.2.4 (KHTML, like Gecko) "
        "Version/9.0.1 Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0"
    ),
    "Viber": "Viber/13.3.0.22 CFNetwork/1121.2.2 Darwin/19.3.0",
    "Snapchat": "Snap URL Preview Service; bot; snapchat; https://developers.snap.com/robots",
    "VK": "Mozilla/5.0 (compatible; vkShare; +http://vk.com/dev/Share)",
    "Pinterest": "Mozilla/5.0 (compatible; Pinterestbot/1.0; +http://www.pinterest.com/bot.html)",
    "Pinterest, older": "Pinterest/0.2 (+https://www.pinterest.com/bot.html)",
    "Google": (
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/56.0 "
        "Safari/537.36 Google-PageRenderer Google (+https://developers.google.com/+/web/snippet/)"
    ),
    "Reddit": "Mozilla/5.0 (compatible; redditbot/1.0; +http://www.reddit.com/feedback)",
    "Line": "facebookexternalhit/1.1;line-poker/1.0",
    "Bluesky": "Mozilla/5.0 (compatible; Bluesky Cardyb/1.1; +mailto:support@bsky.app)",
}

HTTP_STACKS = {
    "curl": "curl/8.5.0",
    "Wget": "Wget/1.21",
    "requests": "python-requests/2.31.0",
    "urllib": "Python-urllib/3.11",
    "httpx": "python-httpx/0.27.0",
    "aiohttp": "Python/3.11 aiohttp/3.9.1",
    "Go": "Go-http-client/2.0",
    "Ruby": "MyClient Ruby/3.2.0",
    "Java": "Java/17.0.1",
    "okhttp": "okhttp/4.12.0",
    "Apache": "Apache-HttpClient/4.5.14 (Java/17.0.1)",
    "axios": "axios/1.6.2",
    "Node": "node",
    "Postman": "PostmanRuntime/7.36.0",
    "Android": "Dalvik/2.1.0 (Linux; U; Android 14; Pixel 8 Build/UQ1A.240105.004)",
    "iOS": "MyApp/5 CFNetwork/1490.0.4 Darwin/23.2.0",
    "TikTok's own": (
        "com.zhiliaoapp.musically/2023303040 (Linux; U; Android 14; en_US; Pixel 8; "
        "Build/UQ1A.240105.004; Cronet/TTNetVersion:1b2c)"
    ),
}

CRAWLERS = {
    "Bytespider": (
        "Mozilla/5.0 (Linux; Android 5.0) AppleWebKit/537.36 (KHTML, like Gecko) Mobile "
        "Safari/537.36 (compatible; Bytespider; spider-feedback@bytedance.com)"
    ),
    "TikTokSpider": "Mozilla/5.0 (compatible; TikTokSpider; ttspider-feedback@tiktok.com)",
    "Googlebot": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Googlebot as a phone": android(
        "Linux; Android 6.0.1; Nexus 5X Build/MMB29P",
        "Mobile Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    ),
    "AdsBot": iphone(
        "Version/14.1.2 Mobile/15E148 Safari/604.1 (compatible; AdsBot-Google-Mobile; "
        "+http://www.google.com/mobile/adsbot.html)"
    ),
    "Bing": "Mozilla/5.0 AppleWebKit/537.36 (compatible; bingbot/2.0) Chrome/100.0 Safari/537.36",
    "headless Chrome": "Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/120.0.0.0 Safari/537.36",
    "Playwright": "Mozilla/5.0 (X11; Linux x86_64) Chrome/120.0 Safari/537.36 Playwright/1.40",
    "Lighthouse": android("Linux; Android 11; moto g power (2022)", "Chrome-Lighthouse"),
    "UptimeRobot": "Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)",
    "Pingdom": "Pingdom.com_bot_version_1.4_(http://www.pingdom.com/)",
    "StatusCake": "StatusCake",
    "load balancer": "ELB-HealthChecker/2.0",
    "Kubernetes": "kube-probe/1.29",
    "Datadog": "Datadog/Synthetics",
    "GPTBot": "Mozilla/5.0 (compatible; GPTBot/1.0; +https://openai.com/gptbot)",
    "a crawler that says TikTok": TIKTOK_PIXEL
    + " (compatible; SomeBot/1.0; +https://some.example)",
}
