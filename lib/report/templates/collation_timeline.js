/* When the runs ran: bars in lanes on a canvas, which draws thousands of them at once. */
// deno-lint-ignore no-unused-vars
function makeTimeline({ rows, statuses, timeline }, isShown) {
  const { from, length, lanes, bars, breaks, reused, unknown } = timeline;
  const breakWidth = 26, axisHeight = 38, margin = 2;
  const canvas = document.createElement("canvas");
  const tip = document.createElement("div");
  const about = document.createElement("p");
  const box = document.createElement("section");
  const frame = document.createElement("div");
  const zoom = document.createElement("input");
  const keys = {};
  tip.className = "tip";
  tip.hidden = true;
  about.className = "note";
  about.textContent = describe();
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", `Timeline: ${about.textContent}`);
  box.className = "timeline";
  // The legend also tells which colours the page has just now.
  const legend = document.createElement("p");
  legend.className = "legend";
  for (const { kind, label } of statuses) {
    const key = document.createElement("span");
    key.className = kind;
    key.textContent = label;
    keys[kind] ??= key;
    legend.append(key);
  }
  zoom.type = "range";
  zoom.min = zoom.step = zoom.value = "1";
  zoom.max = "20";
  zoom.addEventListener("input", draw);
  const zoomLabel = document.createElement("label");
  zoomLabel.className = "size";
  zoomLabel.append("Zoom ", zoom);
  if (bars.length > 60) legend.append(zoomLabel);
  frame.className = "frame-x";
  frame.tabIndex = 0;
  frame.setAttribute("role", "region");
  frame.setAttribute("aria-label", "Timeline");
  frame.append(canvas);
  box.append(legend, frame, tip, about);
  frame.hidden = legend.hidden = bars.length === 0;

  const pieces = [];
  let start = 0;
  for (const [end, next] of [...breaks, [length, length]]) {
    pieces.push([start, end]);
    start = next;
  }
  const busy = Math.max(1, pieces.reduce((sum, [a, b]) => sum + b - a, 0));
  let scale = 1, lane = 20, selected = -1;

  function describe() {
    if (bars.length === 0) return reused > 0 ? "All runs were reused, so nothing ran" : "No times are known";
    const clock = (t) => new Date(from + t).toISOString().slice(0, 19).replace("T", " ");
    const first = clock(0), last = clock(length);
    const parts = [`${bars.length.toLocaleString("en")} run${bars.length === 1 ? "" : "s"} from ${first} to ${first.slice(0, 10) === last.slice(0, 10) ? last.slice(11) : last} UTC, at most ${lanes} at a time`];
    if (breaks.length > 0) parts.push(`idle times left out: ${breaks.map(([a, b]) => lasting(b - a)).join(", ")}`);
    if (reused > 0) parts.push(`${reused} reused run${reused === 1 ? "" : "s"} ran earlier and ${reused === 1 ? "is" : "are"} not shown`);
    if (unknown > 0) parts.push(`${unknown} without known times`);
    return parts.join("; ");
  }
  function lasting(ms) {
    const units = [[86400000, "d"], [3600000, "h"], [60000, "min"], [1000, "s"]];
    const [unit, name] = units.find(([unit]) => ms >= unit) ?? [1, "ms"];
    return `${+(ms / unit).toFixed(ms < 10 * unit && unit > 1 ? 1 : 0)} ${name}`;
  }
  function xOf(t) {
    let x = margin;
    for (const [a, b] of pieces) {
      if (t <= b) return x + Math.max(0, t - a) * scale;
      x += (b - a) * scale + breakWidth;
    }
    return x - breakWidth;
  }
  function draw() {
    const ratio = devicePixelRatio || 1;
    // Browsers draw nothing on a canvas that is too wide.
    const width = Math.min(box.clientWidth * zoom.value, Math.max(box.clientWidth, 16000 / ratio));
    if (width === 0 || bars.length === 0) return;
    lane = Math.max(3, Math.min(24, Math.floor(560 / lanes)));
    const height = lanes * lane + axisHeight;
    canvas.width = width * ratio;
    canvas.height = height * ratio;
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
    scale = Math.max(1e-9, width - 2 * margin - breaks.length * breakWidth) / busy;
    const pen = canvas.getContext("2d");
    pen.scale(ratio, ratio);
    const color = (element, name = "color") => getComputedStyle(element)[name];
    const style = { ink: color(about), line: color(legend, "borderBottomColor"), ground: color(document.documentElement, "backgroundColor"), font: color(about, "fontFamily") };
    drawAxis(pen, lanes * lane, width, style);
    drawBars(pen, Object.fromEntries(Object.entries(keys).map(([kind, key]) => [kind, color(key)])), style);
  }
  function drawAxis(pen, bottom, width, { ink, line, font }) {
    const steps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 15e3, 3e4, 6e4, 12e4, 3e5, 6e5, 9e5, 18e5, 36e5, 72e5, 108e5, 216e5, 432e5, 864e5, 1728e5, 6048e5];
    const step = steps.find((ms) => ms * scale >= 84) ?? 6048e5;
    const clock = (t) => new Date(from + t).toISOString();
    pen.font = `11px ${font}`;
    pen.lineWidth = 1;
    let day = "", free = 0;
    pieces.forEach(([a, b], i) => {
      for (let t = Math.ceil((from + a) / step) * step - from; t <= b; t += step) {
        const x = Math.round(xOf(t)) + .5;
        pen.strokeStyle = line;
        pen.beginPath();
        pen.moveTo(x, 0);
        pen.lineTo(x, bottom + 5);
        pen.stroke();
        const text = clock(t).slice(11, step < 1000 ? 23 : step < 60000 ? 19 : 16);
        const left = Math.min(Math.max(0, x - pen.measureText(text).width / 2), width - pen.measureText(text).width);
        if (left < free) continue;
        pen.fillStyle = ink;
        pen.fillText(text, left, bottom + 17);
        free = left + pen.measureText(text).width + 8;
      }
      const today = clock(a).slice(0, 10);
      pen.fillStyle = ink;
      if (today !== day) pen.fillText(today, Math.min(xOf(a), width - 64), bottom + 32);
      day = today;
      if (i === breaks.length) return;
      const x = xOf(b) + 5;
      pen.fillStyle = line;
      for (let y = 0; y < bottom; y += 6) for (const dash of [0, 7, 14]) pen.fillRect(x + dash, y, 2, 3);
    });
  }
  function drawBars(pen, colors, { ground, font }) {
    const gap = lane > 8 ? 2 : lane > 4 ? 1 : 0;
    const order = ["good", "idle", "busy", "warn", "bad"];
    const kindOf = (bar) => statuses[rows[bar[0]].status].kind;
    pen.font = `12px ${font}`;
    pen.textBaseline = "middle";
    // What went wrong is drawn last, so that it shows where bars are thinner than a pixel.
    for (const kind of order) {
      for (const bar of bars) {
        if (kindOf(bar) !== kind) continue;
        const [run, a, b, row] = bar;
        const x = xOf(a), width = Math.max(1, xOf(b) - x - (lane > 8 ? 1 : 0)), y = row * lane;
        pen.globalAlpha = isShown(run) ? (run === selected ? .75 : 1) : .12;
        pen.fillStyle = colors[kind];
        pen.fillRect(x, y, width, lane - gap);
        const text = width < 40 || lane < 15 || !isShown(run) ? "" : fitting(pen, rows[run].instance, width - 10);
        if (text === "") continue;
        pen.globalAlpha = 1;
        pen.fillStyle = ground;
        pen.fillText(text, x + 5, y + (lane - gap) / 2 + .5);
      }
    }
    pen.globalAlpha = 1;
    pen.textBaseline = "alphabetic";
  }
  function fitting(pen, text, width) {
    if (pen.measureText(text).width <= width) return text;
    const length = Math.floor(text.length * width / pen.measureText(text).width) - 1;
    return length < 4 ? "" : `${text.slice(0, length)}…`;
  }
  function barAt(x, y) {
    const row = Math.floor(y / lane);
    let best = -1, distance = 4;
    for (const [run, a, b, own] of bars) {
      if (own !== row || !isShown(run)) continue;
      const away = Math.max(xOf(a) - x, x - xOf(b), 0);
      if (away < distance) [best, distance] = [run, away];
    }
    return best;
  }
  canvas.addEventListener("mousemove", ({ offsetX, offsetY }) => {
    const run = barAt(offsetX, offsetY);
    if (run !== selected) {
      selected = run;
      draw();
    }
    tip.hidden = run < 0;
    canvas.style.cursor = run >= 0 && rows[run].href ? "pointer" : "";
    if (run < 0) return;
    const [, a, b] = bars.find(([own]) => own === run);
    tip.textContent = `${rows[run].instance} · ${statuses[rows[run].status].label} · ${lasting(b - a)}`;
    tip.style.left = `${Math.min(offsetX - frame.scrollLeft + 12, Math.max(0, box.clientWidth - tip.offsetWidth))}px`;
    tip.style.top = `${frame.offsetTop + offsetY + 18}px`;
  });
  canvas.addEventListener("mouseleave", () => {
    tip.hidden = true;
    selected = -1;
    draw();
  });
  canvas.addEventListener("click", () => {
    if (selected >= 0 && rows[selected].href) location.href = rows[selected].href;
  });
  new ResizeObserver(draw).observe(box);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  addEventListener("beforeprint", draw);
  return { box, draw };
}
