-- Up to which row each kind of an app's personal data was forgotten, by the ids' order in time.
CREATE TABLE retention_marks (
    app_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    last_id TEXT NOT NULL,
    PRIMARY KEY (app_id, kind)
) STRICT, WITHOUT ROWID;
