-- Whether only the network of people's addresses is kept.
ALTER TABLE apps ADD COLUMN truncate_addresses INTEGER NOT NULL DEFAULT 0;
