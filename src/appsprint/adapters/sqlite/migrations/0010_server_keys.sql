-- Which keys the server knew when it last started: a rotation must not take it by surprise.
CREATE TABLE server_keys (key_id TEXT NOT NULL PRIMARY KEY) STRICT, WITHOUT ROWID;
