-- How probable address and device must make a click for credit, in percent.
ALTER TABLE apps ADD COLUMN min_confidence_percent INTEGER NOT NULL DEFAULT 75;
