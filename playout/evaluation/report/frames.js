// Draws the five kinds of frame (playout.core.frames). The shapes are those of playout.envs.drawing.
// Text is only ever set as text, never parsed as HTML.

const SERIES = ["#2d6cdf", "#d05a28", "#208c5a", "#8c54be", "#b8860b", "#3ca0b4"];

/** A new element; strings among the children become text, lone surrogates in them a mark. */
function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  set(node, attributes);
  const given = children.filter((child) => child !== null && child !== undefined);
  node.append(...given.map((child) => (typeof child === "string" ? child.toWellFormed() : child)));
  return node;
}

function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  set(node, attributes);
  node.append(...children.map((child) => (typeof child === "string" ? child.toWellFormed() : child)));
  return node;
}

function set(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(name, value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, String(value).toWellFormed());
  }
}

/** "#rgb" or "#rrggbb" mixed with white (amount > 0) or black (< 0); anything else is grey. */
function tint(colour, amount) {
  let digits = /^#([0-9a-f]{6}|[0-9a-f]{3})$/i.test(colour) ? colour.slice(1) : "888888";
  if (digits.length === 3) digits = [...digits].map((digit) => digit + digit).join("");
  const end = amount > 0 ? 255 : 0;
  const parts = [0, 2, 4].map((at) => {
    const part = parseInt(digits.slice(at, at + 2), 16);
    return Math.round(part + (end - part) * Math.abs(amount));
  });
  return `rgb(${parts.join(",")})`;
}

const disc = (x, y, radius) => (path) => path.arc(x, y, radius, 0, 2 * Math.PI);
const box = (reach, corner = 0) => (path) => path.roundRect(-reach, -reach, 2 * reach, 2 * reach, corner);
const polygon = (...points) => (path) => {
  points.forEach(([x, y], i) => (i ? path.lineTo(x, y) : path.moveTo(x, y)));
  path.closePath();
};
const rhombus = (reach) => polygon([0, -reach], [reach, 0], [0, reach], [-reach, 0]);
const body = (inset) => (path) => {
  path.ellipse(0, 0.82, 0.64 - inset, 0.76 - inset, 0, Math.PI, 2 * Math.PI);
  path.lineTo(0.64 - inset, 0.82 - inset);
  path.lineTo(-0.64 + inset, 0.82 - inset);
  path.closePath();
};

// Per shape, what is painted in order: a path on [-1, 1] x [-1, 1] and its tint.
const SHAPES = {
  square: [[box(1.01), 0]],
  tile: [
    [box(1.01), -0.22],
    [polygon([-1.01, -1.01], [0.87, -1.01], [0.87, 0.87], [-1.01, 0.87]), 0.16],
    [box(0.87), 0],
  ],
  crate: [
    [box(0.86, 0.16), -0.42],
    [box(0.73), 0],
    [box(0.5), -0.16],
    [polygon([-0.5, -0.5], [-0.28, -0.5], [0.5, 0.28], [0.5, 0.5], [0.28, 0.5], [-0.5, -0.28]), 0],
  ],
  disc: [[disc(0, 0, 0.6), -0.3], [disc(0, 0, 0.48), 0]],
  ring: [[(path) => { path.arc(0, 0, 0.62, 0, 2 * Math.PI); path.arc(0, 0, 0.4, 0, 2 * Math.PI, true); }, 0]],
  diamond: [[rhombus(0.52), -0.25], [rhombus(0.36), 0]],
  person: [[disc(0, -0.4, 0.4), -0.4], [body(0), -0.4], [disc(0, -0.4, 0.28), 0], [body(0.12), 0]],
};

function paintShape(context, shape, colour) {
  for (const [path, amount] of SHAPES[shape] || []) {
    context.beginPath();
    path(context);
    context.fillStyle = tint(colour, amount);
    context.fill();
  }
}

/** A canvas of CSS size width x height with its context, sharp on dense displays. */
function canvas(width, height, label) {
  const dense = window.devicePixelRatio || 1;
  const node = el("canvas", { role: "img", "aria-label": label, width: Math.round(width * dense), height: Math.round(height * dense) });
  node.style.width = `${width}px`;
  const context = node.getContext("2d");
  context.scale(dense, dense);
  return [node, context];
}

function drawGrid(frame) {
  const rows = frame.cells.length;
  const columns = rows ? frame.cells[0].length : 0;
  const cell = Math.max(6, Math.min(48, Math.floor(460 / Math.max(rows, columns, 1))));
  const label = frame.cells.map((row) => row.map((kind) => frame.legend[kind].name).join(", ")).join("; ");
  const [node, context] = canvas(columns * cell, rows * cell, label);
  frame.cells.forEach((row, y) => row.forEach((kind, x) => {
    context.save();
    context.beginPath();
    context.rect(x * cell, y * cell, cell, cell);
    context.clip();
    context.translate((x + 0.5) * cell, (y + 0.5) * cell);
    context.scale(cell / 2, cell / 2);
    for (const [shape, colour] of frame.legend[kind].layers) paintShape(context, shape, colour);
    context.restore();
  }));
  return node;
}

/** Isometric: x runs down to the right, z down to the left, y up. */
function drawVoxels(frame) {
  const [width, height, depth] = frame.size;
  const cell = Math.max(6, Math.min(56, Math.floor(920 / (width + depth + 1) / 2) * 2));
  const half = cell / 2;
  const quarter = cell / 4;
  const counts = new Map();
  for (const block of frame.blocks) {
    const name = frame.legend[block[3]].name;
    counts.set(name, (counts.get(name) || 0) + 1);
  }
  const label = [...counts].map(([name, count]) => `${count} ${name}`).join(", ") || "empty";
  const [node, context] = canvas((width + depth) * half, (width + depth) * quarter + (height + 1) * half, label);
  const at = (x, y, z) => [(x - z + depth) * half, (x + z) * quarter + (height - y) * half + quarter];
  const face = (points, colour, edge) => {
    context.beginPath();
    polygon(...points.map((point) => at(...point)))(context);
    context.fillStyle = colour;
    context.fill();
    context.strokeStyle = edge || colour;
    context.lineWidth = 0.75;
    context.stroke();
  };
  for (let x = 0; x < width; x += 1) for (let z = 0; z < depth; z += 1) {
    face([[x, 0, z], [x + 1, 0, z], [x + 1, 0, z + 1], [x, 0, z + 1]], "#f0f0eb", "#dededa");
  }
  const taken = new Set(frame.blocks.map((block) => block.slice(0, 3).join()));
  const hidden = ([x, y, z]) => [[x + 1, y, z], [x, y + 1, z], [x, y, z + 1]].every((near) => taken.has(near.join()));
  const cube = ([x, y, z, kind]) => () => {
    const colour = frame.legend[kind].colour;
    const [X, Y, Z] = [x + 1, y + 1, z + 1];
    face([[x, Y, z], [X, Y, z], [X, Y, Z], [x, Y, Z]], tint(colour, 0.16), tint(colour, 0.06));
    face([[x, Y, Z], [X, Y, Z], [X, y, Z], [x, y, Z]], tint(colour, -0.1), tint(colour, -0.2));
    face([[X, Y, z], [X, Y, Z], [X, y, Z], [X, y, z]], tint(colour, -0.3), tint(colour, -0.4));
  };
  const figure = (mark) => () => {
    const [x, y] = at(mark.at[0] + 0.5, mark.at[1] + 0.5, mark.at[2] + 0.5);
    context.save();
    context.translate(x, y);
    context.scale(half, half);
    paintShape(context, "person", mark.colour);
    context.restore();
  };
  const depthOf = (place) => place[0] + place[1] + place[2];
  const things = [
    ...frame.blocks.filter((block) => !hidden(block)).map((block) => [depthOf(block), cube(block)]),
    ...(frame.marks || []).map((mark) => [depthOf(mark.at), figure(mark)]),
  ];
  things.sort((one, other) => one[0] - other[0]).forEach(([, paint]) => paint());
  return node;
}

function drawChat(frame) {
  const speakers = [...new Set(frame.messages.map((message) => message.speaker))];
  const messages = frame.messages.map((message) => {
    const colour = SERIES[speakers.indexOf(message.speaker) % SERIES.length];
    const who = el("div", { class: "who" }, String(message.speaker));
    const node = el("div", { class: "message" }, who, el("div", { class: "said" }, String(message.text)),
      message.note ? el("div", { class: "remark" }, String(message.note)) : null);
    node.style.borderColor = colour;
    return node;
  });
  const facts = Object.entries(frame.facts || {}).map(([name, value]) => el("span", {}, `${name}: ${value}`));
  const chat = el("div", { class: "chat", tabindex: 0, role: "log", "aria-label": "Conversation" }, ...messages);
  requestAnimationFrame(() => { chat.scrollTop = chat.scrollHeight; });
  const track = (frame.lines || []).some((line) => line.values.length > 1) ? drawSeries(frame) : null;
  return el("div", {}, facts.length ? el("div", { class: "facts-line" }, ...facts) : null, chat, track);
}

function drawRooms(frame) {
  const places = frame.places.map((place) => el("div", { class: place.name === frame.agent ? "place here" : "place" },
    el("b", {}, place.name), place.state ? ` (${place.state})` : "",
    place.name === frame.agent ? el("span", { class: "a" }, " · here") : null,
    el("p", {}, place.things.join(", "))));
  const holding = (frame.holding || []).join(", ") || "nothing";
  const room = el("div", { class: "places" }, ...places);
  requestAnimationFrame(() => {
    const here = room.querySelector(".here");
    if (here) room.scrollTop = here.offsetTop - room.offsetTop - (room.clientHeight - here.clientHeight) / 2;
  });
  return el("div", {}, el("div", { class: "facts-line" }, `Holding ${holding}`), room);
}

function drawSeries(frame) {
  const known = frame.lines.flatMap((line) => line.values).filter((value) => value !== null);
  let [low, high] = known.length ? [Math.min(...known), Math.max(...known)] : [0, 1];
  if (low === high) [low, high] = [low - 0.5, high + 0.5];
  const longest = Math.max(2, ...frame.lines.map((line) => line.values.length));
  const [left, right, top, bottom] = [56, 470, 10, 230];
  const x = (i) => left + ((right - left) * i) / (longest - 1);
  const y = (value) => bottom - ((bottom - top) * (value - low)) / (high - low);
  const picture = svg("svg", { class: "series", viewBox: "0 0 480 262", role: "img", "aria-label": frame.lines.map((line) => line.name).join(", ") });
  for (const share of [0, 0.5, 1]) {
    const value = low + (high - low) * share;
    picture.append(svg("line", { x1: left, x2: right, y1: y(value), y2: y(value), stroke: "var(--line)" }));
    picture.append(svg("text", { x: left - 8, y: y(value) + 4, "text-anchor": "end" }, shortNumber(value)));
  }
  frame.lines.forEach((line, i) => {
    const points = line.values.map((value, at) => (value === null ? " M" : `${x(at).toFixed(1)},${y(value).toFixed(1)}`));
    const path = `M${points.join(" ")}`.replace(/M\s*(M\s*)*/g, "M").replace(/M$/, "");
    picture.append(svg("path", { d: path, fill: "none", stroke: SERIES[i % SERIES.length], "stroke-width": 2, "stroke-linejoin": "round" }));
  });
  const axes = [frame.y, frame.x].filter(Boolean).join(" over ");
  picture.append(svg("text", { x: (left + right) / 2, y: 254, "text-anchor": "middle" }, axes));
  const key = frame.lines.map((line, i) => {
    const name = el("span", {}, line.name);
    name.style.color = SERIES[i % SERIES.length];
    return name;
  });
  return el("div", {}, el("div", { class: "key" }, ...key), picture);
}

const DRAWERS = { grid: drawGrid, voxels: drawVoxels, chat: drawChat, rooms: drawRooms, series: drawSeries };

/** A figure of one frame. */
function drawFrame(frame) {
  const drawer = Object.hasOwn(DRAWERS, frame.kind) ? DRAWERS[frame.kind] : null;
  const drawn = drawer ? drawer(frame) : el("pre", {}, JSON.stringify(frame, null, 1));
  return el("figure", { class: "frame" }, drawn, frame.caption ? el("figcaption", {}, String(frame.caption)) : null);
}

function shortNumber(value) {
  if (value === null || value === undefined) return "n/a";
  if (typeof value !== "number") return String(value);
  if (Number.isInteger(value)) return value.toLocaleString("en");
  return Math.abs(value) >= 1000 ? Math.round(value).toLocaleString("en") : String(Number(value.toPrecision(3)));
}
