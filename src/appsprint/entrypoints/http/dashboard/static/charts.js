// Draws the lines of a [data-chart] element; its colours are the page's.
"use strict";

window.drawChart = (place) => {
  const told = JSON.parse(place.dataset.chart);
  if (!window.uPlot || place.drawn || told.days.length === 0) return;
  place.drawn = true;
  place.hidden = false;
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  const currency = told.series.find((one) => one.currency)?.currency;
  const percent = (value) => value.toLocaleString("en", { style: "percent", maximumFractionDigits: 2 });
  const isShare = told.series.some((one) => one.share);
  const amount = (value, unit) => {
    if (value == null) return "–";
    if (!unit && isShare) return percent(value);
    if (!unit) return value.toLocaleString("en");
    return value.toLocaleString("en", { style: "currency", currency: unit, maximumFractionDigits: 2 });
  };
  const short = (value, unit) => !unit && isShare ? percent(value) : value.toLocaleString("en", {
    notation: "compact", ...(unit ? { style: "currency", currency: unit, maximumFractionDigits: 1 } : {}),
  });
  const day = (seconds) => new Date(seconds * 1000).toLocaleDateString("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });
  const axis = (unit) => ({
    scale: unit ? "money" : "count",
    side: unit || !currency ? 3 : 1,
    size: 62,
    stroke: colour("--soft"),
    grid: { show: Boolean(unit) || !currency, stroke: colour("--line"), width: 1 },
    ticks: { show: false },
    incrs: unit || isShare ? undefined : [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 1e6],
    values: (_, values) => values.map((value) => short(value, unit)),
  });
  const hasCounts = told.series.some((one) => !one.currency);
  const options = {
    width: place.clientWidth,
    height: 260,
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "UTC"),
    cursor: { y: false, points: { size: 7 } },
    // Without a pointer the legend tells the last day.
    hooks: { setLegend: [(plot) => plot.legend.idx == null && plot.setLegend({ idx: told.days.length - 1 })] },
    scales: {
      x: { time: true },
      money: { range: (_, low, high) => [Math.min(0, low), high || 1] },
      count: { range: (_, low, high) => [Math.min(0, low), high || 1] },
    },
    axes: [
      { stroke: colour("--soft"), grid: { show: false }, ticks: { show: false }, space: 64,
        incrs: [1, 2, 3, 7, 14, 30].map((days) => days * 86400),
        values: (_, values) => values.map(day) },
      ...(currency ? [axis(currency)] : []),
      ...(hasCounts ? [axis(null)] : []),
    ],
    series: [
      { label: "Day", value: (_, seconds) => (seconds == null ? "–" : day(seconds)) },
      ...told.series.map((one, number) => ({
        label: one.name,
        scale: one.currency ? "money" : "count",
        stroke: colour(`--series-${(number % 3) + 1}`),
        width: 2,
        dash: one.currency ? undefined : [6, 4],
        points: { show: told.days.length < 32, size: 5 },
        value: (_, value) => amount(value, one.currency),
      })),
    ],
  };
  const data = [told.days, ...told.series.map((one) => one.values)];
  const plot = new uPlot(options, data, place);
  new ResizeObserver(() => plot.setSize({ width: place.clientWidth, height: 260 })).observe(place);
};
