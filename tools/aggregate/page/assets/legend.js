// The policies, for all charts together: each can be switched off, and stands out while it is
// pointed at or has the focus.

function legendOf(report, group, charts) {
  const labels = [...new Set(group.cells.map((cell) => cell.label))].sort();
  const hidden = choices.list("hidden");
  const draw = () => charts.forEach((chart) => chart.update(group, hidden));
  const entries = labels.map((label) => {
    const box = element("input", {type: "checkbox", checked: !hidden.has(label),
      "data-label": label, onchange: () => {
        hidden[box.checked ? "delete" : "add"](label);
        choices.setList("hidden", hidden);
        draw();
      }});
    const light = (chosen) => () => charts.forEach((chart) => chart.highlight(chosen));
    return element("label", {onpointerenter: light(label), onpointerleave: light(null),
      onfocusin: light(label), onfocusout: light(null)}, box, named(report, label));
  });
  const all = (visible) => () => {
    labels.forEach((label) => hidden[visible ? "delete" : "add"](label));
    choices.setList("hidden", hidden);
    entries.forEach((entry) => { entry.querySelector("input").checked = visible; });
    draw();
  };
  draw();
  return element("fieldset", {id: "legend"}, element("legend", {}, "Policies"), entries,
    element("span", {class: "buttons"},
      element("button", {type: "button", onclick: all(true)}, "all"),
      element("button", {type: "button", onclick: all(false)}, "none")));
}
