"""Who the player is: sign-in, sessions in Redis, and the session clock."""
