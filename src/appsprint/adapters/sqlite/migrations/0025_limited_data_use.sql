-- What an event says of the person's consent: 1 refused, 0 given, NULL nothing.
ALTER TABLE events ADD COLUMN limits_data_use INTEGER;
