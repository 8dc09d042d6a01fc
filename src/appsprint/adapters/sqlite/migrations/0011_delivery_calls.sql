-- A lease is a row of its own instead of a mark on every delivery that it holds; the payloads of a
-- call are kept once, compressed, beside its answer; and what TikTok got as a test says so.

CREATE TABLE delivery_leases (
    lease_id TEXT PRIMARY KEY,
    app_id TEXT NOT NULL,
    network TEXT NOT NULL,
    claimed_at_ms INTEGER NOT NULL,
    until_ms INTEGER NOT NULL,
    -- JSON, in the order in which they were due; what was settled is taken out.
    delivery_ids TEXT NOT NULL
) STRICT;

DROP INDEX deliveries_leased;
ALTER TABLE deliveries DROP COLUMN lease_id;
ALTER TABLE deliveries DROP COLUMN lease_until_ms;
ALTER TABLE deliveries DROP COLUMN payload;
-- The last call that carried it, and the test event code of that call.
ALTER TABLE deliveries ADD COLUMN call_id INTEGER;
ALTER TABLE deliveries ADD COLUMN test_event_code TEXT;

ALTER TABLE network_calls ADD COLUMN test_event_code TEXT;
-- A JSON object from delivery id to payload, compressed with zlib.
ALTER TABLE network_calls ADD COLUMN payloads BLOB;

-- What TikTok saw as a test is no payment for it.
DROP TRIGGER count_payment_settled;
CREATE TRIGGER count_payment_settled AFTER UPDATE OF status ON deliveries
WHEN
    new.status = 'sent' AND old.status <> 'sent' AND new.network_event = 'Purchase'
    AND new.test_event_code IS NULL
BEGIN
    INSERT INTO payment_counts (app_id, network, network_event, occurred_at_ms, payments)
    SELECT new.app_id, new.network, new.network_event, e.occurred_at_ms, 1 FROM events AS e
    WHERE
        e.app_id = new.app_id AND e.id = new.event_row_id
        AND e.revenue_micros IS NOT NULL AND e.currency IS NOT NULL
    ON CONFLICT DO UPDATE SET payments = payments + 1;
END;
