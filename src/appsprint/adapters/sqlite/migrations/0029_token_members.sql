-- The member a token belongs to; NULL for the operator's own, as all tokens were before.
ALTER TABLE api_tokens ADD COLUMN member_id TEXT;
