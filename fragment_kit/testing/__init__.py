"""What a fragment's own tests are written with; nothing here runs in production."""
