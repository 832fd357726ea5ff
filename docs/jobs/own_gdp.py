"""Exports in percent of the partner's GDP: figures of your own, joined by ISO alpha-3 code."""

import pandas as pd

import nltrade as nl

gdp = pd.DataFrame({"iso3": ["AAA", "DEU", "BEL"], "gdp_bn": [1.0, 3000.0, 400.0]})  # made up

partners = nl.partners().reset_index()[["id", "alpha_3", "en"]]
exports = nl.select(nl.load("83028NED"), flow="export", product="TOTAL", period=2012)
joined = gdp.merge(partners, left_on="iso3", right_on="alpha_3", how="left")
joined = joined.merge(exports, left_on="id", right_on="partner", how="left")
joined["share_pct"] = joined["value_meur"] / 1000 / joined["gdp_bn"] * 100

print(joined[["iso3", "en", "value_meur", "share_pct"]].round(1))
