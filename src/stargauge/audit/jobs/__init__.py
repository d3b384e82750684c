"""How many jobs, and by which definition?"""
