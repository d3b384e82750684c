"""The answer of a check in the forms of others: ClaimReview for publishers, a table for spreadsheets, an article. Nothing is computed."""
