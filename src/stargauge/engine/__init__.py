"""Run it many times: a graph of named functions, run over blocks of draws; it knows names and arrays, never what a gigawatt is."""
