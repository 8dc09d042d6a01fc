-- Skipped and dead deliveries by reason, read from the index alone. The index before them was of no
-- use: a condition on one status does not imply one on two, so no query could take it.

DROP INDEX deliveries_unsent;
CREATE INDEX deliveries_skipped ON deliveries (app_id, network, delivery_id, created_at_ms, reason)
WHERE status = 'skipped';
CREATE INDEX deliveries_dead ON deliveries (app_id, network, delivery_id, created_at_ms, reason)
WHERE status = 'dead';
