// Where the numbers come from, as the report has it.

function valueList(value) {
  if (Array.isArray(value)) {
    return value.length === 0 ? "-"
      : element("ul", {}, value.map((one) => element("li", {}, valueList(one))));
  }
  if (value !== null && typeof value === "object") {
    return Object.entries(value).map(([key, one]) => `${key} ${plain(one)}`).join(" · ");
  }
  return plain(value);
}

function sweepRows(report) {
  const counts = ["planned", "done", "failed", "partial", "missing", "limited"];
  return plainTable("Sweeps", ["name", "folder", ...counts],
    report.json.sweeps.map((sweep) => [sweep.name, sweep.folder,
      ...counts.map((count) => String(sweep[count]))]), counts.map((_, place) => place + 2));
}

function provenanceSection(report) {
  const entries = Object.entries(report.json.provenance).filter(([, value]) =>
    !isAbsent(value) && !(Array.isArray(value) && value.length === 0));
  return [
    sweepRows(report),
    element("dl", {},
      element("dt", {}, "intervals"), element("dd", {}, report.json.method),
      element("dt", {}, "report"), element("dd", {}, report.json.generated),
      entries.map(([name, value]) => [element("dt", {}, name),
        element("dd", {}, valueList(value))])),
  ];
}
