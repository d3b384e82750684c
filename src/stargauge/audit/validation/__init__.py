"""How good are the models on cases that they have not seen? One module for each model that records can test."""
