-- What ads lead to, how ad groups count, and what everything was called before.

ALTER TABLE ad_entities ADD COLUMN advertiser_id TEXT;
ALTER TABLE ad_entities ADD COLUMN landing_page_url TEXT;
ALTER TABLE ad_entities ADD COLUMN counts_event TEXT;
ALTER TABLE ad_entities ADD COLUMN click_window TEXT;
ALTER TABLE ad_entities ADD COLUMN view_window TEXT;
ALTER TABLE ad_entities ADD COLUMN engaged_view_window TEXT;

CREATE TABLE ad_entity_versions (
    app_id TEXT NOT NULL,
    network TEXT NOT NULL,
    level TEXT NOT NULL CHECK (level IN ('campaign', 'adgroup', 'ad')),
    entity_id TEXT NOT NULL,
    valid_from_ms INTEGER NOT NULL,
    name TEXT NOT NULL,
    objective TEXT,
    is_deleted INTEGER NOT NULL,
    landing_page_url TEXT,
    landing_slug TEXT,
    PRIMARY KEY (app_id, network, level, entity_id, valid_from_ms)
) STRICT, WITHOUT ROWID;
CREATE INDEX ad_entity_versions_by_landing ON ad_entity_versions (app_id, network, landing_slug)
WHERE landing_slug IS NOT NULL;

INSERT INTO ad_entity_versions (
    app_id, network, level, entity_id, valid_from_ms, name, objective, is_deleted
)
SELECT app_id, network, level, entity_id, seen_at_ms, name, objective, is_deleted FROM ad_entities;
