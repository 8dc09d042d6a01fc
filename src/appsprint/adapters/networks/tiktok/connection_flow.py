"""The way to an advertiser's consent: authorisation page, exchange, ad accounts, revocation.

Facts: developer portal, "Authorization" (1738373141733378) and "Authentication"
(1738373164380162). The access token does not expire and has no refresh token; it ends when the
advertiser or we end it.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import msgspec

from appsprint.adapters.networks.tiktok.advertisers import read_advertisers
from appsprint.adapters.networks.tiktok.credential_check import check_credential
from appsprint.adapters.networks.tiktok.management import ManagementApi
from appsprint.adapters.networks.tiktok.pixels import read_pixels
from appsprint.adapters.networks.tiktok.settings import TikTokSettings
from appsprint.adapters.networks.tiktok.transport import TikTokTransport
from appsprint.domain.connection import Advertiser, Pixel
from appsprint.domain.connection_states import CheckedCredential
from appsprint.errors import AdNetworkRefused, AdNetworkUnavailable, ConnectionRevoked
from appsprint.ports.ad_network import EventsCredential, Grant

# The token has expired; it is wrong or was revoked.
_TOKEN_ENDED = (40102, 40105)


class _Exchanged(msgspec.Struct):
    access_token: str
    advertiser_ids: tuple[str, ...] | None = None


class _Account(msgspec.Struct):
    advertiser_id: str
    advertiser_name: str | None = None


class _AccountList(msgspec.Struct):
    list: tuple[_Account, ...] = ()


class _Revoked(msgspec.Struct):
    """Nothing of the answer matters."""


class TikTokConnectionFlow:
    """The port ``ConnectionFlow`` for TikTok."""

    def __init__(
        self, settings: TikTokSettings, api: ManagementApi, transport: TikTokTransport
    ) -> None:
        self._settings = settings
        self._api = api
        self._transport = transport

    def is_configured(self) -> bool:
        return bool(self._settings.app_id and self._settings.secret)

    def authorize_url(self, *, state: str, redirect_uri: str) -> str:
        ours = {"app_id": self._settings.app_id, "state": state, "redirect_uri": redirect_uri}
        page = urlsplit(self._settings.auth_url)
        given = parse_qsl(page.query, keep_blank_values=True)
        kept = [(name, value) for name, value in given if name not in ours]
        return urlunsplit(page._replace(query=urlencode([*kept, *ours.items()]), fragment=""))

    def exchange(self, auth_code: str) -> Grant:
        body = {**self._developer_app(), "auth_code": auth_code}
        answer = self._api.post("oauth2/access_token/", body, of=_Exchanged)
        if not answer.access_token:
            raise AdNetworkUnavailable("TikTok gave an empty access token")
        return Grant(
            access_token=answer.access_token, advertiser_ids=tuple(answer.advertiser_ids or ())
        )

    def advertisers(self, access_token: str) -> Sequence[Advertiser]:
        accounts = self._accounts(access_token)
        details = self._details(access_token, [account.advertiser_id for account in accounts])
        return [details.get(account.advertiser_id) or _bare(account) for account in accounts]

    def reach(self, access_token: str) -> frozenset[str]:
        return frozenset(account.advertiser_id for account in self._accounts(access_token))

    def pixels(self, access_token: str, advertiser_id: str) -> Sequence[Pixel]:
        return list(read_pixels(self._api, access_token, advertiser_id))

    def check_credential(self, credential: EventsCredential) -> CheckedCredential:
        return check_credential(self._transport, credential)

    def revoke(self, access_token: str) -> None:
        body = {**self._developer_app(), "access_token": access_token}
        try:
            self._api.post("oauth2/revoke_token/", body, of=_Revoked, access_token=access_token)
        except ConnectionRevoked as error:
            if error.network_code not in _TOKEN_ENDED:
                raise

    def _accounts(self, access_token: str) -> Sequence[_Account]:
        """Not paged. Also TikTok's way to ask whether a token still works."""
        return self._api.get(
            "oauth2/advertiser/get/",
            self._developer_app(),
            access_token=access_token,
            of=_AccountList,
        ).list

    def _details(self, access_token: str, ids: Sequence[str]) -> dict[str, Advertiser]:
        """What ``/advertiser/info/`` tells before it fails, if it does.

        The list to choose from is worth showing without currencies: the right to read details
        can be missing, and the chosen account is read again by the import.
        """
        details: dict[str, Advertiser] = {}
        try:
            for advertiser in read_advertisers(self._api, access_token, ids):
                details[advertiser.id] = advertiser
        except (AdNetworkRefused, AdNetworkUnavailable):
            return details
        return details

    def _developer_app(self) -> dict[str, str]:
        return {"app_id": self._settings.app_id, "secret": self._settings.secret}


def _bare(account: _Account) -> Advertiser:
    return Advertiser(
        id=account.advertiser_id, name=account.advertiser_name or account.advertiser_id
    )
