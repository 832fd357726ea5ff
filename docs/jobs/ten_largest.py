"""The ten largest export partners of 2012 over the years, in a style of your own."""

import matplotlib.pyplot as plt

import nltrade as nl

trade = nl.load("83028NED")
largest = nl.rank_partners(trade, period=2012, flow="export", among="all").head(10)["partner"]
exports = nl.select(trade, partner=list(largest), flow="export", product="TOTAL")
lines = exports[exports["complete"]].pivot(index="period", columns="partner", values="value_meur")

with plt.style.context("ggplot"):
    axes = (lines[list(largest)] / 1000).plot(figsize=(9, 5), ylabel="exports, billion euro")
    axes.figure.savefig("ten_largest.png")
