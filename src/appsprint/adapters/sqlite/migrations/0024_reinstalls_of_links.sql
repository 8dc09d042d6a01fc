-- How many of the installs that a link has earned are reinstalls: both tell how often its taps lead
-- to an install, and people see the new ones.
ALTER TABLE link_totals ADD COLUMN reinstalls INTEGER NOT NULL DEFAULT 0;
DROP TRIGGER count_credit;
CREATE TRIGGER count_credit AFTER INSERT ON attributions
WHEN NEW.is_in_force = 1 AND NEW.link_id IS NOT NULL AND NEW.is_test = 0 BEGIN
    INSERT INTO link_totals (app_id, link_id, clicks, filtered_visits, installs, reinstalls)
    VALUES (NEW.app_id, NEW.link_id, 0, 0, 1, NEW.is_reinstall)
    ON CONFLICT (app_id, link_id) DO UPDATE SET
        installs = installs + 1, reinstalls = reinstalls + excluded.reinstalls;
END;
DROP TRIGGER count_lost_credit;
CREATE TRIGGER count_lost_credit AFTER UPDATE OF is_in_force ON attributions
WHEN OLD.is_in_force = 1 AND NEW.is_in_force = 0 AND OLD.link_id IS NOT NULL AND OLD.is_test = 0
BEGIN
    UPDATE link_totals SET installs = installs - 1, reinstalls = reinstalls - OLD.is_reinstall
    WHERE app_id = OLD.app_id AND link_id = OLD.link_id;
END;
