// The maps of cells, one chart for each cache size with a panel for each policy, all on one scale of
// colours. Colours are viridis (van der Walt and Smith, 2015), which grows in lightness.

const VIRIDIS = ["#440154", "#3b528b", "#21918c", "#5ec962", "#fde725"];

// Tiles of a panel that are drawn one by one; a larger panel is an image.
const MOST_TILES = 1600;

// Axes are {title, ticks}; panels {label, rows} with null where there is no value.
function extentOf(panels) {
  let [low, high] = [Infinity, -Infinity];
  for (const value of panels.flatMap((panel) => panel.rows).flat()) {
    if (Number.isFinite(value)) {
      [low, high] = [Math.min(low, value), Math.max(high, value)];
    }
  }
  return [low, high];
}

// 255 colours from the lowest value to the highest, behind one for what has none.
function viridis() {
  const stops = VIRIDIS.map((color) => [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16)));
  return [[0, 0, 0], ...Array.from({length: 255}, (_, place) => {
    const at = 4 * place / 254;
    const stop = Math.min(3, Math.floor(at));
    return [0, 1, 2].map((part) =>
      Math.round((1 - at + stop) * stops[stop][part] + (at - stop) * stops[stop + 1][part]));
  })];
}

// The last row of the axis is on top.
function imageOf(panel, low, high) {
  const pixel = (value) => !Number.isFinite(value) ? 0
    : 1 + Math.round(high > low ? 254 * (value - low) / (high - low) : 0);
  return pictureOf(panel.rows.map((row) => row.map(pixel)).reverse(), viridis());
}

function mapPoints({x, y, panels}, isImage, low, high) {
  return panels.flatMap((panel) => isImage ? [{label: panel.label, image: imageOf(panel, low, high)}]
    : panel.rows.flatMap((row, line) => row.flatMap((v, column) => Number.isFinite(v)
      ? [{label: panel.label, x: x.ticks[column], y: y.ticks[line], v}] : [])));
}

const hasNames = (axis) => typeof axis.ticks[0] === "string";

// About eight ticks of numbers; every name of rows.
function mapAxis(axis) {
  const step = Math.ceil(axis.ticks.length / 8);
  return {title: axis.title, ...(!hasNames(axis) && step > 1
    ? {values: axis.ticks.filter((_, place) => place % step === 0)} : {})};
}

function pixelsOf(axis, least) {
  const wanted = (hasNames(axis) ? 14 : 12) * axis.ticks.length;
  return Math.min(Math.max(wanted, least), hasNames(axis) ? 900 : 260);
}

const TILES = {
  type: "rect", name: "tiles", from: {data: "panel"},
  encode: {enter: {fill: {scale: "value", field: "v"}, tooltip: {signal: "datum"},
    x: {scale: "x", field: "x"}, width: {scale: "x", band: 1},
    y: {scale: "y", field: "y"}, height: {scale: "y", band: 1}}},
};
const IMAGE = {
  type: "image", name: "images", from: {data: "panel"},
  encode: {enter: {url: {field: "image"}, aspect: {value: false}, smooth: {value: false},
    x: {value: 0}, y: {value: 0}, width: {signal: "panelWidth"}, height: {signal: "panelHeight"}}},
};

// The chart in a list; an empty one when there is no value.
function drawMaps(report, maps, chart) {
  const [low, high] = extentOf(maps.panels);
  if (!(low <= high)) {
    return [];
  }
  const {x, y} = maps;
  const isImage = x.ticks.length * y.ticks.length > MOST_TILES;
  const spec = startSpec(report, mapPoints(maps, isImage, low, high), chart);
  chart.names = [];  // Each panel has its own above it.
  spec.autosize = "pad";
  spec.height = 1;  // The panels make the height, and the legend stands below them.
  spec.signals.push({name: "panelWidth", value: pixelsOf(x, 180)},
    {name: "panelHeight", value: pixelsOf(y, 120)});
  spec.layout = {padding: {row: 30, column: 26}, bounds: "full", align: "each",
    columns: {signal: "max(1, floor(width / (panelWidth + 80)))"}};
  spec.scales.push(
    {name: "x", type: "band", range: [0, {signal: "panelWidth"}], domain: x.ticks},
    {name: "y", type: "band", range: [{signal: "panelHeight"}, 0], domain: y.ticks},
    {name: "value", type: "linear", zero: false, range: VIRIDIS,
      domain: [low, high > low ? high : low + 1]});
  spec.marks = [{
    type: "group", name: "panels",
    from: {facet: {name: "panel", data: "points", groupby: "label"}},
    sort: {field: "datum.label"},
    title: {text: {signal: "parent.label"}, frame: "group", fontSize: 12, offset: 6,
      fontWeight: "normal", limit: 260},
    encode: {update: {width: {signal: "panelWidth"}, height: {signal: "panelHeight"}}},
    axes: [{orient: "bottom", scale: "x", ...mapAxis(x)},
      {orient: "left", scale: "y", labelLimit: 120, ...mapAxis(y),
        ...(hasNames(y) ? {labelOverlap: false} : {})}],
    marks: [isImage ? IMAGE : TILES],
  }];
  spec.legends = [{fill: "value", type: "gradient", orient: "bottom", gradientLength: 220,
    direction: "horizontal", title: maps.value}];
  chart.columns = isImage ? [["policy", "label"]]
    : [["policy", "label"], [x.title, "x"], [y.title, "y"], [maps.value, "v"]];
  chart.note += !isImage ? "" : ` Each image has ${x.ticks.length} x ${y.ticks.length} values: ` +
    "they are in result.json (maps).";
  return [chart];
}

// Ticks that are the same text once it is one line stay apart.
function axisFrom({name, ticks}) {
  const taken = new Set();
  return {title: plain(name), ticks: ticks.map((tick) => {
    let text = typeof tick === "number" ? tick : plain(tick);
    for (let number = 2; taken.has(text); ++number) {
      text = `${plain(tick)} (${number})`;
    }
    taken.add(text);
    return text;
  })};
}

// The maps of a name and cache size that have the axes of the first; of several seeds the first.
function mapsOf(report, cells, name, size) {
  const maps = {panels: []};
  for (const cell of cells) {
    const map = cell.maps[name];
    const label = report.name(cell.label);
    if (!map || !(cell.size === size || (size !== null && cell.size === null)) ||
        maps.panels.some((panel) => panel.label === label)) {
      continue;
    }
    const [x, y] = [axisFrom(map.x), axisFrom(map.y)];
    const fits = maps.panels.length === 0 || JSON.stringify([x.ticks, y.ticks]) ===
      JSON.stringify([maps.x.ticks, maps.y.ticks]);
    if (fits && x.ticks.length > 0 && y.ticks.length > 0) {
      Object.assign(maps, {x, y, value: withUnit(name, map.unit)});
      maps.panels.push({label, rows: map.values});
    }
  }
  return maps;
}

function ownMaps(report, group) {
  const names = [...new Set(group.cells.flatMap((cell) => Object.keys(cell.maps)))].sort();
  return names.flatMap((name) => {
    const sizes = [...new Set(group.cells.filter((cell) => cell.maps[name])
      .map((cell) => cell.size))].sort((a, b) => (a ?? -1) - (b ?? -1));
    return sizes.flatMap((size) => {
      const chart = chartOf("map", [name, `state-${sizeText(size)}`], "Maps", group);
      chart.name += "-map";
      chart.note = sizeNote(size, group.cells);
      chart.choices.map = name;
      chart.choices["cache size"] = sizeText(size);
      return drawMaps(report, mapsOf(report, group.cells, name, size), chart);
    });
  });
}
