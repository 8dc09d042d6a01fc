-- What probabilistic matching learns from traffic.

CREATE INDEX installs_by_address ON installs (app_id, address_key, received_at_ms)
WHERE address_key IS NOT NULL;

-- How many installs each link has earned by decisions in force.
ALTER TABLE link_totals ADD COLUMN installs INTEGER NOT NULL DEFAULT 0;
INSERT INTO link_totals (app_id, link_id, clicks, filtered_visits, installs)
SELECT app_id, link_id, 0, 0, count(*) FROM attributions
WHERE is_in_force = 1 AND link_id IS NOT NULL GROUP BY app_id, link_id
ON CONFLICT (app_id, link_id) DO UPDATE SET installs = excluded.installs;
CREATE TRIGGER count_credit AFTER INSERT ON attributions
WHEN NEW.is_in_force = 1 AND NEW.link_id IS NOT NULL BEGIN
    INSERT INTO link_totals (app_id, link_id, clicks, filtered_visits, installs)
    VALUES (NEW.app_id, NEW.link_id, 0, 0, 1)
    ON CONFLICT (app_id, link_id) DO UPDATE SET installs = installs + 1;
END;
CREATE TRIGGER count_lost_credit AFTER UPDATE OF is_in_force ON attributions
WHEN OLD.is_in_force = 1 AND NEW.is_in_force = 0 AND OLD.link_id IS NOT NULL BEGIN
    UPDATE link_totals SET installs = installs - 1
    WHERE app_id = OLD.app_id AND link_id = OLD.link_id;
END;

-- Installs that no click earned, and the device-hours in which they happened; see
-- domain.likelihood.UnrelatedInstalls.
CREATE TABLE unrelated_installs (
    app_id TEXT NOT NULL PRIMARY KEY,
    installs REAL NOT NULL,
    device_hours REAL NOT NULL
) STRICT, WITHOUT ROWID;
