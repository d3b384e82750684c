"""What is built when, how it is powered, with which accelerators: the cheapest order of build that keeps a promise."""
