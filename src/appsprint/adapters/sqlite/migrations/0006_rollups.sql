-- Sums for reports. A rollup is exact up to its mark: the row numbers of the last decision and the
-- last event that it has read, with the rows that stood there, as a check. Empty texts mean "not
-- told"; revenue is revenue_units * 1000000 + revenue_rest millionths.
CREATE TABLE rollups (
    app_id TEXT NOT NULL,
    network TEXT NOT NULL,
    number INTEGER NOT NULL,
    time_zone TEXT NOT NULL,
    decisions_mark INTEGER NOT NULL,
    events_mark INTEGER NOT NULL,
    last_decision TEXT,
    last_event TEXT,
    PRIMARY KEY (app_id, network, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE rollup_sums (
    app_id TEXT NOT NULL,
    network TEXT NOT NULL,
    number INTEGER NOT NULL,
    kind TEXT NOT NULL,
    day_on TEXT NOT NULL,
    value TEXT NOT NULL,
    name TEXT NOT NULL,
    campaign_id TEXT NOT NULL,
    currency TEXT NOT NULL,
    installs INTEGER NOT NULL,
    events INTEGER NOT NULL,
    revenue_units INTEGER NOT NULL,
    revenue_rest INTEGER NOT NULL,
    PRIMARY KEY (app_id, network, number, kind, day_on, value, name, campaign_id, currency)
) STRICT, WITHOUT ROWID;
