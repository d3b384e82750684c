"""How long things take: networks of activities, crews, slips, and phases under lines."""
