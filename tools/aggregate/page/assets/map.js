// A map: rows against columns, the value as a colour that is as readable without hue.

const VIRIDIS = ["#440154", "#3b528b", "#21918c", "#5ec962", "#fde725"];

// `titles` and `points` have a column, a row and a value.
function mapSpec(titles, points) {
  const data = points.map((point) => ({...point, tip: {[titles.row]: point.row,
    [titles.column]: point.column, [titles.value]: short(point.value)}}));
  // Numbers in their order, texts in that in which they come.
  const distinct = (field) => [...new Set(data.map((point) => point[field]))].sort((a, b) =>
    typeof a === "number" ? a - b : 0);
  return {
    data: [{name: "points", values: data}],
    scales: [
      {name: "x", type: "band", domain: distinct("column"), range: "width"},
      {name: "y", type: "band", domain: distinct("row").reverse(), range: "height"},
      {name: "color", type: "linear", domain: {data: "points", field: "value"}, zero: false,
        range: VIRIDIS},
    ],
    axes: [
      {orient: "bottom", scale: "x", title: titles.column},
      {orient: "left", scale: "y", title: titles.row},
    ],
    legends: [{fill: "color", title: titles.value, type: "gradient", gradientLength: 200}],
    marks: [{type: "rect", name: "tiles", from: {data: "points"}, encode: {
      enter: {y: {scale: "y", field: "row"}, height: {scale: "y", band: 1},
        fill: {scale: "color", field: "value"}, tooltip: {field: "tip"}},
      update: {x: {scale: "x", field: "column"}, width: {scale: "x", band: 1}}}}],
  };
}

function drawMap(chart, titles, points, note) {
  const finite = points.filter((point) => Number.isFinite(point.value));
  if (finite.length === 0) {
    chart.empty("None of these cells has a number.");
    return;
  }
  chart.draw(mapSpec(titles, finite), {header: [titles.row, titles.column, titles.value],
    rows: finite.map((point) => [String(point.row), String(point.column), short(point.value)])},
    note);
}

// Selects with the keys of `choices`, each of one of its values; again() draws with what is chosen.
function mapChoosers(selects, again) {
  return selects.map(({label, key, values, chosen}) =>
    chooser(label, key, values.map((value) => [value, value]), chosen, (value) => {
      choices.set(key, value, values[0]);
      again();
    }));
}
