"""Project finance as a workbook with live formulas: inputs, timing, calculations, outputs, checks; one formula per row."""
