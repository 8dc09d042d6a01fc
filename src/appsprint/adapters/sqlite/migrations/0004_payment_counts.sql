-- Payments that an ad network took, by the instant at which they happened: value-based optimization
-- counts them over any seven days, and reading every delivery with its event for that took 5 µs
-- each. Triggers keep the counts, so that no way of settling a delivery can forget them; a delivery
-- that was sent stays sent.

CREATE TABLE payment_counts (
    app_id TEXT NOT NULL,
    network TEXT NOT NULL,
    network_event TEXT NOT NULL,
    occurred_at_ms INTEGER NOT NULL,
    payments INTEGER NOT NULL,
    PRIMARY KEY (app_id, network, network_event, occurred_at_ms)
) STRICT, WITHOUT ROWID;

INSERT INTO payment_counts (app_id, network, network_event, occurred_at_ms, payments)
SELECT d.app_id, d.network, d.network_event, e.occurred_at_ms, count(*)
FROM deliveries AS d JOIN events AS e ON e.app_id = d.app_id AND e.id = d.event_row_id
WHERE
    d.status = 'sent' AND d.network_event = 'Purchase'
    AND e.revenue_micros IS NOT NULL AND e.currency IS NOT NULL
GROUP BY 1, 2, 3, 4;

CREATE TRIGGER count_payment_settled AFTER UPDATE OF status ON deliveries
WHEN new.status = 'sent' AND old.status <> 'sent' AND new.network_event = 'Purchase'
BEGIN
    INSERT INTO payment_counts (app_id, network, network_event, occurred_at_ms, payments)
    SELECT new.app_id, new.network, new.network_event, e.occurred_at_ms, 1 FROM events AS e
    WHERE
        e.app_id = new.app_id AND e.id = new.event_row_id
        AND e.revenue_micros IS NOT NULL AND e.currency IS NOT NULL
    ON CONFLICT DO UPDATE SET payments = payments + 1;
END;

CREATE TRIGGER count_payment_stored AFTER INSERT ON deliveries
WHEN new.status = 'sent' AND new.network_event = 'Purchase'
BEGIN
    INSERT INTO payment_counts (app_id, network, network_event, occurred_at_ms, payments)
    SELECT new.app_id, new.network, new.network_event, e.occurred_at_ms, 1 FROM events AS e
    WHERE
        e.app_id = new.app_id AND e.id = new.event_row_id
        AND e.revenue_micros IS NOT NULL AND e.currency IS NOT NULL
    ON CONFLICT DO UPDATE SET payments = payments + 1;
END;
