// The filter of the table: words, all of which a cell must have somewhere, and conditions on
// columns, nll<3.2  state_size>=64  policy.name=tova.

const CONDITION = /^([^<>=!]+)(<=|>=|!=|<|>|=)(.+)$/;

const RELATIONS = {
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
};

// The value of a cell by the name of a column, a parameter, a metric or a measure.
function fieldOf(cell, name) {
  const entry = cell.metrics[name];
  if (entry) {
    return entry.value;
  }
  const direct = {label: cell.label, state: cell.state, sweep: cell.sweepName, id: cell.id,
    limited: String(cell.limited)};
  return cell.parameters[name] ?? cell.measures[name] ?? direct[name];
}

function isMet([, name, relation, wanted], cell) {
  const value = fieldOf(cell, name);
  if (relation === "=" || relation === "!=") {
    const equal = !isAbsent(value) && (plain(value).toLowerCase() === wanted ||
      (typeof value === "number" && value === Number(wanted)));
    return equal === (relation === "=");
  }
  const number = numeric(value);
  return !Number.isNaN(number) && RELATIONS[relation](number, Number(wanted));
}

// All that a word is looked for in; made once a cell.
function haystack(cell) {
  cell.text ??= [cell.label, sizeText(cell.size), cell.state, cell.sweepName, cell.folder, cell.id,
    cell.error, ...cell.warnings, ...Object.entries(cell.parameters).map(([key, value]) =>
      `${key}=${plain(value)}`)].join("\n").toLowerCase();
  return cell.text;
}

// Words may stand in quotes, for the spaces that they hold.
function wordsOf(text) {
  return [...text.toLowerCase().matchAll(/"([^"]*)"?|(\S+)/g)]
    .map((match) => match[1] ?? match[2]).filter((word) => word !== "");
}

function filterOf(text) {
  const tests = wordsOf(text).map((word) => {
    const condition = CONDITION.exec(word);
    return condition ? (cell) => isMet(condition, cell) : (cell) => haystack(cell).includes(word);
  });
  return (cell) => tests.every((test) => test(cell));
}
