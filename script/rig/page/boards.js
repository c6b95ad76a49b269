// Props: their displays, pins, players, and what can happen around them.

import { act, element, seen } from "./cards.js";
import { text } from "./texts.js";

const list = document.getElementById("boards");

function make(found, board) {
  for (const button of found.querySelectorAll("button")) {
    const path = `/api/boards/${encodeURIComponent(board.id)}/${button.dataset.do}`;
    button.addEventListener("click", () => act(found, path, {}, button));
  }
}

// The display's memory: a byte is eight pixels downwards, lowest bit on top.
function draw(canvas, display) {
  const context = canvas.getContext("2d");
  if (!display) { context.clearRect(0, 0, canvas.width, canvas.height); return; }
  canvas.width = display.width;
  canvas.height = display.height;
  const bytes = Uint8Array.from(atob(display.data), (character) => character.charCodeAt(0));
  const image = context.createImageData(display.width, display.height);
  for (let y = 0; y < display.height; y++) {
    for (let x = 0; x < display.width; x++) {
      const lit = (bytes[(y >> 3) * display.width + x] >> (y & 7)) & 1;
      image.data.set(lit ? [150, 215, 255, 255] : [6, 9, 14, 255], 4 * (y * display.width + x));
    }
  }
  context.putImageData(image, 0, 0);
  canvas.setAttribute("aria-label", `${text.display}: ${(display.lines || []).join(", ")}`);
}

function row(list, name, value, lamp) {
  const term = document.createElement("dt");
  const fact = document.createElement("dd");
  term.textContent = name;
  if (lamp !== undefined) {
    const bulb = document.createElement("span");
    bulb.className = lamp ? "lamp on" : "lamp";
    fact.append(bulb);
  }
  fact.append(value);
  list.append(term, fact);
}

function show(board) {
  const found = element("board", board.id, board.name, list, (fresh) => make(fresh, board));
  const alive = board.power && !board.error;
  found.classList.toggle("off", !board.power);
  found.querySelector(".state").textContent = board.power ? board.state || "" : text.dark;
  seen(found, board.error);
  const canvas = found.querySelector("canvas");
  canvas.hidden = alive && !board.display;
  if (alive) draw(canvas, board.display);
  const facts = found.querySelector("dl");
  facts.replaceChildren();
  if (alive) {
    for (const [name, on] of Object.entries(board.outputs || {})) row(facts, name, on ? text.on : text.off, Boolean(on));
    for (const [name, level] of Object.entries(board.pins || {})) {
      if (!(name in (board.outputs || {}))) row(facts, `${text.pin} ${name}`, level ? text.high : text.low, Boolean(level));
    }
    const player = board.player;
    if (player) {
      const what = player.present === false ? text.missing
        : player.status === "playing" ? `${player.status}, ${text.track} ${player.track}` : player.status;
      row(facts, text.player, `${what}, ${text.volume} ${player.volume}`, player.status === "playing");
    }
    row(facts, text.network, board.network);
    if (board.heap) row(facts, text.memory, `${Math.round(board.heap.used / 1024)} KiB`);
  }
  for (const button of found.querySelectorAll("button")) {
    if (button.dataset.do === "power") button.textContent = board.power ? text.cut : text.switch_on;
    else button.disabled = !alive;
    if (button.dataset.do === "network") button.textContent = board.plugged === false ? text.plug : text.unplug;
    if (button.dataset.do === "walk") button.hidden = alive && !("pir" in (board.pins || {}));
    if (button.dataset.do === "track_end") button.hidden = !(board.player && board.player.present !== false);
  }
}

/** Draw the props as they are now. */
export function showBoards(boards) {
  for (const board of boards) show(board);
}
