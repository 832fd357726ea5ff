"""Turkey in 2019 beside Russia in 2012: exports, imports and the balance, in million euro."""

import nltrade as nl

trade = nl.load()
asked = {"TR": 2019, "RU": 2012}
beside = {}
for partner, year in asked.items():
    cells = nl.select(trade, partner=partner, period=year, product="TOTAL", table="83028NED")
    flows = cells.set_index("flow")["value_meur"]
    beside[f"{partner} {year}"] = flows.loc[["export", "import"]].to_dict()
    beside[f"{partner} {year}"]["balance"] = nl.balance(cells)["value_meur"].item()

for name, amounts in beside.items():
    print(name, {flow: f"{amount:,.0f}" for flow, amount in amounts.items()})
