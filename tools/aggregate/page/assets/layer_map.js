// Series of single layers ("kept_layer_3") of one policy at one size: layers against places.

function layerPoints(group, name, label, size) {
  const points = [];
  for (const cell of group.cells.filter((one) => one.label === label && one.size === size)) {
    for (const series of Object.keys(cell.series)) {
      const match = LAYER_SERIES.exec(series);
      if (match && match[1] === name) {
        points.push(...seriesOf(cell, series).map((entry) => ({layer: Number(match[2]), first: entry.first_place,
          end: entry.end_place, value: numeric(entry.value)})));
      }
    }
    break;  // One seed is shown: a mean of maps would be none of them.
  }
  return points.filter((point) => Number.isFinite(point.value));
}

function layerMapSpec(name, points) {
  const data = points.map((point) => ({...point, last: point.end - 1,
    tip: {layer: point.layer, places: `${point.first} to ${point.end - 1}`,
      [name]: short(point.value)}}));
  const distinct = (field) => [...new Set(data.map((point) => point[field]))].sort((a, b) => a - b);
  return {
    data: [{name: "points", values: data}],
    scales: [
      {name: "x", type: "band", domain: distinct("first"), range: "width"},
      {name: "y", type: "band", domain: distinct("layer").reverse(), range: "height"},
      {name: "color", type: "linear", domain: {data: "points", field: "value"}, zero: false,
        range: ["#440154", "#3b528b", "#21918c", "#5ec962", "#fde725"]},
    ],
    axes: [
      {orient: "bottom", scale: "x", title: "first place"},
      {orient: "left", scale: "y", title: "layer"},
    ],
    legends: [{fill: "color", title: name, type: "gradient", gradientLength: 200}],
    marks: [{type: "rect", name: "tiles", from: {data: "points"}, encode: {
      enter: {y: {scale: "y", field: "layer"}, height: {scale: "y", band: 1},
        fill: {scale: "color", field: "value"}, tooltip: {field: "tip"}},
      update: {x: {scale: "x", field: "first"}, width: {scale: "x", band: 1}}}}],
  };
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
    const again = (key, standard) => (value) => {
      choices.set(key, value, standard);
      chart.update(group);
    };
    const same = (list) => list.map((one) => [one, one]);
    chart.controls.replaceChildren(
      chooser("series", "layer-series", same(names), name, again("layer-series", names[0])),
      chooser("policy", "layer-policy", same(labels), label, again("layer-policy", labels[0])),
      chooser("state size", "layer-size", same(sizes), size, again("layer-size", sizes[0])));
    const points = layerPoints(group, name, label, size === "unbounded" ? null : Number(size));
    chart.draw(layerMapSpec(name, points), {header: ["layer", "first place", "last place", name],
      rows: points.map((point) => [String(point.layer), String(point.first),
        String(point.end - 1), short(point.value)])});
  };
  return chart;
}
