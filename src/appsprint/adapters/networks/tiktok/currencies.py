"""The currencies in which TikTok takes an event's value."""

from __future__ import annotations

# Events API 2.0, "properties.currency" (July 2026). Any other has to be converted before sending.
_CODES = """
    AED ARS AUD BDT BHD BIF BOB BRL CAD CHF CLP CNY COP CRC CZK DKK DZD EGP EUR GBP GTQ HKD HNL
    HUF IDR ILS INR ISK JPY KES KHR KRW KWD KZT MAD MOP MXN MYR NGN NIO NOK NZD OMR PEN PHP PKR
    PLN PYG QAR RON RUB SAR SEK SGD THB TRY TWD UAH USD VES VND ZAR
"""
SUPPORTED_CURRENCIES = frozenset(_CODES.split())
