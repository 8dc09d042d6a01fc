"""Password hashing and guessing."""
