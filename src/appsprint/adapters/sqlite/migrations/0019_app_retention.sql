-- What an app sets for itself instead of the server's retention, in days; 0 keeps for ever.
CREATE TABLE app_retention (
    app_id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('clicks', 'installs', 'events', 'deliveries')),
    days INTEGER NOT NULL CHECK (days >= 0),
    PRIMARY KEY (app_id, kind)
) STRICT, WITHOUT ROWID;
