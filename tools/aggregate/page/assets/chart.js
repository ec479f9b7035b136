// The charts of a group (charts/all.js), live. One of each kind is seen; what the reader chooses
// (metric, cache size, ...) governs all of them.

const vega = loadVega();

const tooltip = {
  node: null,

  show(event, entries) {
    this.node ??= document.body.appendChild(element("div", {id: "tooltip", role: "tooltip"}));
    this.node.replaceChildren(element("table", {}, entries.map(([key, text]) =>
      element("tr", {}, element("th", {}, key), element("td", {}, text)))));
    this.node.hidden = false;
    const box = this.node.getBoundingClientRect();
    const right = event.clientX + 14 + box.width < innerWidth;
    const below = event.clientY + 14 + box.height < innerHeight;
    this.node.style.left =
      `${Math.max(0, right ? event.clientX + 14 : event.clientX - box.width - 10)}px`;
    this.node.style.top = `${below ? event.clientY + 14 : event.clientY - box.height - 10}px`;
  },

  hide() {
    if (this.node) {
      this.node.hidden = true;
    }
  },
};

// The columns of a chart that a point has, as [title, text].
function entriesOf(chart, point) {
  return chart.columns.filter(([, field]) => !isAbsent(point[field])).map(([title, field]) => {
    const value = point[field];
    const inInterval = ["y", "low", "high"].includes(field);
    return [title, field === "p" ? probability(value)
      : inInterval ? supported(value, point.low, point.high) : short(value)];
  });
}

function tableOf(chart) {
  const header = chart.columns.map(([title]) => title);
  const rows = chart.spec.data[0].values.map((point) => {
    const texts = new Map(entriesOf(chart, point));
    return header.map((title) => texts.get(title) ?? "");
  });
  const isNumber = (field) => chart.spec.data[0].values.every((point) =>
    isAbsent(point[field]) || typeof point[field] === "number");
  return plainTable(chart.title, header, rows,
    chart.columns.flatMap(([, field], place) => isNumber(field) ? [place] : []));
}

// The place of the charts of one kind.
class Slot {
  constructor(kind, charts) {
    this.charts = charts;
    this.caption = element("figcaption");
    this.drawing = element("div", {class: "drawing"});
    this.note = element("p", {class: "note"});
    this.data = element("div");
    this.node = element("figure", {id: `chart-${kind}`, class: "chart"}, this.caption,
      this.drawing, this.note, this.data);
    this.view = null;
    new ResizeObserver(() => this.fit()).observe(this.drawing);
  }

  width() {
    return Math.max(180, this.drawing.clientWidth - 10);
  }

  fit() {
    if (this.view && this.drawing.clientWidth > 0 && this.view.width() !== this.width()) {
      this.view.width(this.width()).run();
    }
  }

  close() {
    this.view?.finalize();
    this.view = null;
  }

  // Shows the chart that fits all that is chosen; where only the view does not, that of another.
  show(chosen, hidden) {
    const fits = (chart, ...ignored) => Object.entries(chart.choices).every(([key, value]) =>
      ignored.includes(key) || chosen.get(key) === value);
    const chart = this.charts.find((one) => fits(one)) ??
      this.charts.find((one) => fits(one, "view"));
    this.node.hidden = !chart;
    this.close();
    tooltip.hide();
    if (!chart) {
      return;
    }
    this.caption.textContent = chart.title;
    this.note.textContent = chart.note;
    if (!chart.spec) {
      this.drawing.replaceChildren();
      this.data.replaceChildren();
      return;
    }
    const count = chart.spec.data[0].values.length;
    const picture = element("div", {role: "img",
      "aria-label": `${chart.title}: ${plural(count, "point")}, below as a table`});
    this.drawing.replaceChildren(picture);
    const spec = {...chart.spec, width: this.width()};
    this.view = new vega.View(vega.parse(spec, null, {ast: true}), {
      renderer: "svg", container: picture, hover: true, expr: vega.interpreter, loader: NO_LOADER,
    }).signal("hidden", [...hidden]).tooltip((_, event, __, point) => {
      if (point && typeof point === "object") {
        tooltip.show(event, entriesOf(chart, point));
      } else {
        tooltip.hide();
      }
    }).run();
    this.data.replaceChildren(fold("as a table", () => tableOf(chart)));
  }

  signal(name, value) {
    this.view?.signal(name, value).run();
  }
}

// The keys of choices in the order of their drop-downs.
const CHOICES = ["metric", "view", "cache size", "series", "series by category", "map", "setting"];

class Charts {
  constructor(report) {
    this.report = report;
    this.hidden = choices.list("hidden");
    this.controls = element("div", {class: "controls", id: "choices"});
    this.legend = element("div");
    this.holder = element("div", {id: "charts"});
    this.nodes = [this.controls, this.legend, this.holder];
  }

  // Makes the charts of a group.
  open(group) {
    this.group = group;
    const byKind = new Map();
    const charts = makeCharts(this.report, [group]);
    for (const chart of charts) {
      byKind.set(chart.kind, [...(byKind.get(chart.kind) ?? []), chart]);
    }
    this.slots?.forEach((slot) => slot.close());
    this.slots = [...byKind].map(([kind, ofKind]) => new Slot(kind, ofKind));
    this.holder.replaceChildren(...this.slots.map((slot) => slot.node));
    this.values = new Map(CHOICES.map((key) =>
      [key, [...new Set(charts.map((chart) => chart.choices[key]))].filter(
        (value) => value !== undefined)]));
    this.values.get("cache size").sort((a, b) => Number(a) - Number(b));
    this.legend.replaceChildren(this.legendOf(group));
    this.show();
  }

  show() {
    const chosen = new Map([["group", this.group.title]]);
    const selects = [];
    for (const [key, values] of this.values) {
      const id = key.replaceAll(" ", "-");
      chosen.set(key, choices.oneOf(id, values));
      if (values.length > 1) {
        selects.push(chooser(key, id, values.map((value) => [value, value]), chosen.get(key),
          (value) => {
            choices.set(id, value, values[0]);
            this.show();
            document.getElementById(id).focus();
          }));
      }
    }
    this.controls.replaceChildren(...selects);
    this.slots.forEach((slot) => slot.show(chosen, this.hidden));
  }

  all(signal, value) {
    this.slots.forEach((slot) => slot.signal(signal, value));
  }

  // The policies: each can be switched off, and stands out while it is pointed at or has the focus.
  legendOf(group) {
    const labels = [...new Set(group.cells.map((cell) => cell.label))].sort();
    const name = (label) => this.report.name(label);
    const change = () => {
      choices.setList("hidden", this.hidden);
      this.all("hidden", [...this.hidden]);
    };
    const entries = labels.map((label) => {
      const box = element("input", {type: "checkbox", checked: !this.hidden.has(name(label)),
        "data-label": label, onchange: () => {
          this.hidden[box.checked ? "delete" : "add"](name(label));
          change();
        }});
      const light = (chosen) => () => this.all("policy", chosen);
      return element("label", {onpointerenter: light(name(label)), onpointerleave: light(null),
        onfocusin: light(name(label)), onfocusout: light(null)}, box, named(this.report, label));
    });
    const all = (visible) => () => {
      labels.forEach((label) => this.hidden[visible ? "delete" : "add"](name(label)));
      entries.forEach((entry) => { entry.querySelector("input").checked = visible; });
      change();
    };
    return element("fieldset", {id: "legend"}, element("legend", {}, "Policies"), entries,
      element("span", {class: "buttons"},
        element("button", {type: "button", onclick: all(true)}, "all"),
        element("button", {type: "button", onclick: all(false)}, "none")));
  }
}
