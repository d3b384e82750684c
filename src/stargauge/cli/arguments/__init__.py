"""How is each command asked, and in which language?"""
