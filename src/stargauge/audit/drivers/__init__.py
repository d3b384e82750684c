"""What moves it? Whose uncertainty an answer has, an input held at its ends, and inputs moved by hand."""
