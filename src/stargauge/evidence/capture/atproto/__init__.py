"""Signed repositories of the AT Protocol: encoding, blocks, the search tree, signatures; enough to check what one record proves."""
