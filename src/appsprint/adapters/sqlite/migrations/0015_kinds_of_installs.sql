-- What a decision says besides who earned the install. tags is a JSON list of the codes of quality
-- rules, NULL for none; rejected_for is the code of the one that refused credit.
ALTER TABLE attributions ADD COLUMN is_reinstall INTEGER NOT NULL DEFAULT 0;
ALTER TABLE attributions ADD COLUMN is_test INTEGER NOT NULL DEFAULT 0;
ALTER TABLE attributions ADD COLUMN tags TEXT;
ALTER TABLE attributions ADD COLUMN rejected_for TEXT;

UPDATE attributions SET is_test = 1
WHERE (app_id, install_id) IN (
    SELECT app_id, install_id FROM installs WHERE environment = 'test'
);

-- One click earns one live install; a test install never takes it away.
DROP INDEX attributions_by_click;
CREATE UNIQUE INDEX attributions_by_click ON attributions (app_id, click_id, is_test)
WHERE is_in_force = 1 AND click_id IS NOT NULL;

-- Reinstalls are counted apart, and tagged traffic can be left out. Rollups begin anew by
-- themselves; until then reports read the facts.
DROP TABLE rollup_sums;
DELETE FROM rollups;
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
    is_tagged INTEGER NOT NULL,
    installs INTEGER NOT NULL,
    reinstalls INTEGER NOT NULL,
    events INTEGER NOT NULL,
    revenue_units INTEGER NOT NULL,
    revenue_rest INTEGER NOT NULL,
    PRIMARY KEY (
        app_id, network, number, kind, day_on, value, name, campaign_id, currency, is_tagged
    )
) STRICT, WITHOUT ROWID;
