// Machines: what their boards show, and everybody's cards to hold to them.

import { act, element, seen } from "./cards.js";
import { text } from "./texts.js";

const list = document.getElementById("machines");

function path(machine, action) {
  return `/api/machines/${machine.id}/${action}`;
}

function make(found, machine, cards) {
  found.querySelector(".kind").textContent = text[machine.board];
  found.querySelector(".reader").setAttribute("aria-label", `${text.reader}: ${machine.name}`);
  const hold = found.querySelector(".hold input");
  for (const card of cards) {
    const button = document.createElement("button");
    const note = document.createElement("small");
    button.textContent = card.name ?? text.unknown;
    note.textContent = card.about ?? text.unknown_note;
    button.append(note);
    button.dataset.card = card.key;
    button.addEventListener("click", () => {
      act(found, path(machine, "tap"), { card: card.key, hold: hold.checked }, button);
      hold.checked = false;
    });
    found.querySelector(".cards").append(button);
  }
  const power = found.querySelector("button[data-do=power]");
  power.addEventListener("click", () => act(found, path(machine, "power"), {}, power));
}

function show(machine, cards) {
  const found = element("machine", machine.id, machine.name, list, (fresh) => make(fresh, machine, cards));
  found.classList.toggle("off", !machine.power);
  found.querySelector(".state").textContent = !machine.power ? text.dark : machine.relay ? text.in_use : text.free;
  seen(found, machine.error);
  const lcd = found.querySelector(".lcd");
  const rows = machine.rows ?? ["", ""];
  lcd.textContent = rows.map((row) => row.padEnd(16)).join("\n");
  lcd.setAttribute("aria-label", `${text.display}: ${rows.join(", ")}`);
  found.querySelector(".lamp").classList.toggle("on", Boolean(machine.relay));
  found.querySelector(".relay-text").textContent = machine.relay ? text.relay_on : text.relay_off;
  const on = cards.find((card) => card.key === machine.card);
  const busy = machine.card != null;
  found.querySelector(".reader").classList.toggle("busy", busy);
  const said = busy ? `${on ? on.name ?? text.unknown : machine.card} ${text.holding}` : text.idle;
  const line = found.querySelector(".reader-text");
  if (line.textContent !== said) line.textContent = said;
  for (const button of found.querySelectorAll(".cards button")) button.disabled = busy || !machine.power;
  found.querySelector("button[data-do=power]").textContent = machine.power ? text.cut : text.switch_on;
}

/** Draw the machines as they are now. */
export function showMachines({ machines, cards }) {
  for (const machine of machines) show(machine, cards);
}
