"""The peer: NREL's compiled single-owner cash-flow model, one site by years, run again and again. Prints runs per CPU-second as JSON."""

import json
import time

import PySAM.Singleowner as single_owner

RUNS = 60


def main():
    model = single_owner.default("CustomGenerationProfileSingleOwner")
    model.SystemOutput.gen = [100_000.0] * 8760
    model.SystemCosts.total_installed_cost = 1e9
    model.FinancialParameters.dscr_limit_debt_fraction = 1
    model.FinancialParameters.dscr_maximum_debt_fraction = 70
    model.execute(0)
    begun = time.process_time()
    for run in range(RUNS):
        model.Revenue.ppa_price_input = (0.17 + 0.0001 * run,)
        model.execute(0)
    print(json.dumps({"per_second": RUNS / (time.process_time() - begun), "irr": model.Outputs.project_return_aftertax_irr}))


main()
