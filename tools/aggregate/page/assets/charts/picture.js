// An image of 256 colours as a PNG (ISO/IEC 15948) whose data are stored, not compressed: browsers
// and Node.js have no encoder in common.

function bigEndian(value) {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff);
}

const CRC_TABLE = Array.from({length: 256}, (_, start) => {
  let value = start;
  for (let bit = 0; bit < 8; ++bit) {
    value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  }
  return value;
});

function crc32(bytes) {
  return ~bytes.reduce((crc, byte) => CRC_TABLE[(crc ^ byte) & 0xff] ^ (crc >>> 8), ~0);
}

function adler32(bytes) {
  let [a, b] = [1, 0];
  for (const byte of bytes) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  return b * 65536 + a;
}

function chunk(type, data) {
  const content = [...type].map((letter) => letter.charCodeAt(0)).concat(data);
  return bigEndian(data.length).concat(content, bigEndian(crc32(content)));
}

// zlib's format (RFC 1950) around blocks that are stored (RFC 1951, section 3.2.4).
function stored(data) {
  const longest = 65535;
  let bytes = [0x78, 0x01];
  for (let at = 0; at < data.length; at += longest) {
    const block = data.slice(at, at + longest);
    const length = block.length;
    bytes = bytes.concat([at + length === data.length ? 1 : 0, length & 0xff, length >> 8,
      ~length & 0xff, (~length >> 8) & 0xff], block);
  }
  return bytes.concat(bigEndian(adler32(data)));
}

// "data:image/png;base64,..." of rows of colours, [red, green, blue] each, by their place; colour 0
// is transparent.
function pictureOf(rows, colors) {
  const palette = Array.from({length: 256}, (_, place) => colors[place] ?? [0, 0, 0]).flat();
  // Eight bits a pixel, by palette; no row has a filter.
  const header = bigEndian(rows[0].length).concat(bigEndian(rows.length), [8, 3, 0, 0, 0]);
  const bytes = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a].concat(chunk("IHDR", header),
    chunk("PLTE", palette), chunk("tRNS", [0]),
    chunk("IDAT", stored(rows.flatMap((row) => [0, ...row]))), chunk("IEND", []));
  return "data:image/png;base64," +
    btoa(bytes.map((byte) => String.fromCharCode(byte)).join(""));
}
