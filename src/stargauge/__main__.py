"""`python -m stargauge`."""

from stargauge.cli.main import main

raise SystemExit(main())
