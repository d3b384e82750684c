"""What happens hour by hour? A site's hall, supply, accounts and sums in every draw of a year."""
