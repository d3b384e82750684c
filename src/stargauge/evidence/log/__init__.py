"""An append-only log that others can check: tree hash, signed checkpoints, tiles, proofs; formats of C2SP, hashes of RFC 6962."""
