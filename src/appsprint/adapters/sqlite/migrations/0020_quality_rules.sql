-- Quality rules: what apps set, what was found, and what the rules look up.

CREATE TABLE quality_rules (
    app_id TEXT NOT NULL REFERENCES apps (app_id),
    rule TEXT NOT NULL,
    consequence TEXT NOT NULL CHECK (consequence IN ('off', 'tag', 'no_postback', 'no_credit')),
    thresholds TEXT NOT NULL,
    updated_at_ms INTEGER NOT NULL,
    PRIMARY KEY (app_id, rule)
) STRICT, WITHOUT ROWID;

-- What the decision in force found; the campaign is that of the click, also of a refused one.
CREATE TABLE quality_findings (
    app_id TEXT NOT NULL,
    install_id TEXT NOT NULL,
    rule TEXT NOT NULL,
    consequence TEXT NOT NULL,
    click_id TEXT,
    campaign_id TEXT,
    campaign_name TEXT,
    PRIMARY KEY (app_id, install_id, rule)
) STRICT, WITHOUT ROWID;
CREATE INDEX quality_findings_by_rule ON quality_findings (app_id, rule, install_id);

-- The rule that keeps an install's events from the networks.
ALTER TABLE attributions ADD COLUMN withheld_for TEXT;

-- Clicks of a link by clock hour (Unix hours).
CREATE TABLE link_hours (
    app_id TEXT NOT NULL,
    link_id TEXT NOT NULL,
    hour INTEGER NOT NULL,
    clicks INTEGER NOT NULL,
    PRIMARY KEY (app_id, link_id, hour)
) STRICT, WITHOUT ROWID;
INSERT INTO link_hours (app_id, link_id, hour, clicks)
SELECT app_id, link_id, occurred_at_ms / 3600000, count(*) FROM clicks
GROUP BY app_id, link_id, occurred_at_ms / 3600000;
CREATE TRIGGER count_click_of_hour AFTER INSERT ON clicks BEGIN
    INSERT INTO link_hours (app_id, link_id, hour, clicks)
    VALUES (NEW.app_id, NEW.link_id, NEW.occurred_at_ms / 3600000, 1)
    ON CONFLICT (app_id, link_id, hour) DO UPDATE SET clicks = clicks + 1;
END;
