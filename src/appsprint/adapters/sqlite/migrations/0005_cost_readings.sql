-- Campaigns' numbers by country, which days were read when, and backfills that may break off.

-- Every version of every campaign's day in a country; as in cost_rows.
CREATE TABLE country_cost_rows (
    app_id TEXT NOT NULL,
    network TEXT NOT NULL,
    country TEXT NOT NULL,
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
    PRIMARY KEY (app_id, network, day_on, country, entity_id, as_of_ms)
) STRICT, WITHOUT ROWID;

-- When each day of an account was last read completely.
CREATE TABLE cost_readings (
    app_id TEXT NOT NULL,
    network TEXT NOT NULL,
    advertiser_id TEXT NOT NULL,
    part TEXT NOT NULL CHECK (part IN ('campaign', 'adgroup', 'ad', 'country')),
    day_on TEXT NOT NULL,
    read_at_ms INTEGER NOT NULL,
    PRIMARY KEY (app_id, network, advertiser_id, part, day_on)
) STRICT, WITHOUT ROWID;

CREATE TABLE backfills (
    app_id TEXT NOT NULL,
    network TEXT NOT NULL,
    advertiser_id TEXT NOT NULL,
    start_on TEXT NOT NULL,
    end_on TEXT NOT NULL,
    started_at_ms INTEGER NOT NULL,
    PRIMARY KEY (app_id, network)
) STRICT, WITHOUT ROWID;
