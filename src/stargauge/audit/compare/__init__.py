"""What differs between two programmes, scenarios or days, and because of what?"""
