"""In which words is it said? One table for each language, sentences on readings, reasons, and what may be printed."""
