// A series (the loss by position) against its places, at one state size, with the full model.

function placesOf(report, group, series, size, hidden) {
  const points = [];
  const cells = group.cells.filter((cell) => !hidden.has(cell.label) &&
    (cell.size === size || cell.size === null));
  for (const place of bySeedlessPlace(cells)) {
    const byPlace = new Map();
    for (const entry of place.cells.flatMap((cell) => seriesOf(cell, series))) {
      byPlace.set(entry.first_place, [...(byPlace.get(entry.first_place) ?? []), entry]);
    }
    for (const [first, entries] of byPlace) {
      const range = overSeeds(entries.map(rangeOf));
      if (Number.isFinite(range.value)) {
        points.push({label: place.label, first, end: entries[0].end_place,
          place: entries[0].label, seeds: entries.length, ...range});
      }
    }
  }
  return points;
}

function byPlaceSpec(report, series, points) {
  // Stretches that widen belong on a logarithmic axis; each point is in the middle of its own.
  const widths = points.map((point) => point.end - point.first);
  const logarithmic = points.every((point) => point.first > 0) &&
    Math.max(...widths) >= 2 * Math.min(...widths);
  const data = points.map((point) => ({
    ...point,
    ...lookOf(report, point.label),
    place: logarithmic ? Math.sqrt(point.first * Math.max(point.first, point.end - 1))
      : (point.first + point.end - 1) / 2,
    band: Number.isFinite(point.low) && Number.isFinite(point.high),
    tip: {policy: point.label, places: `${point.first} to ${point.end - 1}`,
      [series]: short(point.value), "95 %": interval(short(point.low), short(point.high))},
  }));
  const places = data.map((point) => point.place);
  const x = {scale: "x", field: "place"};
  const y = {scale: "y", field: "value"};
  return {
    data: [{name: "points", values: data}],
    scales: [
      {...sizeScale(places), ...(logarithmic ? {} : {type: "linear"})},
      {name: "y", type: "linear", range: "height", nice: true, zero: false, domain: extent(data)},
    ],
    axes: [
      {orient: "bottom", scale: "x", title: report.series.get(series).axis, format: "~s", tickCount: 8},
      {orient: "left", scale: "y", grid: true, title: report.seriesAxis(series), tickCount: 6},
    ],
    marks: [{type: "group", from: {facet: {name: "line", data: "points", groupby: "label"}},
      marks: [
        {type: "area", name: "bands", from: {data: "line"}, interactive: false, encode: {
          enter: {y: {scale: "y", field: "low"}, y2: {scale: "y", field: "high"},
            fill: {field: "color"}, defined: {field: "band"}},
          update: {x, opacity: faded(0.1)}}},
        {type: "line", name: "lines", from: {data: "line"}, interactive: false, encode: {
          enter: {y, stroke: {field: "color"}, strokeDash: {field: "dash"},
            strokeWidth: {value: 1.8}},
          update: {x, opacity: faded()}}},
        {type: "symbol", name: "symbols", from: {data: "line"}, encode: {
          enter: {y, fill: {field: "fill"}, stroke: {field: "color"}, shape: {field: "shape"},
            size: {value: 40}, tooltip: {field: "tip"}},
          update: {x, opacity: faded()}}},
      ]}],
  };
}

function placeTable(series, points) {
  return {
    header: ["policy", "first place", "last place", series, "low", "high"],
    rows: points.map((point) => [point.label, String(point.first), String(point.end - 1),
      short(point.value), short(point.low), short(point.high)]),
  };
}

function boundedSizes(cells) {
  return [...new Set(cells.map((cell) => cell.size))].filter((size) => size !== null)
    .sort((a, b) => a - b);
}

function byPlaceChart(report) {
  const chart = new Chart("place", "Series by place");
  chart.update = (group, hidden) => {
    const names = report.seriesNames(group.cells, false);
    const series = choices.oneOf("series", names);
    const withSeries = group.cells.filter((cell) => cell.series[series]?.length > 0);
    const sizes = boundedSizes(withSeries).map(String);
    const size = choices.oneOf("place-size", sizes);
    chart.node.hidden = withSeries.length === 0;
    if (withSeries.length === 0) {
      chart.empty("No cell has a series.");
      return;
    }
    const again = (key, standard) => (value) => {
      choices.set(key, value, standard);
      chart.update(group, hidden);
    };
    chart.controls.replaceChildren(
      chooser("series", "series", names.map((name) => [name, name]), series,
        again("series", names[0])),
      chooser("state size", "place-size", sizes.map((one) => [one, one]), size,
        again("place-size", sizes[0])));
    const rows = size === undefined ? null : Number(size);
    const points = placesOf(report, group, series, rows, hidden);
    if (points.length === 0) {
      chart.empty("All policies are switched off.");
      return;
    }
    chart.draw(byPlaceSpec(report, series, points), placeTable(series, points),
      `State size ${sizeText(rows)}, and what is unbounded.`);
  };
  return chart;
}
