// Series of single layers ("kept_layer_3") of one policy at one size: layers against places.

// One seed is shown: a mean of maps would be none of them.
function layerPoints(group, name, label, size) {
  const cell = group.cells.find((one) => one.label === label && one.size === size);
  return Object.keys(cell.series).flatMap((series) => {
    const match = LAYER_SERIES.exec(series);
    return match?.[1] !== name ? [] : seriesOf(cell, series).map((entry) => ({
      column: entry.first_place, row: Number(match[2]), value: numeric(entry.value)}));
  });
}

function layerNames(cells) {
  const names = new Set();
  for (const cell of cells) {
    for (const series of Object.keys(cell.series)) {
      const match = LAYER_SERIES.exec(series);
      if (match) {
        names.add(match[1]);
      }
    }
  }
  return [...names].sort();
}

function layerMapChart(report) {
  const chart = new Chart("layers", "Layers against places");
  chart.update = (group) => {
    const names = layerNames(group.cells);
    chart.node.hidden = names.length === 0;
    if (names.length === 0) {
      chart.empty("No cell has series of layers.");
      return;
    }
    const name = choices.oneOf("layer-series", names);
    const cells = group.cells.filter((cell) => layerNames([cell]).includes(name));
    const labels = [...new Set(cells.map((cell) => cell.label))].sort();
    const label = choices.oneOf("layer-policy", labels);
    const sizes = [...new Set(cells.filter((cell) => cell.label === label)
      .map((cell) => sizeText(cell.size)))];
    const size = choices.oneOf("layer-size", sizes);
    chart.controls.replaceChildren(...mapChoosers([
      {label: "series", key: "layer-series", values: names, chosen: name},
      {label: "policy", key: "layer-policy", values: labels, chosen: label},
      {label: "state size", key: "layer-size", values: sizes, chosen: size},
    ], () => chart.update(group)));
    const points = layerPoints(group, name, label, size === "unbounded" ? null : Number(size));
    drawMap(chart, {column: "first place", row: "layer", value: name}, points,
      `${label}, state size ${size}.`);
  };
  return chart;
}
