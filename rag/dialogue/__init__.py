"""What a turn of a chat means after the turns before it."""
