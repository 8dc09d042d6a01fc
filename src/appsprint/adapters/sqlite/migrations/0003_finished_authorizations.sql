-- A state that was used is kept for a day, so that who comes back twice is told so.
ALTER TABLE pending_authorizations RENAME TO authorizations;
ALTER TABLE authorizations ADD COLUMN finished_at_ms INTEGER;
