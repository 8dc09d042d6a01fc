-- What TikTok said when pixel and token were saved; NULL when it refused them later.
ALTER TABLE connections ADD COLUMN events_check TEXT;
