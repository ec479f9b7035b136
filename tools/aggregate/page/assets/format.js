// Numbers and values as a person reads them.

// JSON has no NaN and no infinity: the report holds them as text. What is absent is NaN.
function numeric(value) {
  if (typeof value === "number") {
    return value;
  }
  return {inf: Infinity, "-inf": -Infinity}[value] ?? NaN;
}

function isAbsent(value) {
  return value === null || value === undefined;
}

// Four digits, without an exponent where the number is of a usual size.
function short(value) {
  if (isAbsent(value) || typeof value === "string") {
    return isAbsent(value) ? "" : value;
  }
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e9) {
    return String(value);
  }
  if (size !== 0 && (size < 1e-4 || size >= 1e9)) {
    return value.toExponential(3);
  }
  const decimals = Math.min(6, Math.max(0, 3 - Math.floor(Math.log10(size || 1))));
  return value.toFixed(decimals);
}

// "3.628 ± 0.194": as many decimals as give the error two digits.
function withError(value, error) {
  const spread = numeric(error);
  if (typeof value !== "number" || !Number.isFinite(spread) || spread <= 0) {
    return short(value);
  }
  const decimals = Math.min(8, Math.max(0, 1 - Math.floor(Math.log10(spread))));
  return `${value.toFixed(decimals)} ± ${spread.toFixed(decimals)}`;
}

// The value with as many decimals as its interval supports: two digits of half its width.
function supported(value, low, high) {
  const half = (numeric(high) - numeric(low)) / 2;
  if (typeof value !== "number" || !Number.isFinite(half) || half <= 0) {
    return short(value);
  }
  return value.toFixed(Math.min(8, Math.max(0, 1 - Math.floor(Math.log10(half)))));
}

// "+0.181"
function signed(value, low, high) {
  return (value > 0 ? "+" : "") + supported(value, low, high);
}

// "+0.181 [0.149, 0.218]"
function withInterval(value, low, high, sign = false) {
  const text = (one) => supported(one, low, high);
  return (sign ? signed(value, low, high) : text(value)) + (isAbsent(low) && isAbsent(high) ? ""
    : ` [${text(low)}, ${text(high)}]`);
}

function probability(p) {
  return isAbsent(p) ? "" : p < 0.0001 ? "< 0.0001" : Number(p).toFixed(4);
}

function bytes(value) {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let size = numeric(value);
  if (!Number.isFinite(size)) {
    return isAbsent(value) ? "" : String(value);
  }
  let unit = 0;
  for (; size >= 1024 && unit + 1 < units.length; ++unit) {
    size /= 1024;
  }
  return `${unit === 0 ? size : size.toFixed(1)} ${units[unit]}`;
}

// Any value of the report as one line, fit for XML: control characters are spaces.
function plain(value) {
  if (isAbsent(value)) {
    return "-";
  }
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  return text.replace(/[\u0000-\u001f\u007f-\u009f\ufffe\uffff]/g, " ");
}

// "nll (nats/token)"
function withUnit(name, unit) {
  return plain(name) + (unit ? ` (${plain(unit)})` : "");
}

// "context_length" of "experiment.context_length".
function lastPart(key) {
  return key.slice(key.lastIndexOf(".") + 1);
}

function sizeText(size) {
  return isAbsent(size) ? "unbounded" : String(size);
}

function plural(count, word) {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}
