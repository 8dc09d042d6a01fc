-- Counts that pages show at once, however much there is. Triggers keep them, so that no way of
-- writing can forget them; deliveries are never deleted.

CREATE TABLE delivery_totals (
    app_id TEXT NOT NULL,
    network TEXT NOT NULL,
    status TEXT NOT NULL,
    amount INTEGER NOT NULL,
    PRIMARY KEY (app_id, network, status)
) STRICT, WITHOUT ROWID;
INSERT INTO delivery_totals (app_id, network, status, amount)
SELECT app_id, network, status, count(*) FROM deliveries GROUP BY app_id, network, status;
CREATE TRIGGER count_delivery AFTER INSERT ON deliveries BEGIN
    INSERT INTO delivery_totals (app_id, network, status, amount)
    VALUES (NEW.app_id, NEW.network, NEW.status, 1)
    ON CONFLICT (app_id, network, status) DO UPDATE SET amount = amount + 1;
END;
CREATE TRIGGER count_moved_delivery AFTER UPDATE OF status ON deliveries
WHEN NEW.status <> OLD.status BEGIN
    UPDATE delivery_totals SET amount = amount - 1
    WHERE app_id = OLD.app_id AND network = OLD.network AND status = OLD.status;
    INSERT INTO delivery_totals (app_id, network, status, amount)
    VALUES (NEW.app_id, NEW.network, NEW.status, 1)
    ON CONFLICT (app_id, network, status) DO UPDATE SET amount = amount + 1;
END;

-- Payments by the hour that they happened in, for apps that have too many to look at each instant.
CREATE TABLE payment_hours (
    app_id TEXT NOT NULL,
    network TEXT NOT NULL,
    network_event TEXT NOT NULL,
    hour_at_ms INTEGER NOT NULL,
    payments INTEGER NOT NULL,
    PRIMARY KEY (app_id, network, network_event, hour_at_ms)
) STRICT, WITHOUT ROWID;
INSERT INTO payment_hours (app_id, network, network_event, hour_at_ms, payments)
SELECT app_id, network, network_event, occurred_at_ms / 3600000 * 3600000, sum(payments)
FROM payment_counts GROUP BY 1, 2, 3, 4;
CREATE TRIGGER count_hour_of_payment AFTER INSERT ON payment_counts BEGIN
    INSERT INTO payment_hours (app_id, network, network_event, hour_at_ms, payments)
    VALUES (
        NEW.app_id, NEW.network, NEW.network_event, NEW.occurred_at_ms / 3600000 * 3600000,
        NEW.payments
    )
    ON CONFLICT DO UPDATE SET payments = payments + excluded.payments;
END;
CREATE TRIGGER count_hour_of_more AFTER UPDATE OF payments ON payment_counts BEGIN
    UPDATE payment_hours SET payments = payments + NEW.payments - OLD.payments
    WHERE
        app_id = NEW.app_id AND network = NEW.network AND network_event = NEW.network_event
        AND hour_at_ms = NEW.occurred_at_ms / 3600000 * 3600000;
END;

-- A link's installs without those of test devices, as people see them.
DROP TRIGGER count_credit;
CREATE TRIGGER count_credit AFTER INSERT ON attributions
WHEN NEW.is_in_force = 1 AND NEW.link_id IS NOT NULL AND NEW.is_test = 0 BEGIN
    INSERT INTO link_totals (app_id, link_id, clicks, filtered_visits, installs)
    VALUES (NEW.app_id, NEW.link_id, 0, 0, 1)
    ON CONFLICT (app_id, link_id) DO UPDATE SET installs = installs + 1;
END;
DROP TRIGGER count_lost_credit;
CREATE TRIGGER count_lost_credit AFTER UPDATE OF is_in_force ON attributions
WHEN OLD.is_in_force = 1 AND NEW.is_in_force = 0 AND OLD.link_id IS NOT NULL AND OLD.is_test = 0
BEGIN
    UPDATE link_totals SET installs = installs - 1
    WHERE app_id = OLD.app_id AND link_id = OLD.link_id;
END;
UPDATE link_totals SET installs = (
    SELECT count(*) FROM attributions AS a
    WHERE
        a.app_id = link_totals.app_id AND a.link_id = link_totals.link_id
        AND a.is_in_force = 1 AND a.is_test = 0
);

-- Ordered by delivery alone, so that pages of a status are read from it, too.
DROP INDEX deliveries_skipped;
CREATE INDEX deliveries_skipped ON deliveries (app_id, delivery_id, network, created_at_ms, reason)
WHERE status = 'skipped';
DROP INDEX deliveries_dead;
CREATE INDEX deliveries_dead ON deliveries (app_id, delivery_id, network, created_at_ms, reason)
WHERE status = 'dead';
