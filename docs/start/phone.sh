#!/bin/sh
# Plays TikTok and an Android phone against a server on this machine: a tap on an ad, the install
# that follows it, a sign-up and a purchase. For trying out only.
#
#   sh docs/start/phone.sh SDK_KEY AD_LINK
#
# The server must run with APPSPRINT_TRUSTED_PROXIES=127.0.0.0/8 to believe the phone's address below.
set -eu
key=$1
link=$2

server=${link%%/c/*}
phone=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
address=2001:db8:f1::$(printf %.4s "$phone")
browser='Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/121.0 Mobile Safari/537.36'

# TikTok fills in the link's macros (here with an ad of the sandbox) and adds its click id.
tapped=$(printf %s "$link" | sed \
  -e 's/__CAMPAIGN_NAME__/FR_Prospecting_Web/g' -e 's/__CAMPAIGN_ID__/1801000000000001/g' \
  -e 's/__AID_NAME__/Android/g' -e 's/__AID__/1802000000000012/g' \
  -e 's/__CID_NAME__/Video%20A/g' -e 's/__CID__/18030000000000121/g' \
  -e 's/__PLACEMENT__/TikTok/g')
store=$(curl -sS -o /dev/null -w '%{redirect_url}' -A "$browser" -H "X-Forwarded-For: $address" \
  "$tapped&ttclid=E.C.P.$phone")

# Play hands what stood in "referrer" to the app, whose SDK sends it with the install.
send() {
  curl -sS --fail-with-body "$server/v1/sdk/$1" -H "X-API-Key: $key" \
    -H 'Content-Type: application/json' -H "X-Forwarded-For: $address" -d "$2"
  echo
}
send install '{
  "appsprintId": "'"$phone"'", "deviceModel": "Pixel 8", "osVersion": "14", "appVersion": "1.0",
  "locale": "en-US", "timezone": "Europe/Paris", "installTimestamp": "'"$(date -u +%Y-%m-%dT%H:%M:%SZ)"'",
  "sdkPlatform": "android", "sdkWebViewUserAgent": "'"$browser"'",
  "installReferrer": "'"${store##*referrer=}"'"
}'
now=$(date +%s)000
send events/batch '{"events": [
  {"appsprintId": "'"$phone"'", "eventId": "'"$phone"'-1", "eventType": "sign_up", "timestamp": '"$now"'},
  {"appsprintId": "'"$phone"'", "eventId": "'"$phone"'-2", "eventType": "purchase", "timestamp": '"$now"',
   "revenue": 9.99, "currency": "EUR"}
]}'
