"""What is kept of what was said: entries, histories, receipts."""
