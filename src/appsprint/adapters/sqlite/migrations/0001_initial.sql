-- The first schema. Instants are Unix milliseconds (…_at_ms), money is whole millionths (…_micros),
-- days are the advertiser's local days as YYYY-MM-DD. Event-plane keys start with app_id.

-- Control plane ---------------------------------------------------------------------------------

CREATE TABLE apps (
    app_id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    platform TEXT NOT NULL CHECK (platform IN ('ios', 'android')),
    store_url TEXT NOT NULL,
    store_id TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    currency TEXT NOT NULL,
    probabilistic_matching INTEGER NOT NULL,
    click_lookback_hours INTEGER NOT NULL,
    probabilistic_lookback_hours INTEGER NOT NULL,
    created_at_ms INTEGER NOT NULL,
    deleted_at_ms INTEGER
) STRICT;

CREATE TABLE api_keys (
    key_id TEXT NOT NULL PRIMARY KEY,
    app_id TEXT NOT NULL REFERENCES apps (app_id),
    environment TEXT NOT NULL CHECK (environment IN ('live', 'test')),
    key_hash TEXT NOT NULL UNIQUE,
    hint TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL,
    revoked_at_ms INTEGER,
    revoke_mode TEXT CHECK (revoke_mode IN ('reject', 'discard'))
) STRICT;

CREATE TABLE links (
    link_id TEXT NOT NULL PRIMARY KEY,
    app_id TEXT NOT NULL REFERENCES apps (app_id),
    slug TEXT NOT NULL UNIQUE,
    network TEXT NOT NULL,
    name TEXT NOT NULL,
    destination_url TEXT NOT NULL,
    campaign_name TEXT,
    created_at_ms INTEGER NOT NULL,
    archived_at_ms INTEGER
) STRICT;
CREATE INDEX links_of_app ON links (app_id, link_id);

CREATE TABLE api_tokens (
    token_id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    token_hash TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL CHECK (role IN ('owner', 'editor', 'viewer')),
    app_ids TEXT,
    created_at_ms INTEGER NOT NULL,
    revoked_at_ms INTEGER
) STRICT;

CREATE TABLE idempotency_keys (
    scope TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    request_hash TEXT NOT NULL,
    status INTEGER NOT NULL,
    sealed_body TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL,
    PRIMARY KEY (scope, idempotency_key)
) STRICT, WITHOUT ROWID;

CREATE TABLE connections (
    app_id TEXT NOT NULL REFERENCES apps (app_id),
    network TEXT NOT NULL,
    oauth TEXT NOT NULL,
    oauth_token TEXT,
    oauth_error TEXT,
    advertiser_id TEXT,
    advertiser_name TEXT,
    advertiser_currency TEXT,
    advertiser_time_zone TEXT,
    events_api TEXT NOT NULL,
    events_token TEXT,
    events_error TEXT,
    pixel_id TEXT,
    test_event_code TEXT,
    connected_at_ms INTEGER,
    last_sync_at_ms INTEGER,
    last_sync_error TEXT,
    PRIMARY KEY (app_id, network)
) STRICT, WITHOUT ROWID;

CREATE TABLE pending_authorizations (
    state_hash TEXT NOT NULL PRIMARY KEY,
    app_id TEXT NOT NULL,
    network TEXT NOT NULL,
    started_by TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE event_mappings (
    app_id TEXT NOT NULL REFERENCES apps (app_id),
    network TEXT NOT NULL,
    sdk_event TEXT NOT NULL,
    network_event TEXT,
    updated_at_ms INTEGER NOT NULL,
    PRIMARY KEY (app_id, network, sdk_event)
) STRICT, WITHOUT ROWID;

-- Event plane: facts ----------------------------------------------------------------------------

CREATE TABLE clicks (
    app_id TEXT NOT NULL,
    click_id TEXT NOT NULL,
    link_id TEXT NOT NULL,
    network TEXT NOT NULL,
    occurred_at_ms INTEGER NOT NULL,
    client_ip TEXT NOT NULL,
    address_key TEXT,
    user_agent TEXT NOT NULL,
    accept_language TEXT,
    advertising_id TEXT,
    http_referrer TEXT,
    page_url TEXT NOT NULL,
    earns_credit INTEGER NOT NULL,
    PRIMARY KEY (app_id, click_id)
) STRICT;
CREATE INDEX clicks_by_address ON clicks (app_id, address_key, occurred_at_ms)
WHERE address_key IS NOT NULL;
CREATE INDEX clicks_by_advertising_id ON clicks (app_id, advertising_id, occurred_at_ms)
WHERE advertising_id IS NOT NULL;

CREATE TABLE filtered_visits (
    app_id TEXT NOT NULL,
    visit_id TEXT NOT NULL,
    link_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    occurred_at_ms INTEGER NOT NULL,
    client_ip TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    PRIMARY KEY (app_id, visit_id)
) STRICT;

CREATE TABLE installs (
    app_id TEXT NOT NULL,
    install_id TEXT NOT NULL,
    appsprint_id TEXT NOT NULL,
    dialect TEXT NOT NULL,
    environment TEXT NOT NULL,
    platform TEXT NOT NULL,
    installed_at_ms INTEGER NOT NULL,
    received_at_ms INTEGER NOT NULL,
    client_ip TEXT NOT NULL,
    address_key TEXT,
    user_agent TEXT,
    device_model TEXT,
    os_version TEXT,
    locale TEXT,
    country TEXT,
    install_referrer TEXT,
    given_click_id TEXT,
    advertising_id TEXT,
    body TEXT NOT NULL,
    PRIMARY KEY (app_id, install_id)
) STRICT;
CREATE UNIQUE INDEX installs_by_appsprint_id ON installs (app_id, appsprint_id);
CREATE INDEX installs_by_day ON installs (app_id, installed_at_ms);

-- What became known of an install later; the newest row of a kind counts.
CREATE TABLE install_identifiers (
    app_id TEXT NOT NULL,
    install_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    noted_at_ms INTEGER NOT NULL,
    value TEXT NOT NULL,
    is_latest INTEGER NOT NULL
) STRICT;
CREATE INDEX install_identifiers_of_install ON install_identifiers (app_id, install_id, kind);
CREATE INDEX install_identifiers_by_value ON install_identifiers (app_id, kind, value)
WHERE is_latest = 1 AND kind IN ('customer_user_id', 'idfa');

CREATE TABLE events (
    app_id TEXT NOT NULL,
    id TEXT NOT NULL,
    event_id TEXT NOT NULL,
    install_id TEXT NOT NULL,
    appsprint_id TEXT NOT NULL,
    environment TEXT NOT NULL,
    event_type TEXT NOT NULL,
    event_name TEXT,
    occurred_at_ms INTEGER NOT NULL,
    device_timestamp_ms INTEGER NOT NULL,
    received_at_ms INTEGER NOT NULL,
    revenue_micros INTEGER,
    currency TEXT,
    parameters TEXT,
    client_ip TEXT NOT NULL,
    skip_reason TEXT,
    PRIMARY KEY (app_id, id)
) STRICT;
CREATE UNIQUE INDEX events_by_event_id ON events (app_id, event_id);
CREATE INDEX events_of_install ON events (app_id, install_id);
CREATE INDEX events_with_revenue ON events (app_id, occurred_at_ms)
WHERE revenue_micros IS NOT NULL;

CREATE TABLE refused_events (
    app_id TEXT NOT NULL,
    refusal_id TEXT NOT NULL,
    received_at_ms INTEGER NOT NULL,
    reason TEXT NOT NULL,
    event_id TEXT,
    excerpt TEXT NOT NULL,
    PRIMARY KEY (app_id, refusal_id)
) STRICT;

-- Event plane: derived --------------------------------------------------------------------------

CREATE TABLE link_totals (
    app_id TEXT NOT NULL,
    link_id TEXT NOT NULL,
    clicks INTEGER NOT NULL,
    filtered_visits INTEGER NOT NULL,
    PRIMARY KEY (app_id, link_id)
) STRICT, WITHOUT ROWID;
-- Triggers, so that many clicks are one statement and the totals can never miss one.
CREATE TRIGGER count_click AFTER INSERT ON clicks BEGIN
    INSERT INTO link_totals (app_id, link_id, clicks, filtered_visits)
    VALUES (NEW.app_id, NEW.link_id, 1, 0)
    ON CONFLICT (app_id, link_id) DO UPDATE SET clicks = clicks + 1;
END;
CREATE TRIGGER count_filtered_visit AFTER INSERT ON filtered_visits BEGIN
    INSERT INTO link_totals (app_id, link_id, clicks, filtered_visits)
    VALUES (NEW.app_id, NEW.link_id, 0, 1)
    ON CONFLICT (app_id, link_id) DO UPDATE SET filtered_visits = filtered_visits + 1;
END;

CREATE TABLE attributions (
    app_id TEXT NOT NULL,
    install_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    decided_at_ms INTEGER NOT NULL,
    rule_version INTEGER NOT NULL,
    match_type TEXT NOT NULL,
    confidence REAL NOT NULL,
    reason TEXT NOT NULL,
    click_id TEXT,
    link_id TEXT,
    network TEXT,
    campaign_id TEXT,
    campaign_name TEXT,
    adgroup_id TEXT,
    adgroup_name TEXT,
    ad_id TEXT,
    ad_name TEXT,
    network_click_id TEXT,
    explanation TEXT NOT NULL,
    is_in_force INTEGER NOT NULL,
    PRIMARY KEY (app_id, install_id, version)
) STRICT;
-- One click earns one install; the store refuses a second one whatever the code above does.
CREATE UNIQUE INDEX attributions_by_click ON attributions (app_id, click_id)
WHERE is_in_force = 1 AND click_id IS NOT NULL;
CREATE INDEX attributions_by_link ON attributions (app_id, link_id)
WHERE is_in_force = 1 AND link_id IS NOT NULL;

-- What was counted while receiving: received = duplicates + refused + stored.
CREATE TABLE received_counts (
    app_id TEXT NOT NULL PRIMARY KEY,
    received INTEGER NOT NULL,
    duplicates INTEGER NOT NULL,
    refused INTEGER NOT NULL,
    stored INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE deliveries (
    app_id TEXT NOT NULL,
    delivery_id TEXT NOT NULL,
    network TEXT NOT NULL,
    event_id TEXT NOT NULL,
    event_row_id TEXT NOT NULL,
    install_id TEXT NOT NULL,
    appsprint_id TEXT NOT NULL,
    sdk_event TEXT NOT NULL,
    network_event TEXT NOT NULL,
    network_event_id TEXT NOT NULL,
    pixel_id TEXT,
    status TEXT NOT NULL
    CHECK (status IN ('pending', 'retrying', 'sent', 'skipped', 'dead')),
    reason TEXT,
    attempts INTEGER NOT NULL,
    maybe_accepted_at_ms INTEGER,
    created_at_ms INTEGER NOT NULL,
    next_attempt_at_ms INTEGER,
    sent_at_ms INTEGER,
    lease_id TEXT,
    lease_until_ms INTEGER,
    payload BLOB,
    PRIMARY KEY (app_id, delivery_id)
) STRICT;
CREATE UNIQUE INDEX deliveries_of_event ON deliveries (app_id, network, event_row_id);
CREATE INDEX deliveries_due ON deliveries (app_id, network, next_attempt_at_ms)
WHERE status IN ('pending', 'retrying');
CREATE INDEX deliveries_unsent ON deliveries (app_id, status, delivery_id)
WHERE status IN ('skipped', 'dead');
CREATE INDEX deliveries_leased ON deliveries (lease_id) WHERE lease_id IS NOT NULL;

-- One call to a network and its answer; each delivery in it has one attempt row.
CREATE TABLE network_calls (
    call_id INTEGER PRIMARY KEY,
    app_id TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    http_status INTEGER,
    code INTEGER,
    message TEXT NOT NULL,
    request_id TEXT,
    duration_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE attempts (
    app_id TEXT NOT NULL,
    delivery_id TEXT NOT NULL,
    call_id INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    PRIMARY KEY (app_id, delivery_id, call_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE ad_entities (
    app_id TEXT NOT NULL,
    network TEXT NOT NULL,
    level TEXT NOT NULL CHECK (level IN ('campaign', 'adgroup', 'ad')),
    entity_id TEXT NOT NULL,
    name TEXT NOT NULL,
    campaign_id TEXT NOT NULL,
    adgroup_id TEXT,
    objective TEXT,
    status TEXT,
    is_deleted INTEGER NOT NULL,
    seen_at_ms INTEGER NOT NULL,
    PRIMARY KEY (app_id, network, level, entity_id)
) STRICT, WITHOUT ROWID;

-- Every version of every day; the one in force is the newest. Amounts are in the currency that the
-- advertiser had when they were read.
CREATE TABLE cost_rows (
    app_id TEXT NOT NULL,
    network TEXT NOT NULL,
    level TEXT NOT NULL CHECK (level IN ('campaign', 'adgroup', 'ad')),
    day_on TEXT NOT NULL,
    entity_id TEXT NOT NULL,
    as_of_ms INTEGER NOT NULL,
    spend_micros INTEGER,
    impressions INTEGER,
    clicks INTEGER,
    reported_installs INTEGER,
    reported_revenue_micros INTEGER,
    currency TEXT,
    is_in_force INTEGER NOT NULL,
    PRIMARY KEY (app_id, network, level, day_on, entity_id, as_of_ms)
) STRICT, WITHOUT ROWID;
