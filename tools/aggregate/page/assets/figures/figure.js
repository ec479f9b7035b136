// A chart by itself, on white: with its title, what was chosen and measured on below that, and the
// legend of its policies at its foot.

const INK = "#1b1d20";
const SOFT = "#5a6068";

// "setup" in lines of a figure's width: it is made of parts with bars between them.
function linesOf(text) {
  const lines = [];
  for (const part of text.split(" | ")) {
    if (lines.length === 0 || lines.at(-1).length + part.length > 118) {
      lines.push(part);
    } else {
      lines.push(`${lines.pop()} | ${part}`);
    }
  }
  return lines;
}

function figureSpec(chart, setup) {
  const {config} = chart.spec;
  // The title says which view it is.
  const choices = Object.entries(chart.choices).filter(([key]) => key !== "view").sort()
    .map(([key, value]) => key === "group" ? value : `${key} ${value}`).join(", ");
  const longest = Math.max(...chart.names.map((name) => name.length));
  const spec = {
    ...chart.spec,
    background: "white",
    padding: 12,
    // Title and legend stand around the plot and take nothing of its size.
    autosize: "pad",
    width: chart.names.length === 0 ? 1040 : 640,  // Three large maps beside each other.
    config: {...config,
      axis: {...config.axis, gridColor: "#d6d9dd", tickColor: SOFT, labelColor: INK,
        titleColor: INK},
      legend: {...config.legend, labelColor: INK, titleColor: INK},
      title: {color: INK, subtitleColor: SOFT}},
    title: {text: chart.title, subtitle: linesOf(plain(`${choices} | ${setup}`)), anchor: "start",
      frame: "group", fontSize: 14, subtitleFontSize: 11, offset: 14, subtitlePadding: 4},
  };
  return chart.names.length === 0 ? spec : {...spec, legends: [...(spec.legends ?? []), {
    stroke: "color", fill: "fill", shape: "shape", strokeDash: "dash", orient: "bottom",
    symbolStrokeWidth: 1.5, symbolSize: 70, rowPadding: 3, labelLimit: 0, columnPadding: 14,
    offset: 12, encode: {symbols: {update: {strokeDash: {value: []}}}},
    columns: Math.min(Math.max(Math.floor(700 / (40 + 7 * longest)), 1), chart.names.length)}]};
}
