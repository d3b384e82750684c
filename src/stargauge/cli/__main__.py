"""`python -m stargauge.cli`."""

from stargauge.cli.main import main

raise SystemExit(main())
