"""The shipped hours of the catalogue's places: `python -m tests.outdoor_tables` writes them anew."""

from __future__ import annotations

from datetime import date

from stargauge.catalogue.load import DATA, load_catalogue
from stargauge.catalogue.outdoor_tables import every_table, write_tables

if __name__ == "__main__":
    write_tables(DATA, every_table(load_catalogue().known(date.today())))
